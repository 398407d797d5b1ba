package io.flotilla.broker.cli;

import io.flotilla.broker.cli.client.KafkaClient;
import io.flotilla.broker.cli.client.Topics;
import io.flotilla.wire.message.CreateTopicsResponse;
import io.flotilla.wire.message.MetadataResponse;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code flotilla topic}. */
@Command(name = "topic", description = "Create, list, describe and delete topics.", synopsisSubcommandLabel = "COMMAND")
final class TopicCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Say what to do: create, list, describe or delete.");
    }

    @Command(name = "create", description = "Create a topic.")
    void create(
            @Mixin BootstrapOption cluster,
            @Parameters(paramLabel = "TOPIC", description = "Its name: letters, digits, '.', '_' and '-'.") String name,
            @Option(
                            names = {"-p", "--partitions"},
                            paramLabel = "N",
                            description = "Number of partitions (default: the cluster's num.partitions).")
                    Integer partitions,
            @Option(
                            names = {"-r", "--replication-factor"},
                            paramLabel = "N",
                            description =
                                    "Replicas of each partition (default: the cluster's default.replication.factor).")
                    Integer replicationFactor,
            @Option(
                            names = {"-c", "--config"},
                            paramLabel = "NAME=VALUE",
                            description = "Topic configuration, such as retention.ms=3600000; may be repeated.")
                    Map<String, String> configs) {
        requirePositive("--partitions", partitions, Integer.MAX_VALUE);
        requirePositive("--replication-factor", replicationFactor, Short.MAX_VALUE);
        try (KafkaClient client = cluster.connect()) {
            CreateTopicsResponse.Topic created = new Topics(client)
                    .create(name, partitions, replicationFactor, configs == null ? new LinkedHashMap<>() : configs);
            out().printf(
                            "Created topic %s: %d partitions, replication factor %d%n",
                            name, created.numPartitions(), created.replicationFactor());
        }
    }

    @Command(name = "list", description = "List the topics, one name per line.")
    void list(
            @Mixin BootstrapOption cluster,
            @Option(names = "--internal", description = "Also those that brokers use themselves.") boolean internal) {
        try (KafkaClient client = cluster.connect()) {
            new Topics(client)
                    .list().stream()
                            .filter(topic -> internal || !topic.isInternal())
                            .forEach(topic -> out().println(topic.name()));
        }
    }

    @Command(
            name = "describe",
            description = "Show partitions, leaders, replicas and the configuration set on a topic.")
    void describe(
            @Mixin BootstrapOption cluster, @Parameters(paramLabel = "TOPIC", description = "Its name.") String name) {
        try (KafkaClient client = cluster.connect()) {
            Topics topics = new Topics(client);
            print(topics.describe(name), topics.configs(name));
        }
    }

    private void print(MetadataResponse.Topic topic, Map<String, String> configs) {
        List<MetadataResponse.Partition> partitions = topic.partitions().stream()
                .sorted(Comparator.comparingInt(MetadataResponse.Partition::partitionIndex))
                .toList();
        PrintWriter out = out();
        out.printf(
                "Topic %s  id %s  partitions %d  replication factor %d%n",
                topic.name(),
                base64(topic.topicId()),
                partitions.size(),
                partitions.isEmpty() ? 0 : partitions.get(0).replicaNodes().size());
        configs.forEach((key, value) -> out.printf("Config %s=%s%n", key, value));
        Table table = new Table("PARTITION", "LEADER", "EPOCH", "REPLICAS", "IN SYNC");
        for (MetadataResponse.Partition partition : partitions) {
            table.row(
                    partition.partitionIndex(),
                    partition.leaderId() < 0 ? "none" : partition.leaderId(),
                    partition.leaderEpoch(),
                    ids(partition.replicaNodes()),
                    ids(partition.isrNodes()));
        }
        table.print(out);
    }

    @Command(name = "delete", description = "Delete a topic with all its records.")
    void delete(
            @Mixin BootstrapOption cluster, @Parameters(paramLabel = "TOPIC", description = "Its name.") String name) {
        try (KafkaClient client = cluster.connect()) {
            new Topics(client).delete(name);
            out().println("Deleted topic " + name);
        }
    }

    private void requirePositive(String option, Integer value, int max) {
        if (value != null && (value < 1 || value > max)) {
            CommandLine create = spec.commandLine().getSubcommands().get("create");
            throw new ParameterException(create, option + " must be 1 to " + max + ", but was " + value);
        }
    }

    private static String ids(List<Integer> ids) {
        return ids.stream().map(String::valueOf).collect(Collectors.joining(","));
    }

    /** As Kafka's tools write it. */
    private static String base64(UUID id) {
        byte[] bytes = ByteBuffer.allocate(2 * Long.BYTES)
                .putLong(id.getMostSignificantBits())
                .putLong(id.getLeastSignificantBits())
                .array();
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }
}
