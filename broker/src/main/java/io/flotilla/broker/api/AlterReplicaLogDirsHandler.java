package io.flotilla.broker.api;

import io.flotilla.broker.cluster.MetadataCache;
import io.flotilla.broker.cluster.TopicInfo;
import io.flotilla.broker.partition.LogDirectories;
import io.flotilla.broker.partition.PartitionId;
import io.flotilla.broker.partition.ReplicaMoves;
import io.flotilla.log.LogDirectory;
import io.flotilla.wire.frame.ApiKey;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.AlterReplicaLogDirsRequest;
import io.flotilla.wire.message.AlterReplicaLogDirsResponse;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * AlterReplicaLogDirs (KIP-113): this broker's replicas are to move to other of its log directories. Answered once the moves are
 * planned; DescribeLogDirs tells how far they are. A partition that has no replica here yet gets REPLICA_NOT_AVAILABLE, and goes to
 * the directory when it comes.
 */
public final class AlterReplicaLogDirsHandler
        implements Handler<AlterReplicaLogDirsRequest, AlterReplicaLogDirsResponse> {
    private final MetadataCache metadata;
    private final LogDirectories directories;
    private final ReplicaMoves moves;

    public AlterReplicaLogDirsHandler(MetadataCache metadata, LogDirectories directories, ReplicaMoves moves) {
        this.metadata = metadata;
        this.directories = directories;
        this.moves = moves;
    }

    @Override
    public ApiKey api() {
        return ApiKey.ALTER_REPLICA_LOG_DIRS;
    }

    private record Asked(String topic, int partition, String path) {}

    private record Answer(Asked asked, ErrorCode error) {}

    @Override
    public CompletableFuture<AlterReplicaLogDirsResponse> handle(
            RequestContext context, AlterReplicaLogDirsRequest request) {
        return PartitionCalls.gather(asked(request), this::move).thenApply(AlterReplicaLogDirsHandler::response);
    }

    @Override
    public AlterReplicaLogDirsResponse error(
            RequestContext context, AlterReplicaLogDirsRequest request, ErrorCode error, String message) {
        return response(
                asked(request).stream().map(asked -> new Answer(asked, error)).toList());
    }

    private static List<Asked> asked(AlterReplicaLogDirsRequest request) {
        List<Asked> all = new ArrayList<>();
        request.dirs().forEach(dir -> dir.topics().forEach(topic -> topic.partitions()
                .forEach(partition -> all.add(new Asked(topic.name(), partition, dir.path())))));
        return all;
    }

    private CompletableFuture<Answer> move(Asked asked) {
        TopicInfo topic = metadata.image().topic(asked.topic());
        LogDirectory directory = null;
        ErrorCode refusal = ErrorCode.NONE;
        if (topic == null || asked.partition() < 0 || asked.partition() >= topic.partitions()) {
            refusal = ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
        } else {
            try {
                Path path = Path.of(asked.path());
                directory = path.isAbsolute() ? directories.at(path) : null;
                refusal = directory != null
                        ? ErrorCode.NONE
                        : directories.isUnusable(path) ? ErrorCode.KAFKA_STORAGE_ERROR : ErrorCode.LOG_DIR_NOT_FOUND;
            } catch (InvalidPathException e) {
                refusal = ErrorCode.LOG_DIR_NOT_FOUND;
            }
        }
        if (refusal != ErrorCode.NONE) {
            return CompletableFuture.completedFuture(new Answer(asked, refusal));
        }
        return moves.ask(new PartitionId(topic.id(), asked.partition()), directory)
                .thenApply(error -> new Answer(asked, error));
    }

    private static AlterReplicaLogDirsResponse response(List<Answer> answers) {
        Map<String, List<AlterReplicaLogDirsResponse.Partition>> byTopic = new LinkedHashMap<>();
        for (Answer answer : answers) {
            byTopic.computeIfAbsent(answer.asked().topic(), name -> new ArrayList<>())
                    .add(new AlterReplicaLogDirsResponse.Partition(
                            answer.asked().partition(), answer.error().code()));
        }
        return AlterReplicaLogDirsResponse.builder()
                .results(byTopic.entrySet().stream()
                        .map(entry -> new AlterReplicaLogDirsResponse.Topic(entry.getKey(), entry.getValue()))
                        .toList())
                .build();
    }
}
