package io.flotilla.broker.machine;

/** One record a state machine wants appended. A null value is a tombstone. The arrays are not copied. */
@SuppressWarnings("ArrayRecordComponent")
public record MachineRecord(byte[] key, byte[] value) {
    /** The most that a record takes in a batch beside its key and value: its varints, attributes and header count. */
    private static final int MAX_OVERHEAD = 32;

    /** A bound on the bytes this takes in a batch. */
    public int maxSizeInBatch() {
        return MAX_OVERHEAD + key.length + (value == null ? 0 : value.length);
    }
}
