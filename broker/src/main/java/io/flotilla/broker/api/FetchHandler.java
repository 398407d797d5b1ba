package io.flotilla.broker.api;

import io.flotilla.broker.cluster.BrokerInfo;
import io.flotilla.broker.env.Clock;
import io.flotilla.raft.quorum.NodeSet;
import io.flotilla.wire.frame.ApiKey;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.FetchRequest;
import io.flotilla.wire.message.FetchResponse;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/**
 * Fetch (1), versions 4 to 18: committed records, from any replica, up to its high watermark. Sessions make repeated fetches
 * small (KIP-227); version 11 sends consumers to a nearer replica (KIP-392), leader hints came with version 12, topic ids with
 * 13, addresses of leaders with 16.
 */
public final class FetchHandler implements Handler<FetchRequest, FetchResponse> {
    private static final short FIRST_VERSION_WITH_TOPIC_IDS = 13;
    private static final short FIRST_VERSION_WITH_ENDPOINTS = 16;

    private final Partitions partitions;
    private final FetchSessions sessions;
    private final NearestReplica nearest;
    private final int fetchMaxBytes;
    private final Clock clock;

    /** @param fetchMaxBytes {@code fetch.max.bytes}: limit of one response, save that one batch may exceed it */
    public FetchHandler(
            Partitions partitions, FetchSessions sessions, NearestReplica nearest, int fetchMaxBytes, Clock clock) {
        this.partitions = partitions;
        this.sessions = sessions;
        this.nearest = nearest;
        this.fetchMaxBytes = fetchMaxBytes;
        this.clock = clock;
    }

    @Override
    public ApiKey api() {
        return ApiKey.FETCH;
    }

    @Override
    public CompletableFuture<FetchResponse> handle(RequestContext context, FetchRequest request) {
        if (request.replicaId() >= 0 || request.replicaState().replicaId() >= 0) {
            throw new ApiException(ErrorCode.INVALID_REQUEST, "replicas are replicated by Raft, not by Fetch");
        }
        FetchSessions.Opened found = sessions.open(request, context.apiVersion() >= FIRST_VERSION_WITH_TOPIC_IDS);
        if (found instanceof FetchSessions.Opened.Session opened) {
            List<FetchSession.Wanted> wanted = opened.session().wanted();
            int maxBytes = Math.min(request.maxBytes(), fetchMaxBytes);
            Fetch.Limits limits =
                    new Fetch.Limits(Math.min(request.minBytes(), maxBytes), maxBytes, request.maxWaitMs());
            NodeSet nearer = nearest.nearer(partitions.image(), request.rackId());
            return new Fetch(context.loop(), partitions, wanted, nearer, limits, clock.nanoTime())
                    .run(context.apiVersion())
                    .thenApply(answers -> respond(context, opened, wanted, answers));
        }
        ErrorCode refused = ((FetchSessions.Opened.Refused) found).error();
        return CompletableFuture.completedFuture(error(context, request, refused, null));
    }

    private FetchResponse respond(
            RequestContext context,
            FetchSessions.Opened.Session opened,
            List<FetchSession.Wanted> wanted,
            List<FetchResponse.Partition> answers) {
        List<FetchResponse.Topic> responses = new ArrayList<>();
        List<FetchResponse.Partition> ofTopic = null;
        FetchSession.Key last = null;
        for (int i = 0; i < answers.size(); i++) {
            FetchResponse.Partition answer = answers.get(i);
            FetchSession.Wanted partition = wanted.get(i);
            boolean news = partition.isNews(answer);
            if (isReadable(answer.records())) {
                opened.session().served(partition);
            }
            if (news || !opened.incremental()) {
                if (last == null || !last.isOfTopic(partition.key)) {
                    ofTopic = new ArrayList<>();
                    responses.add(topic(partition.key, ofTopic));
                    last = partition.key;
                }
                ofTopic.add(answer);
            }
        }
        sessions.close(opened.session());
        return FetchResponse.builder()
                .sessionId(opened.responseId())
                .responses(responses)
                .nodeEndpoints(context.apiVersion() < FIRST_VERSION_WITH_ENDPOINTS ? List.of() : endpoints(answers))
                .build();
    }

    /** A topic's partitions that follow each other; more of them may follow after those of another topic. */
    private static FetchResponse.Topic topic(FetchSession.Key key, List<FetchResponse.Partition> partitions) {
        return FetchResponse.Topic.builder()
                .topic(key.topic())
                .topicId(key.topicId())
                .partitions(partitions)
                .build();
    }

    private static boolean isReadable(ByteBuf records) {
        return records != null && records.isReadable();
    }

    private List<FetchResponse.NodeEndpoint> endpoints(List<FetchResponse.Partition> answers) {
        Map<Integer, FetchResponse.NodeEndpoint> endpoints = null;
        for (FetchResponse.Partition answer : answers) {
            int leader = answer.currentLeader().leaderId();
            BrokerInfo broker = leader < 0 ? null : partitions.broker(leader);
            if (broker != null) {
                endpoints = endpoints == null ? new TreeMap<>() : endpoints;
                endpoints.put(
                        leader,
                        FetchResponse.NodeEndpoint.builder()
                                .nodeId(leader)
                                .host(broker.host())
                                .port(broker.port())
                                .rack(broker.rack())
                                .build());
            }
        }
        return endpoints == null ? List.of() : List.copyOf(endpoints.values());
    }

    @Override
    public FetchResponse error(RequestContext context, FetchRequest request, ErrorCode error, String message) {
        return FetchResponse.builder().errorCode(error.code()).build();
    }
}
