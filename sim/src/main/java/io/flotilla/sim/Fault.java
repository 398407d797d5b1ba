package io.flotilla.sim;

import java.util.Locale;

/** The kinds of faults, with the mean time between two of a kind in milliseconds where a seed draws it often. */
enum Fault {
    /** A broker's process is killed and started again. */
    KILL(4_000),
    /** A machine loses power: of what was not synced some is kept, some lost, some torn. */
    POWER(5_000),
    /** All machines lose power at once. */
    BLACKOUT(12_000),
    /** A machine loses power, or a process dies, at one of its next changes to its disk. */
    SAVE_POINT(4_000),
    /** A broker is told to stop in good order and is started again. */
    RESTART(8_000),
    /** A process is halted for a while. */
    PAUSE(5_000),
    /** A connection breaks, and loses any part of what was on its way. */
    BREAK(500),
    /** Some hosts cannot reach others. */
    PARTITION(5_000),
    /** Some hosts cannot reach others, who still reach them. */
    ONE_WAY(5_000),
    /** Connections between two hosts are slow, and some frames very late. */
    DELAY(5_000),
    /** Clocks drift, and the time of day jumps. */
    CLOCK(3_000),
    /** A disk takes its time. */
    SLOW_DISK(5_000),
    /** An fdatasync in one log directory fails, and now and then the operator restarts the broker a while later. */
    SYNC_FAILURE(8_000),
    /** A disk is full for a while. */
    FULL_DISK(8_000),
    /** A process can open no more files for a while. */
    OPEN_FILES(8_000),
    /** A bit of a file at rest is not what it was; one machine alone has this and {@link #REPLACE}. */
    BIT_FLIP(6_000),
    /** A machine is replaced by one with an empty disk and the same id. */
    REPLACE(10_000),
    /** A partition is to have other replicas, or no longer. */
    REASSIGN(4_000),
    /** A replica is to move to another log directory of its broker, or to stay after all. */
    MOVE_DIRECTORY(1_500),
    /** The lead of a partition is handed to its preferred replica, or to another. */
    TRANSFER(2_000),
    /** Topics come and go. */
    TOPICS(4_000),
    /** Records are deleted from the beginning of partitions. */
    DELETE_RECORDS(3_000),
    /** A topic is to keep so many bytes, or what is so old, or everything again. */
    RETENTION(3_000),
    /** A broker ceases to be a voter of the metadata, or becomes one again. */
    VOTERS(3_000);

    private final int meanMs;

    Fault(int meanMs) {
        this.meanMs = meanMs;
    }

    int meanMs() {
        return meanMs;
    }

    /** As users write it: {@code save-point}. */
    String option() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
