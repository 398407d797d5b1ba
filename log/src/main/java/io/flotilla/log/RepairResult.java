package io.flotilla.log;

/** What became of a repair with batches from another replica. */
public sealed interface RepairResult {
    /** The batches stand where they belong, durably, and what follows them is good. */
    record Repaired() implements RepairResult {}

    /** The batches stand where they belong, durably, and more are wanted. */
    record Continued(DamagedSpot next) implements RepairResult {}

    /** The batches do not belong there; nothing was changed. */
    record Refused(String reason) implements RepairResult {}
}
