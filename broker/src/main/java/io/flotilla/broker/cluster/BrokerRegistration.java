package io.flotilla.broker.cluster;

import io.flotilla.broker.machine.MachineRecord;
import io.flotilla.broker.machine.Outcome;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.ClusterBrokerRecord;
import io.flotilla.wire.message.ClusterIdRecord;
import io.flotilla.wire.message.ClusterVotersRecord;
import io.flotilla.wire.message.RegisterBrokerRequest;
import io.flotilla.wire.message.RegisterBrokerResponse;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;

/** Lets brokers into the cluster: who has data of another one, or the node id of a living one, stays out. */
final class BrokerRegistration {
    private final MetadataState state;
    private final Liveness liveness;
    private final Collection<Integer> voters;
    private final RandomGenerator random;

    /** @param voters who votes in the metadata group, as long as nobody has said otherwise */
    BrokerRegistration(MetadataState state, Liveness liveness, Collection<Integer> voters, RandomGenerator random) {
        this.state = state;
        this.liveness = liveness;
        this.voters = voters;
        this.random = random;
    }

    Outcome<RegisterBrokerResponse> register(RegisterBrokerRequest request) {
        try {
            check(request);
        } catch (Refusal refusal) {
            return Outcome.read(RegisterBrokerResponse.builder()
                    .errorCode(refusal.code())
                    .errorMessage(refusal.getMessage())
                    .build());
        }
        List<MachineRecord> records = new ArrayList<>();
        String clusterId = state.clusterId;
        if (clusterId == null) {
            clusterId = Identifiers.text(Identifiers.random(random));
            records.add(RecordType.encode(new ClusterIdRecord(clusterId)));
        }
        if (state.metadataVoters.isEmpty()) {
            records.add(RecordType.encode(new ClusterVotersRecord(List.copyOf(voters))));
        }
        if (isNews(request)) {
            records.add(RecordType.encode(new ClusterBrokerRecord(
                    request.brokerId(),
                    request.incarnation(),
                    request.host(),
                    request.port(),
                    request.rack(),
                    request.directories())));
        }
        return new Outcome<>(
                records, RegisterBrokerResponse.builder().clusterId(clusterId).build());
    }

    private void check(RegisterBrokerRequest request) {
        int id = request.brokerId();
        if (id < 0 || request.host().isEmpty() || request.port() < 1 || request.port() > 65_535) {
            throw new Refusal(
                    ErrorCode.INVALID_REGISTRATION,
                    "Broker %d at %s:%d cannot be registered: an id of 0 or more, a host and a port are needed"
                            .formatted(id, request.host(), request.port()));
        }
        if (request.clusterId() != null && !request.clusterId().equals(state.clusterId)) {
            throw new Refusal(
                    ErrorCode.INCONSISTENT_CLUSTER_ID,
                    "The data of broker %d belongs to cluster %s, this is cluster %s"
                            .formatted(id, request.clusterId(), state.clusterId));
        }
        Long known = state.incarnations.get(id);
        if (known != null && known != request.incarnation() && liveness.isAlive(id, known)) {
            BrokerInfo other = state.brokers.get(id);
            throw new Refusal(
                    ErrorCode.DUPLICATE_BROKER_REGISTRATION,
                    "Node id %d belongs to the broker at %s:%d, which is alive; give this broker another node.id"
                            .formatted(id, other.host(), other.port()));
        }
    }

    private boolean isNews(RegisterBrokerRequest request) {
        BrokerInfo asked = new BrokerInfo(request.brokerId(), request.host(), request.port(), request.rack());
        Long incarnation = state.incarnations.get(request.brokerId());
        return !asked.equals(state.brokers.get(request.brokerId()))
                || incarnation == null
                || incarnation != request.incarnation()
                || !Set.copyOf(request.directories())
                        .equals(Set.copyOf(state.disks
                                .getOrDefault(request.brokerId(), Disks.NONE)
                                .directories()));
    }
}
