package io.flotilla.broker;

import io.flotilla.broker.api.AddRaftVoterHandler;
import io.flotilla.broker.api.AlterConfigsHandler;
import io.flotilla.broker.api.AlterPartitionReassignmentsHandler;
import io.flotilla.broker.api.AlterReplicaLogDirsHandler;
import io.flotilla.broker.api.AssignmentReachedHandler;
import io.flotilla.broker.api.CreatePartitionsHandler;
import io.flotilla.broker.api.CreateTopicsHandler;
import io.flotilla.broker.api.DeleteGroupsHandler;
import io.flotilla.broker.api.DeleteRecordsHandler;
import io.flotilla.broker.api.DeleteTopicsHandler;
import io.flotilla.broker.api.DescribeClusterHandler;
import io.flotilla.broker.api.DescribeConfigsHandler;
import io.flotilla.broker.api.DescribeGroupsHandler;
import io.flotilla.broker.api.DescribeLogDirsHandler;
import io.flotilla.broker.api.DescribeProducersHandler;
import io.flotilla.broker.api.DescribeQuorumHandler;
import io.flotilla.broker.api.DescribeReplicasHandler;
import io.flotilla.broker.api.DescribeTopicPartitionsHandler;
import io.flotilla.broker.api.ElectLeadersHandler;
import io.flotilla.broker.api.FetchHandler;
import io.flotilla.broker.api.FetchSessions;
import io.flotilla.broker.api.FindCoordinatorHandler;
import io.flotilla.broker.api.ForceReplicaHandler;
import io.flotilla.broker.api.Handler;
import io.flotilla.broker.api.HeartbeatHandler;
import io.flotilla.broker.api.IncrementalAlterConfigsHandler;
import io.flotilla.broker.api.InitProducerIdHandler;
import io.flotilla.broker.api.JoinGroupHandler;
import io.flotilla.broker.api.LeaveGroupHandler;
import io.flotilla.broker.api.ListConfigResourcesHandler;
import io.flotilla.broker.api.ListGroupsHandler;
import io.flotilla.broker.api.ListOffsetsHandler;
import io.flotilla.broker.api.ListPartitionReassignmentsHandler;
import io.flotilla.broker.api.MetadataBegunHandler;
import io.flotilla.broker.api.MetadataHandler;
import io.flotilla.broker.api.MetadataLeader;
import io.flotilla.broker.api.NearestReplica;
import io.flotilla.broker.api.NewLeaders;
import io.flotilla.broker.api.OffsetCommitHandler;
import io.flotilla.broker.api.OffsetDeleteHandler;
import io.flotilla.broker.api.OffsetFetchHandler;
import io.flotilla.broker.api.OffsetForLeaderEpochHandler;
import io.flotilla.broker.api.Partitions;
import io.flotilla.broker.api.ProduceHandler;
import io.flotilla.broker.api.ProducerIdBlockHandler;
import io.flotilla.broker.api.RangeChecksumHandler;
import io.flotilla.broker.api.ReadCommittedHandler;
import io.flotilla.broker.api.RegisterBrokerHandler;
import io.flotilla.broker.api.RemoveRaftVoterHandler;
import io.flotilla.broker.api.SyncGroupHandler;
import io.flotilla.broker.api.UpToDateHandler;
import io.flotilla.broker.api.VoterChanges;
import io.flotilla.broker.cluster.ClusterView;
import io.flotilla.broker.cluster.MetadataCache;
import io.flotilla.broker.cluster.ProducerIds;
import io.flotilla.broker.config.BrokerConfig;
import io.flotilla.broker.config.BrokerProperties;
import io.flotilla.broker.env.Clock;
import io.flotilla.broker.group.GroupCoordinators;
import io.flotilla.wire.message.ApiMessage;
import java.util.ArrayList;
import java.util.List;

/** The list of everything a broker answers. An API is served when its handler stands here, and only then. */
final class Handlers {
    private final BrokerParts parts;
    private final BrokerConfig config;
    private final Clock clock;
    private final MetadataCache metadata;

    Handlers(BrokerParts parts) {
        this.parts = parts;
        this.config = parts.config();
        this.clock = parts.environment().clock();
        this.metadata = parts.metadata();
    }

    List<Handler<?, ?>> all() {
        List<Handler<?, ?>> all = new ArrayList<>();
        all.addAll(records());
        all.addAll(groups());
        all.addAll(cluster());
        all.addAll(controller());
        return all;
    }

    private List<Handler<?, ?>> records() {
        Partitions partitions = new Partitions(metadata, parts.leaders(), parts.replicas());
        FetchSessions sessions = new FetchSessions(config.get(BrokerProperties.FETCH_SESSION_SLOTS), clock);
        NearestReplica nearest = new NearestReplica(
                config.nodeId(),
                config.get(BrokerProperties.REPLICA_SELECTOR).equals(BrokerProperties.RACK_AWARE_SELECTOR));
        ProducerIds producerIds = new ProducerIds(parts.metadataLoop(), config.nodeId(), parts.controller());
        return List.of(
                new ProduceHandler(partitions, clock),
                new FetchHandler(partitions, sessions, nearest, config.get(BrokerProperties.FETCH_MAX_BYTES), clock),
                new ListOffsetsHandler(partitions),
                new OffsetForLeaderEpochHandler(partitions),
                new DeleteRecordsHandler(partitions, clock),
                new DescribeProducersHandler(partitions),
                new InitProducerIdHandler(producerIds));
    }

    private List<Handler<?, ?>> groups() {
        GroupCoordinators groups = parts.groups();
        return List.of(
                new FindCoordinatorHandler(groups),
                new JoinGroupHandler(groups),
                new SyncGroupHandler(groups),
                new HeartbeatHandler(groups),
                new LeaveGroupHandler(groups),
                new OffsetCommitHandler(groups, metadata),
                new OffsetFetchHandler(groups, metadata),
                new OffsetDeleteHandler(groups, metadata),
                new ListGroupsHandler(groups),
                new DescribeGroupsHandler(groups),
                new DeleteGroupsHandler(groups));
    }

    private List<Handler<?, ?>> cluster() {
        ClusterView view = parts.view();
        BrokerLogDirs logDirs = new BrokerLogDirs(
                parts.replicas(), parts.moves(), parts.environment().scheduler().blocking());
        MetadataHandler metadataHandler =
                new MetadataHandler(view, parts.topicCreator(), config.get(BrokerProperties.AUTO_CREATE_TOPICS));
        return List.of(
                new UpToDateHandler<>(metadataHandler, parts.assignments()::refreshed, metadataHandler::asksForMore),
                upToDate(new DescribeClusterHandler(view)),
                upToDate(new DescribeTopicPartitionsHandler(
                        view, config.get(BrokerProperties.MAX_DESCRIBED_PARTITIONS))),
                upToDate(new DescribeConfigsHandler(config, metadata)),
                upToDate(new ListConfigResourcesHandler(view)),
                new DescribeLogDirsHandler(logDirs, metadata),
                new AlterReplicaLogDirsHandler(metadata, parts.directories(), parts.moves()),
                new ReadCommittedHandler(parts.replicas()),
                new RangeChecksumHandler(
                        parts.replicas(), parts.environment().scheduler().blocking()),
                new DescribeReplicasHandler(config.nodeId(), metadata, parts.replicas(), parts.shards()),
                new ForceReplicaHandler(parts.replicas()),
                new ElectLeadersHandler(view, parts.leaderTransfer()),
                parts.leaderTransfer());
    }

    private <Q extends ApiMessage, R extends ApiMessage> Handler<Q, R> upToDate(Handler<Q, R> handler) {
        return new UpToDateHandler<>(handler, parts.assignments()::refreshed);
    }

    private List<Handler<?, ?>> controller() {
        MetadataLeader leader = new MetadataLeader(parts.controllerHost());
        VoterChanges voterChanges = new VoterChanges(parts::metadataReplica, clock);
        NewLeaders newLeaders = new NewLeaders(metadata, parts.leaders(), clock);
        return List.of(
                new CreateTopicsHandler(leader, newLeaders),
                new CreatePartitionsHandler(leader, newLeaders),
                new DeleteTopicsHandler(leader),
                new AlterPartitionReassignmentsHandler(leader),
                new ListPartitionReassignmentsHandler(leader),
                new AssignmentReachedHandler(leader),
                new AlterConfigsHandler(leader),
                new IncrementalAlterConfigsHandler(leader),
                new AddRaftVoterHandler(leader, voterChanges),
                new RemoveRaftVoterHandler(leader, voterChanges),
                new DescribeQuorumHandler(metadata, parts::metadataReplica, clock),
                new MetadataBegunHandler(parts.metadataBirth()::begun),
                new RegisterBrokerHandler(leader),
                new ProducerIdBlockHandler(leader));
    }
}
