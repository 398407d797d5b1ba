package io.flotilla.broker.api;

import io.flotilla.broker.cluster.BrokerInfo;
import io.flotilla.broker.cluster.LeaderTable.Leader;
import io.flotilla.broker.cluster.MetadataImage;
import io.flotilla.broker.cluster.TopicInfo;
import io.flotilla.broker.env.Clock;
import io.flotilla.broker.partition.PartitionId;
import io.flotilla.broker.partition.ProduceResult;
import io.flotilla.broker.partition.Replica;
import io.flotilla.wire.frame.ApiKey;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.Message;
import io.flotilla.wire.message.ProduceRequest;
import io.flotilla.wire.message.ProduceResponse;
import io.flotilla.wire.record.BatchCheck;
import io.flotilla.wire.record.BatchFault;
import io.flotilla.wire.record.BatchLimits;
import io.flotilla.wire.record.BatchValidator;
import io.flotilla.wire.record.Compression;
import io.flotilla.wire.record.InvalidBatchException;
import io.flotilla.wire.record.Recompression;
import io.flotilla.wire.record.RecordBatch;
import io.flotilla.wire.record.TimestampType;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/**
 * Produce (0), versions 3 to 13: appends one batch to each partition. Whatever {@code acks} says, a record is acknowledged
 * once it is committed: on the disks of a majority of replicas. With {@code acks=0} there is no response.
 */
public final class ProduceHandler implements Handler<ProduceRequest, ProduceResponse> {
    /** From this version on producers may use zstd (KIP-110). */
    private static final short FIRST_VERSION_WITH_ZSTD = 7;

    /** As Kafka has it: internal topics are written to by brokers, and by tools that say they know what they do. */
    private static final String ADMIN_CLIENT_ID = "__admin_client";

    private static final ThreadLocal<BatchValidator> VALIDATORS = ThreadLocal.withInitial(BatchValidator::new);

    private final Partitions partitions;
    private final Clock clock;

    public ProduceHandler(Partitions partitions, Clock clock) {
        this.partitions = partitions;
        this.clock = clock;
    }

    @Override
    public ApiKey api() {
        return ApiKey.PRODUCE;
    }

    @Override
    public CompletableFuture<ProduceResponse> handle(RequestContext context, ProduceRequest request) {
        if (request.transactionalId() != null) {
            throw new ApiException(
                    ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED, "transactions are not supported yet");
        }
        if (request.acks() < -1 || request.acks() > 1) {
            throw new ApiException(ErrorCode.INVALID_REQUIRED_ACKS, "acks is " + request.acks() + ", not -1, 0 or 1");
        }
        Answers answers = new Answers(context, request);
        MetadataImage image = partitions.image();
        long deadline = clock.nanoTime() + request.timeoutMs() * 1_000_000L;
        int slot = 0;
        for (ProduceRequest.Topic topic : request.topicData()) {
            TopicInfo info = Partitions.topic(image, topic.name(), topic.topicId());
            boolean byId = !Message.ZERO_UUID.equals(topic.topicId());
            boolean forbidden = info != null && info.internal() && !ADMIN_CLIENT_ID.equals(context.clientId());
            for (ProduceRequest.Partition partition : topic.partitionData()) {
                Partitions.Found found = forbidden
                        ? new Partitions.Found(null, null, ErrorCode.INVALID_TOPIC_EXCEPTION)
                        : partitions.find(info, byId, partition.index());
                produce(context, partition, found, deadline, slot++, answers);
            }
        }
        answers.completeIfEmpty();
        return answers.future;
    }

    private void produce(
            RequestContext context,
            ProduceRequest.Partition partition,
            Partitions.Found found,
            long deadlineNanos,
            int slot,
            Answers answers) {
        if (found.error() != ErrorCode.NONE) {
            answers.set(slot, found.id(), ProduceResult.failed(found.error(), null));
            return;
        }
        ProduceResult refused = check(context, partition.records(), found.replica());
        if (refused != null) {
            answers.set(slot, found.id(), refused);
            return;
        }
        Replica replica = found.replica();
        ByteBuf batch;
        try {
            batch = toStore(partition.records(), replica);
        } catch (InvalidBatchException e) {
            answers.set(
                    slot,
                    found.id(),
                    ProduceResult.failed(ErrorCode.of(e.fault().kafkaCode()), e.getMessage()));
            return;
        }
        if (replica.loop().inEventLoop()) {
            replica.produce(batch, deadlineNanos, result -> answers.setLater(slot, found.id(), result));
        } else {
            replica.loop()
                    .execute(() -> replica.produce(
                            batch, deadlineNanos, result -> answers.setLater(slot, found.id(), result)));
        }
    }

    /** What is wrong with the records, or null. */
    private ProduceResult check(RequestContext context, ByteBuf records, Replica replica) {
        if (records == null) {
            return ProduceResult.failed(ErrorCode.INVALID_RECORD, "no records");
        }
        BatchValidator validator = VALIDATORS.get();
        BatchCheck check = validator.validate(records, replica.limits(), clock.millis());
        if (check instanceof BatchCheck.Rejected rejected) {
            return ProduceResult.rejected(rejected);
        }
        RecordBatch batch = new RecordBatch().wrap(records, records.readerIndex());
        if (batch.compressionId() == Compression.ZSTD.id() && context.apiVersion() < FIRST_VERSION_WITH_ZSTD) {
            return ProduceResult.failed(ErrorCode.UNSUPPORTED_COMPRESSION_TYPE, "zstd needs Produce version 7");
        }
        if (batch.isTransactional()) {
            return ProduceResult.failed(
                    ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED, "transactions are not supported yet");
        }
        if (validator.maxTimestamp() != batch.maxTimestamp()) {
            batch.setMaxTimestamp(TimestampType.CREATE_TIME, validator.maxTimestamp());
        }
        return null;
    }

    /**
     * The batch as the topic wants it compressed; the caller releases it.
     *
     * @throws InvalidBatchException if it does not decompress, or is too large then
     */
    private static ByteBuf toStore(ByteBuf records, Replica replica) {
        Compression wanted = replica.config().compression();
        RecordBatch batch = new RecordBatch().wrap(records, records.readerIndex());
        if (wanted == null || batch.compressionId() == wanted.id()) {
            return records.retainedSlice();
        }
        BatchLimits limits = replica.limits();
        ByteBuf stored = Recompression.recompress(replica.allocator(), batch, wanted, limits.maxDecompressedBytes());
        int size = stored.readableBytes();
        if (size > limits.maxMessageBytes()) {
            stored.release();
            throw new InvalidBatchException(
                    BatchFault.TOO_LARGE,
                    "batch of %d bytes as %s, max.message.bytes is %d"
                            .formatted(size, wanted, limits.maxMessageBytes()));
        }
        return stored;
    }

    @Override
    public ProduceResponse error(RequestContext context, ProduceRequest request, ErrorCode error, String message) {
        if (request.acks() == 0) {
            return null;
        }
        Answers answers = new Answers(context, request);
        ProduceResult result = ProduceResult.failed(error, message);
        for (int slot = 0; slot < answers.results.length; slot++) {
            answers.results[slot] = result;
        }
        return answers.response();
    }

    /** Gathers the partitions' results on the connection's loop, and answers when all are there. */
    private final class Answers {
        private final RequestContext context;
        private final ProduceRequest request;
        private final ProduceResult[] results;
        private final PartitionId[] ids;
        private final CompletableFuture<ProduceResponse> future = new CompletableFuture<>();
        private int missing;

        Answers(RequestContext context, ProduceRequest request) {
            this.context = context;
            this.request = request;
            int count = 0;
            for (ProduceRequest.Topic topic : request.topicData()) {
                count += topic.partitionData().size();
            }
            this.results = new ProduceResult[count];
            this.ids = new PartitionId[count];
            this.missing = count;
        }

        void setLater(int slot, PartitionId id, ProduceResult result) {
            if (context.loop().inEventLoop()) {
                set(slot, id, result);
            } else {
                context.loop().execute(() -> set(slot, id, result));
            }
        }

        void set(int slot, PartitionId id, ProduceResult result) {
            results[slot] = result;
            ids[slot] = id;
            if (--missing == 0) {
                future.complete(request.acks() == 0 ? null : response());
            }
        }

        void completeIfEmpty() {
            if (results.length == 0) {
                future.complete(request.acks() == 0 ? null : response());
            }
        }

        ProduceResponse response() {
            List<ProduceResponse.Topic> topics =
                    new ArrayList<>(request.topicData().size());
            Map<Integer, ProduceResponse.NodeEndpoint> endpoints = new TreeMap<>();
            int slot = 0;
            for (ProduceRequest.Topic topic : request.topicData()) {
                List<ProduceResponse.Partition> answered =
                        new ArrayList<>(topic.partitionData().size());
                for (ProduceRequest.Partition partition : topic.partitionData()) {
                    answered.add(answer(partition.index(), ids[slot], results[slot], endpoints));
                    slot++;
                }
                topics.add(ProduceResponse.Topic.builder()
                        .name(topic.name())
                        .topicId(topic.topicId())
                        .partitionResponses(answered)
                        .build());
            }
            return ProduceResponse.builder()
                    .responses(topics)
                    .nodeEndpoints(List.copyOf(endpoints.values()))
                    .build();
        }

        private ProduceResponse.Partition answer(
                int index, PartitionId id, ProduceResult result, Map<Integer, ProduceResponse.NodeEndpoint> endpoints) {
            ProduceResponse.Partition.Builder answer = ProduceResponse.Partition.builder()
                    .index(index)
                    .errorCode(result.error().code())
                    .baseOffset(result.baseOffset())
                    .logAppendTimeMs(result.logAppendTime())
                    .logStartOffset(result.logStartOffset())
                    .errorMessage(result.message());
            if (!result.records().isEmpty()) {
                answer.recordErrors(result.records().stream()
                        .map(record -> new ProduceResponse.RecordError(record.index(), record.reason()))
                        .toList());
            }
            Leader leader = result.error() == ErrorCode.NOT_LEADER_OR_FOLLOWER ? partitions.leader(id) : null;
            if (leader != null && context.apiVersion() >= 10) {
                answer.currentLeader(ProduceResponse.Leader.builder()
                        .leaderId(leader.brokerId())
                        .leaderEpoch(leader.term())
                        .build());
                BrokerInfo broker = partitions.broker(leader.brokerId());
                if (broker != null) {
                    endpoints.put(
                            broker.id(),
                            ProduceResponse.NodeEndpoint.builder()
                                    .nodeId(broker.id())
                                    .host(broker.host())
                                    .port(broker.port())
                                    .rack(broker.rack())
                                    .build());
                }
            }
            return answer.build();
        }
    }
}
