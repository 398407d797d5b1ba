package io.flotilla.broker.cluster;

import io.flotilla.broker.config.BrokerConfig;
import io.flotilla.broker.config.ConfigLayers;
import io.flotilla.broker.machine.Outcome;
import io.flotilla.broker.machine.StateMachine;
import io.flotilla.wire.message.AddRaftVoterRequest;
import io.flotilla.wire.message.AddRaftVoterResponse;
import io.flotilla.wire.message.AlterConfigsRequest;
import io.flotilla.wire.message.AlterConfigsResponse;
import io.flotilla.wire.message.AlterPartitionReassignmentsRequest;
import io.flotilla.wire.message.AlterPartitionReassignmentsResponse;
import io.flotilla.wire.message.AssignmentReachedRequest;
import io.flotilla.wire.message.AssignmentReachedResponse;
import io.flotilla.wire.message.CreatePartitionsRequest;
import io.flotilla.wire.message.CreatePartitionsResponse;
import io.flotilla.wire.message.CreateTopicsRequest;
import io.flotilla.wire.message.CreateTopicsResponse;
import io.flotilla.wire.message.DeleteTopicsRequest;
import io.flotilla.wire.message.DeleteTopicsResponse;
import io.flotilla.wire.message.IncrementalAlterConfigsRequest;
import io.flotilla.wire.message.IncrementalAlterConfigsResponse;
import io.flotilla.wire.message.ListPartitionReassignmentsRequest;
import io.flotilla.wire.message.ListPartitionReassignmentsResponse;
import io.flotilla.wire.message.ProducerIdBlockRequest;
import io.flotilla.wire.message.ProducerIdBlockResponse;
import io.flotilla.wire.message.RegisterBrokerRequest;
import io.flotilla.wire.message.RegisterBrokerResponse;
import io.flotilla.wire.message.RemoveRaftVoterRequest;
import io.flotilla.wire.message.RemoveRaftVoterResponse;
import io.flotilla.wire.record.Record;
import java.util.random.RandomGenerator;

/**
 * The cluster metadata as a state machine, alive on the broker that leads the metadata partition. Commands look at the state
 * and say which records would change it; only {@link #replay} changes it. Everything a request asks for is decided one by
 * one, with an error code each, and all of its records are one atomic batch.
 */
public final class ClusterController implements StateMachine {
    private final MetadataState state = new MetadataState();
    private final BrokerConfig config;
    private final Liveness liveness;
    private final RandomGenerator random;

    /**
     * @param config of the broker this machine lives on: defaults and limits
     * @param liveness which brokers to place replicas on, and whose node id is taken
     * @param random where identifiers come from
     */
    public ClusterController(BrokerConfig config, Liveness liveness, RandomGenerator random) {
        this.config = config;
        this.liveness = liveness;
        this.random = random;
    }

    @Override
    public void replay(Record record) {
        state.replay(record);
    }

    /** What this machine knows, committed or about to be. */
    MetadataImage image() {
        return state.image();
    }

    /** A broker that starts; the first one gives the cluster its id. */
    public Outcome<RegisterBrokerResponse> registerBroker(RegisterBrokerRequest request) {
        return new BrokerRegistration(state, liveness, config.voters().keySet(), random).register(request);
    }

    /** A broker is to vote in the metadata group. */
    public Outcome<AddRaftVoterResponse> addVoter(AddRaftVoterRequest request) {
        return new MetadataVoters(state).add(request);
    }

    /** A broker is to vote in the metadata group no longer. */
    public Outcome<RemoveRaftVoterResponse> removeVoter(RemoveRaftVoterRequest request) {
        return new MetadataVoters(state).remove(request);
    }

    /** The next block of producer ids. */
    public Outcome<ProducerIdBlockResponse> allocateProducerIds(ProducerIdBlockRequest request) {
        return ProducerIdBlocks.allocate(state);
    }

    public Outcome<CreateTopicsResponse> createTopics(CreateTopicsRequest request) {
        return new TopicCreation(state, config, layers(), liveness, random).create(request);
    }

    public Outcome<CreatePartitionsResponse> createPartitions(CreatePartitionsRequest request) {
        return new PartitionCreation(state, config, liveness).create(request);
    }

    public Outcome<DeleteTopicsResponse> deleteTopics(DeleteTopicsRequest request) {
        return new TopicDeletion(state, config).delete(request);
    }

    public Outcome<AlterPartitionReassignmentsResponse> alterReassignments(AlterPartitionReassignmentsRequest request) {
        return new Reassignments(state).alter(request);
    }

    public Outcome<ListPartitionReassignmentsResponse> listReassignments(ListPartitionReassignmentsRequest request) {
        return new Reassignments(state).list(request);
    }

    /** A partition's leader has carried out what the partition was assigned. */
    public Outcome<AssignmentReachedResponse> assignmentReached(AssignmentReachedRequest request) {
        return new Reassignments(state).reached(request);
    }

    public Outcome<AlterConfigsResponse> alterConfigs(AlterConfigsRequest request) {
        return new ConfigChanges(state, layers()).replace(request);
    }

    public Outcome<IncrementalAlterConfigsResponse> alterConfigs(IncrementalAlterConfigsRequest request) {
        return new ConfigChanges(state, layers()).change(request);
    }

    private ConfigLayers layers() {
        return new ConfigLayers(state.brokerConfigs(config.nodeId()), state.clusterConfigs, config.explicit());
    }
}
