package io.flotilla.broker.cli.client;

/**
 * Which partition a record goes to, the same that Kafka's own producer chooses: by the murmur2 hash of the key; without a
 * key, one partition after the other, a new one with each batch.
 */
final class Partitioner {
    private static final int SEED = 0x9747b28c;
    private static final int MULTIPLIER = 0x5bd1e995;
    private static final int SHIFT = 24;

    private final int partitions;
    private int next;

    /** @param first where batches without keys begin, any number */
    Partitioner(int partitions, int first) {
        this.partitions = partitions;
        this.next = Math.floorMod(first, partitions);
    }

    /** The partition for a key, which may be null. */
    int partition(byte[] key) {
        return key == null ? next : (murmur2(key) & 0x7fffffff) % partitions;
    }

    /** Records without a key go to another partition from now on. */
    void nextBatch() {
        next = (next + 1) % partitions;
    }

    /** MurmurHash2 of 32 bits (Austin Appleby), with the seed that Kafka uses. */
    static int murmur2(byte[] data) {
        int hash = SEED ^ data.length;
        int whole = data.length & ~3;
        for (int i = 0; i < whole; i += 4) {
            int word = (data[i] & 0xff)
                    | (data[i + 1] & 0xff) << 8
                    | (data[i + 2] & 0xff) << 16
                    | (data[i + 3] & 0xff) << 24;
            word *= MULTIPLIER;
            word ^= word >>> SHIFT;
            word *= MULTIPLIER;
            hash = hash * MULTIPLIER ^ word;
        }
        if (whole < data.length) {
            for (int i = data.length - 1; i >= whole; i--) {
                hash ^= (data[i] & 0xff) << 8 * (i - whole);
            }
            hash *= MULTIPLIER;
        }
        hash ^= hash >>> 13;
        hash *= MULTIPLIER;
        return hash ^ hash >>> 15;
    }
}
