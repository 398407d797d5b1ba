package io.flotilla.broker.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.broker.cluster.BrokerInfo;
import io.flotilla.broker.cluster.ClusterController;
import io.flotilla.broker.cluster.ClusterView;
import io.flotilla.broker.cluster.ControllerChannel;
import io.flotilla.broker.cluster.LeaderTable;
import io.flotilla.broker.cluster.Leaders;
import io.flotilla.broker.cluster.MetadataFollower;
import io.flotilla.broker.cluster.MetadataImage;
import io.flotilla.broker.cluster.TestLiveness;
import io.flotilla.broker.cluster.TopicInfo;
import io.flotilla.broker.config.BrokerConfig;
import io.flotilla.broker.machine.MachineHost;
import io.flotilla.broker.machine.TestLoop;
import io.flotilla.broker.machine.TestPartition;
import io.flotilla.broker.partition.LedPartition;
import io.flotilla.broker.partition.PartitionId;
import io.flotilla.broker.partition.ReplicaListener;
import io.flotilla.wire.frame.ApiKey;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.ApiMessage;
import io.flotilla.wire.message.CreateTopicsRequest;
import io.flotilla.wire.message.CreateTopicsResponse;
import io.flotilla.wire.message.RegisterBrokerRequest;
import io.flotilla.wire.message.RegisterBrokerResponse;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Broker 0 of a cluster of three, as its handlers see it: a real metadata state machine on a log in memory, the image that
 * follows it, announced leaders, and brokers that live and die as the test says. Broker 0 leads the metadata.
 */
final class AdminFixture {
    final BrokerConfig config;
    final TestLoop loop = new TestLoop();
    final TestLiveness liveness = new TestLiveness(0, 100);
    final Leaders leaders = new Leaders();
    final MetadataFollower metadata = new MetadataFollower(loop);
    final MachineHost<ClusterController> host;
    final TestPartition log;
    final MetadataLeader leader;
    final ClusterView view;
    /** Requests that this broker made of the metadata leader. */
    final List<ApiMessage> asked = new ArrayList<>();

    AdminFixture() {
        this(Map.of());
    }

    AdminFixture(Map<String, String> properties) {
        Map<String, String> all = new TreeMap<>(properties);
        all.put("node.id", "0");
        all.put("controller.quorum.voters", "0@127.0.0.1:9092,1@b:1,2@c:1");
        config = BrokerConfig.of(all);
        host = new MachineHost<>(
                "metadata",
                timers -> new ClusterController(config, liveness, new SplittableRandom(1)),
                loop,
                1_000_000);
        log = new TestPartition(loop, both(metadata, host));
        leader = new MetadataLeader(host);
        elected = new NewLeaders(metadata, partition -> new LeaderTable.Leader(0, 1), loop);
        view = new ClusterView(new BrokerInfo(0, "self", 9092, null), metadata, leaders, liveness);
        log.lead();
        leaders.set(PartitionId.METADATA, 0, 1);
        for (int id = 0; id < 3; id++) {
            liveness.connected(id, 100);
            register(id);
        }
    }

    private void register(int id) {
        RegisterBrokerResponse response = ask(
                new RegisterBrokerHandler(leader),
                0,
                RegisterBrokerRequest.builder()
                        .brokerId(id)
                        .incarnation(100)
                        .host("host-" + id)
                        .port(9092)
                        .rack("rack-" + id)
                        .build());
        assertThat(response.errorMessage()).isNull();
    }

    private static ReplicaListener both(ReplicaListener one, ReplicaListener other) {
        return new ReplicaListener() {
            @Override
            public void leading(LedPartition partition) {
                one.leading(partition);
                other.leading(partition);
            }

            @Override
            public void notLeading() {
                one.notLeading();
                other.notLeading();
            }

            @Override
            public void committed(LedPartition partition, long highWatermark) {
                one.committed(partition, highWatermark);
                other.committed(partition, highWatermark);
            }
        };
    }

    /** New partitions have leaders at once. */
    final NewLeaders elected;

    MetadataImage image() {
        return metadata.image();
    }

    /** Creates a topic and announces the preferred leader of each partition, in term 5. */
    TopicInfo create(String name, int partitions, int factor) {
        CreateTopicsResponse response = ask(
                new CreateTopicsHandler(leader, elected),
                7,
                CreateTopicsRequest.builder()
                        .topics(List.of(CreateTopicsRequest.Topic.builder()
                                .name(name)
                                .numPartitions(partitions)
                                .replicationFactor((short) factor)
                                .build()))
                        .build());
        assertThat(response.topics().get(0).errorMessage()).isNull();
        TopicInfo topic = image().topic(name);
        for (int i = 0; i < topic.partitions(); i++) {
            leaders.set(new PartitionId(topic.id(), i), topic.replicas().get(i).get(0), 5);
        }
        return topic;
    }

    RequestContext context(int version) {
        return new RequestContext(loop, (short) version, "test", "127.0.0.1", 1, false);
    }

    /** Answers as the dispatcher would, and checks that both messages can be written in this version. */
    <Q extends ApiMessage, R extends ApiMessage> R ask(Handler<Q, R> handler, int version, Q request) {
        assertWritable(request, (short) version);
        CompletableFuture<R> answer = handler.handle(context(version), request);
        loop.advance(10);
        assertThat(answer).as("the answer of %s", handler.api()).isDone();
        R response;
        try {
            response = answer.join();
        } catch (CompletionException e) {
            ApiException expected = (ApiException) e.getCause();
            response = handler.error(context(version), request, expected.error(), expected.getMessage());
        }
        assertWritable(response, (short) version);
        return response;
    }

    static void assertWritable(ApiMessage message, short version) {
        ByteBuf out = Unpooled.buffer();
        message.write(out, version);
        assertThat(out.readableBytes()).isEqualTo(message.size(version));
    }

    /** The way to the metadata leader, which is here. */
    ControllerChannel channel() {
        Map<ApiKey, Handler<?, ?>> handlers = new LinkedHashMap<>();
        for (Handler<?, ?> handler : List.of(
                new CreateTopicsHandler(leader, elected),
                new RegisterBrokerHandler(leader),
                new ProducerIdBlockHandler(leader))) {
            handlers.put(handler.api(), handler);
        }
        return new ControllerChannel() {
            @Override
            @SuppressWarnings("unchecked")
            public <R extends ApiMessage> CompletableFuture<R> ask(ApiKey api, ApiMessage request) {
                asked.add(request);
                return ((Handler<ApiMessage, R>) handlers.get(api)).handle(context(api.highestVersion()), request);
            }
        };
    }

    /** Nobody leads the metadata. */
    static ControllerChannel noController() {
        return new ControllerChannel() {
            @Override
            public <R extends ApiMessage> CompletableFuture<R> ask(ApiKey api, ApiMessage request) {
                return CompletableFuture.failedFuture(new ApiException(ErrorCode.NOT_CONTROLLER, "nobody leads"));
            }
        };
    }
}
