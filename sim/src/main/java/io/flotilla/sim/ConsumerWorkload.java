package io.flotilla.sim;

import io.flotilla.check.Event;
import io.flotilla.check.History;
import io.flotilla.check.Partition;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A consumer without a group that reads everything from its beginning, and asks now and then where partitions begin and end. */
final class ConsumerWorkload implements Workload {
    private static final long LOOK_MS = 120;

    private final SimClient client;
    private final History history;
    private final Directory directory;
    private final List<PartitionReader> readers = new ArrayList<>();
    private final Oracle oracle;
    private int looksLeft = Integer.MAX_VALUE;

    /** @param reads where to read each topic */
    ConsumerWorkload(
            SimClient client,
            History history,
            int brokers,
            Map<String, PartitionReader.Reads> reads,
            int partitions,
            Oracle oracle) {
        this.client = client;
        this.history = history;
        this.oracle = oracle;
        this.directory = new Directory(client, brokers);
        reads.forEach((topic, where) -> {
            for (int i = 0; i < partitions; i++) {
                readers.add(new PartitionReader(client, history, directory, new Partition(topic, i), oracle, where));
            }
        });
    }

    @Override
    public void start() {
        client.after(100, () -> {
            readers.forEach(reader -> reader.start(0));
            look();
        });
    }

    /** Asks for the ends of a partition. */
    private void look() {
        client.after(LOOK_MS, this::look);
        if (looksLeft-- > 0) {
            PartitionReader reader = readers.get(client.process().newGenerator().nextInt(readers.size()));
            long since = history.mark();
            reader.askForEnds((start, end) -> {
                told(reader.partition(), Event.Bound.LOG_START, start, since);
                told(reader.partition(), Event.Bound.HIGH_WATERMARK, end, since);
            });
        }
    }

    private void told(Partition partition, Event.Bound bound, long offset, long since) {
        if (offset >= 0) {
            history.add(new Event.BoundTold(Event.Source.CURRENT, partition, bound, offset, since));
        }
    }

    @Override
    public void conclude() {
        looksLeft = 5;
    }

    @Override
    public String unfinished() {
        for (PartitionReader reader : readers) {
            if (reader.position() < oracle.highWatermark(reader.partition())) {
                return client.name() + " has read " + reader.partition() + " up to " + reader.position() + " of "
                        + oracle.highWatermark(reader.partition()) + ": " + reader.trouble();
            }
        }
        return null;
    }
}
