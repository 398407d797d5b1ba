package io.flotilla.broker;

import io.flotilla.broker.config.BrokerConfig;
import io.flotilla.broker.env.EventLoop;
import io.flotilla.broker.net.Peers;
import io.flotilla.broker.partition.LogDirectories;
import io.flotilla.broker.partition.PartitionId;
import io.flotilla.broker.partition.Replica;
import io.flotilla.wire.frame.ApiKey;
import io.flotilla.wire.message.MetadataBegunRequest;
import io.flotilla.wire.message.MetadataBegunResponse;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out whom a broker without a metadata log takes for the metadata group. In a cluster that starts for the first time these
 * are the voters that its properties name. A voter that has lost its disk looks the same, but it has voted and acknowledged
 * before, and must not take part as if it had not. So it asks the others: where one of them has entries, this broker has lost its
 * own, and learns the group from its leader; where a majority, this broker included, has none, they begin together. On the
 * metadata partition's loop.
 */
final class MetadataBirth {
    private static final Logger LOG = LoggerFactory.getLogger(MetadataBirth.class);
    private static final long RETRY_MS = 100;
    private static final long TIMEOUT_MS = 1_000;

    private final int nodeId;
    private final Collection<Integer> voters;
    private final boolean hasLog;
    private final EventLoop loop;
    private final Peers peers;
    private final Supplier<Replica> replica;
    private final TreeMap<Integer, Boolean> answers = new TreeMap<>();
    private final CompletableFuture<Collection<Integer>> found = new CompletableFuture<>();

    /** @param replica this broker's replica of the metadata log, or null until it is open */
    MetadataBirth(
            BrokerConfig config, LogDirectories directories, EventLoop loop, Peers peers, Supplier<Replica> replica) {
        this.nodeId = config.nodeId();
        this.voters = config.voters().keySet();
        this.hasLog = directories.opened().stream().anyMatch(directory -> directory.logs().stream()
                .anyMatch(log -> log.topicId().equals(PartitionId.METADATA.topicId())));
        this.loop = loop;
        this.peers = peers;
        this.replica = replica;
    }

    /** Whether the metadata log of this broker has entries, or may have. Any thread. */
    CompletableFuture<Boolean> begun() {
        Replica open = replica.get();
        return open == null
                ? CompletableFuture.completedFuture(hasLog)
                : CompletableFuture.supplyAsync(() -> open.log().lastIndex() > 0, open.loop());
    }

    /** Completes with the first members of the group, none if they are to be learnt. To be called once. */
    CompletableFuture<Collection<Integer>> members() {
        if (!voters.contains(nodeId)) {
            found.complete(List.of());
        } else if (hasLog || voters.size() == 1) {
            found.complete(voters);
        } else {
            ask();
        }
        return found;
    }

    private void ask() {
        MetadataBegunRequest request = new MetadataBegunRequest(nodeId);
        for (int voter : voters) {
            if (voter != nodeId) {
                peers.<MetadataBegunResponse>call(voter, ApiKey.METADATA_BEGUN, (short) 0, request, TIMEOUT_MS)
                        .thenAccept(response -> {
                            boolean begun = response.begun();
                            boolean answered = response.errorCode() == 0;
                            loop.execute(() -> answered(voter, answered, begun));
                        });
            }
        }
        loop.schedule(
                () -> {
                    if (!found.isDone()) {
                        ask();
                    }
                },
                RETRY_MS);
    }

    private void answered(int voter, boolean valid, boolean begun) {
        if (!valid || found.isDone()) {
            return;
        }
        answers.put(voter, begun);
        if (begun) {
            LOG.info("Broker {} has cluster metadata and this broker has none: it is learnt from the others", voter);
            found.complete(List.of());
        } else if (answers.size() + 1 > voters.size() / 2) {
            found.complete(voters);
        }
    }
}
