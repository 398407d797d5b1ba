package io.flotilla.broker.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.broker.partition.PartitionId;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.AlterConfigsRequest;
import io.flotilla.wire.message.ApiMessage;
import io.flotilla.wire.message.CreatePartitionsRequest;
import io.flotilla.wire.message.CreateTopicsRequest;
import io.flotilla.wire.message.CreateTopicsResponse;
import io.flotilla.wire.message.DeleteTopicsRequest;
import io.flotilla.wire.message.IncrementalAlterConfigsRequest;
import io.flotilla.wire.message.ProducerIdBlockRequest;
import io.flotilla.wire.message.RegisterBrokerRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

/** What all handlers have in common that the metadata leader answers. */
class MetadataLeaderHandlersTest {
    private static final CreateTopicsRequest.Topic TOPIC = CreateTopicsRequest.Topic.builder()
            .name("t")
            .numPartitions(1)
            .replicationFactor((short) 1)
            .build();
    private static final CreateTopicsRequest CREATE =
            CreateTopicsRequest.builder().topics(List.of(TOPIC)).build();

    private final AdminFixture cluster = new AdminFixture();

    @Test
    void anAnswerWaitsForTheCommit() {
        cluster.log.holdCommits = true;
        CompletableFuture<CreateTopicsResponse> answer =
                new CreateTopicsHandler(cluster.leader, cluster.elected).handle(cluster.context(7), CREATE);
        cluster.loop.run();
        assertThat(answer).isNotDone();
        assertThat(cluster.image().topic("t")).isNull();
        cluster.log.commit();
        cluster.loop.advance(10);
        assertThat(answer).isDone();
        assertThat(cluster.image().topic("t")).isNotNull();
    }

    @Test
    void anAnswerWaitsForTheNewLeaders() {
        NewLeaders newLeaders = new NewLeaders(cluster.metadata, cluster.leaders, cluster.loop);
        CompletableFuture<CreateTopicsResponse> answer =
                new CreateTopicsHandler(cluster.leader, newLeaders).handle(cluster.context(7), CREATE);
        cluster.loop.run();
        assertThat(answer).isNotDone();
        cluster.leaders.set(new PartitionId(cluster.image().topic("t").id(), 0), 1, 1);
        cluster.loop.advance(10);
        assertThat(answer).isDone();
    }

    @Test
    void theLeadersOfManyPartitionsAreNotWaitedFor() {
        NewLeaders newLeaders = new NewLeaders(cluster.metadata, cluster.leaders, cluster.loop);
        CreateTopicsHandler handler = new CreateTopicsHandler(cluster.leader, newLeaders);
        List<CreateTopicsRequest.Topic> most = new ArrayList<>();
        for (int i = 0; i < NewLeaders.MOST_AWAITED; i++) {
            most.add(CreateTopicsRequest.Topic.builder()
                    .name("most" + i)
                    .numPartitions(1)
                    .replicationFactor((short) 1)
                    .build());
        }
        CompletableFuture<CreateTopicsResponse> awaited = handler.handle(
                cluster.context(7), CreateTopicsRequest.builder().topics(most).build());
        CreateTopicsRequest.Topic many = CreateTopicsRequest.Topic.builder()
                .name("many")
                .numPartitions(NewLeaders.MOST_AWAITED + 1)
                .replicationFactor((short) 1)
                .build();
        CompletableFuture<CreateTopicsResponse> answered = handler.handle(
                cluster.context(7),
                CreateTopicsRequest.builder().topics(List.of(many)).build());
        cluster.loop.advance(20);
        assertThat(awaited).isNotDone();
        assertThat(answered).isDone();
        assertThat(cluster.image().topic("many").partitions()).isEqualTo(NewLeaders.MOST_AWAITED + 1);
    }

    @Test
    void anAnswerWithoutNewLeadersComesWhenTimeIsUp() {
        NewLeaders newLeaders = new NewLeaders(cluster.metadata, cluster.leaders, cluster.loop);
        CreateTopicsRequest hurried = CreateTopicsRequest.builder()
                .topics(List.of(TOPIC))
                .timeoutMs(50)
                .build();
        CompletableFuture<CreateTopicsResponse> answer =
                new CreateTopicsHandler(cluster.leader, newLeaders).handle(cluster.context(7), hurried);
        cluster.loop.advance(40);
        assertThat(answer).isNotDone();
        cluster.loop.advance(20);
        assertThat(answer).isDone();
    }

    @Test
    void whoDoesNotLeadSaysSo() {
        cluster.log.resign();
        assertThat(failure(new CreateTopicsHandler(cluster.leader, cluster.elected).handle(cluster.context(7), CREATE)))
                .isEqualTo(ErrorCode.NOT_CONTROLLER);
    }

    @Test
    void whoLosesTheLeadMeanwhileSaysSo() {
        cluster.log.holdCommits = true;
        CompletableFuture<CreateTopicsResponse> answer =
                new CreateTopicsHandler(cluster.leader, cluster.elected).handle(cluster.context(7), CREATE);
        cluster.loop.run();
        cluster.log.resign();
        assertThat(failure(answer)).isEqualTo(ErrorCode.NOT_CONTROLLER);
    }

    @Test
    void anotherLeaderGoesOnWhereThisOneStopped() {
        cluster.ask(new CreateTopicsHandler(cluster.leader, cluster.elected), 7, CREATE);
        cluster.log.resign();
        cluster.log.lead();
        CreateTopicsResponse again = cluster.ask(new CreateTopicsHandler(cluster.leader, cluster.elected), 7, CREATE);
        assertThat(ErrorCode.of(again.topics().get(0).errorCode())).isEqualTo(ErrorCode.TOPIC_ALREADY_EXISTS);
    }

    @Test
    void aRequestTooLargeForOneBatchChangesNothing() {
        List<CreateTopicsRequest.Topic> many = new ArrayList<>();
        String padding = "x".repeat(230);
        for (int i = 0; i < 9_000; i++) {
            many.add(CreateTopicsRequest.Topic.builder()
                    .name(padding + i)
                    .numPartitions(1)
                    .replicationFactor((short) 1)
                    .build());
        }
        CreateTopicsResponse response = cluster.ask(
                new CreateTopicsHandler(cluster.leader, cluster.elected),
                7,
                CreateTopicsRequest.builder().topics(many).build());
        assertThat(response.topics()).hasSize(9_000).allSatisfy(topic -> assertThat(ErrorCode.of(topic.errorCode()))
                .isEqualTo(ErrorCode.POLICY_VIOLATION));
        assertThat(cluster.image().topics()).isEmpty();
    }

    @Test
    void failuresCanBeSaidInEveryVersion() {
        check(new CreateTopicsHandler(cluster.leader, cluster.elected), CREATE);
        check(
                new CreatePartitionsHandler(cluster.leader, cluster.elected),
                CreatePartitionsRequest.builder()
                        .topics(List.of(new CreatePartitionsRequest.Topic("t", 2, null)))
                        .build());
        check(
                new AlterConfigsHandler(cluster.leader),
                AlterConfigsRequest.builder()
                        .resources(List.of(new AlterConfigsRequest.Resource((byte) 2, "t", List.of())))
                        .build());
        check(
                new IncrementalAlterConfigsHandler(cluster.leader),
                IncrementalAlterConfigsRequest.builder()
                        .resources(List.of(new IncrementalAlterConfigsRequest.Resource((byte) 2, "t", List.of())))
                        .build());
        check(
                new DeleteTopicsHandler(cluster.leader),
                DeleteTopicsRequest.builder().topicNames(List.of("t")).build());
        check(new ProducerIdBlockHandler(cluster.leader), new ProducerIdBlockRequest(1));
        check(
                new RegisterBrokerHandler(cluster.leader),
                RegisterBrokerRequest.builder().build());
    }

    @Test
    void privateApisAreNotAdvertised() {
        assertThat(new RegisterBrokerHandler(cluster.leader).advertised()).isFalse();
        assertThat(new ProducerIdBlockHandler(cluster.leader).advertised()).isFalse();
        assertThat(new CreateTopicsHandler(cluster.leader, cluster.elected).advertised())
                .isTrue();
    }

    private <Q extends ApiMessage, R extends ApiMessage> void check(Handler<Q, R> handler, Q request) {
        assertThat(handler.onController()).isTrue();
        for (int version = handler.api().lowestVersion();
                version <= handler.api().highestVersion();
                version++) {
            AdminFixture.assertWritable(
                    handler.error(cluster.context(version), request, ErrorCode.NOT_CONTROLLER, "elsewhere"),
                    (short) version);
        }
    }

    private static ErrorCode failure(CompletableFuture<?> answer) {
        try {
            answer.join();
            return ErrorCode.NONE;
        } catch (CompletionException e) {
            return ((ApiException) e.getCause()).error();
        }
    }
}
