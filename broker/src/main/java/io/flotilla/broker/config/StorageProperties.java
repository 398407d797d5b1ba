package io.flotilla.broker.config;

/** The properties that say how stored records are looked after, and how much of a disk is left free. */
public final class StorageProperties {
    public static final Property<Long> SCRUB_INTERVAL_MS = Property.longInteger("log.scrub.interval.ms")
            .range(0, Long.MAX_VALUE)
            .byDefault("86400000")
            .doc(
                    "How often all stored records are read, checked and compared between replicas, in milliseconds, to find and"
                            + " repair what disks have changed; 0: never. Each partition's leader sees to it.");

    public static final Property<Long> SCRUB_BYTES_PER_SECOND = Property.longInteger("log.scrub.bytes.per.second")
            .range(1, Long.MAX_VALUE)
            .byDefault("8388608")
            .doc(
                    "Most bytes that are read for this in a second, of the partitions this broker leads; their followers read the"
                            + " same.");

    public static final Property<Long> RECHECK_INTERVAL_MS = Property.longInteger("log.recheck.interval.ms")
            .range(0, Long.MAX_VALUE)
            .byDefault("300000")
            .doc(
                    "How long stored records that this broker has written or checked are sent to consumers straight from the file"
                            + " (sendfile), without being checked again, in milliseconds. What the disk changes within this time is"
                            + " not noticed by the broker, but by consumers that check. 0: every read checks what it reads, and"
                            + " copies it for that.");

    public static final Property<Long> MIN_FREE_BYTES = Property.longInteger("log.dir.min.free.bytes")
            .range(0, Long.MAX_VALUE)
            .byDefault("134217728")
            .doc(
                    "With fewer bytes free on a log directory's disk, this broker refuses new records for the partitions it leads"
                            + " there, with an error that makes producers try again. Reads, deletions and administration go on, and so"
                            + " does everything once there is space again.");

    public static final Property<Long> REDO_BYTES = Property.longInteger("log.redo.journal.bytes")
            .range(0, Long.MAX_VALUE)
            .byDefault("67108864")
            .doc(
                    "How much of the disk each log directory's redo journal may take: small appends to many partitions share one sync"
                            + " there, and their own files are synced later. Too small, it is in use only at times. 0: each append is"
                            + " synced in its own file.");

    private StorageProperties() {}
}
