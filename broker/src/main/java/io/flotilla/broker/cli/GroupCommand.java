package io.flotilla.broker.cli;

import io.flotilla.broker.cli.client.Groups;
import io.flotilla.broker.cli.client.KafkaClient;
import io.flotilla.broker.cli.client.Topics;
import io.flotilla.wire.message.DescribeGroupsResponse;
import io.flotilla.wire.message.ListGroupsResponse;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code flotilla group}. */
@Command(name = "group", description = "List and describe consumer groups.", synopsisSubcommandLabel = "COMMAND")
final class GroupCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Say what to do: list or describe.");
    }

    @Command(name = "list", description = "List the groups.")
    void list(@Mixin BootstrapOption cluster) {
        try (KafkaClient client = cluster.connect()) {
            Table table = new Table("GROUP", "STATE", "PROTOCOL");
            for (ListGroupsResponse.Group group : new Groups(client).list()) {
                table.row(group.groupId(), group.groupState(), group.protocolType());
            }
            table.print(spec.commandLine().getOut());
        }
    }

    @Command(name = "describe", description = "Show a group's offsets, how far they lag behind, and who reads what.")
    void describe(
            @Mixin BootstrapOption cluster, @Parameters(paramLabel = "GROUP", description = "Its id.") String id) {
        try (KafkaClient client = cluster.connect()) {
            Groups.Group group = new Groups(client).describe(id);
            boolean unknown = group.state().equals("Dead") && group.committed().isEmpty();
            if (unknown) {
                throw new CommandException("no group " + id + "; `flotilla group list` shows those there are");
            }
            spec.commandLine()
                    .getOut()
                    .printf(
                            "Group %s  state %s  members %d%n",
                            id, group.state(), group.members().size());
            offsets(group, new Topics(client)).print(spec.commandLine().getOut());
        }
    }

    private static Table offsets(Groups.Group group, Topics topics) {
        Table table = new Table("TOPIC", "PARTITION", "COMMITTED", "END", "LAG", "MEMBER", "HOST");
        SortedSet<Groups.TopicPartition> partitions =
                new TreeSet<>(group.committed().keySet());
        partitions.addAll(group.owners().keySet());
        Map<String, SortedMap<Integer, Long>> ends = new HashMap<>();
        for (Groups.TopicPartition partition : partitions) {
            Long end = ends.computeIfAbsent(partition.topic(), topic -> topics.offsets(topic, Topics.LATEST))
                    .get(partition.partition());
            Long committed = group.committed().get(partition);
            DescribeGroupsResponse.Member owner = group.owners().get(partition);
            table.row(
                    partition.topic(),
                    partition.partition(),
                    orDash(committed),
                    orDash(end),
                    committed == null || end == null ? "-" : Math.max(0, end - committed),
                    owner == null ? "-" : owner.memberId(),
                    owner == null ? "-" : owner.clientHost());
        }
        return table;
    }

    private static Object orDash(Object value) {
        return value == null ? "-" : value;
    }
}
