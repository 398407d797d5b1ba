package io.flotilla.sim;

import io.flotilla.wire.message.DescribeLogDirsRequest;
import io.flotilla.wire.message.DescribeLogDirsResponse;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Sees that the moves between log directories which were asked for come to an end once everything has healed. */
final class DirectoryMoves implements Workload {
    private static final int TIMEOUT_MS = 8_000;
    private static final long PAUSE_MS = 200;

    private final SimClient client;
    private final Set<Integer> moving = new TreeSet<>();
    private String last = "no broker has told yet which replicas are to move";

    DirectoryMoves(SimClient client, int brokers) {
        this.client = client;
        for (int broker = 1; broker <= brokers; broker++) {
            moving.add(broker);
        }
    }

    @Override
    public void start() {
        // Whoever asks for moves does it as one of the faults.
    }

    @Override
    public void conclude() {
        List.copyOf(moving).forEach(broker -> client.after(0, () -> ask(broker)));
    }

    private void ask(int broker) {
        DescribeLogDirsRequest request =
                DescribeLogDirsRequest.builder().topics(null).build();
        client.call(broker, request, DescribeLogDirsResponse.class, TIMEOUT_MS, response -> {
            List<String> futures = response == null ? null : futures(response);
            if (futures != null && futures.isEmpty()) {
                moving.remove(broker);
            } else {
                last = "broker " + broker
                        + (futures == null ? " does not tell what it moves" : " still moves " + futures);
                client.after(PAUSE_MS, () -> ask(broker));
            }
        });
    }

    private static List<String> futures(DescribeLogDirsResponse response) {
        return response.results().stream()
                .flatMap(directory -> directory.topics().stream().flatMap(topic -> topic.partitions().stream()
                        .filter(DescribeLogDirsResponse.Partition::isFutureKey)
                        .map(partition ->
                                topic.name() + "-" + partition.partitionIndex() + " to " + directory.logDir())))
                .toList();
    }

    @Override
    public String unfinished() {
        return moving.isEmpty() ? null : last;
    }
}
