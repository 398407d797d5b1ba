package io.flotilla.broker.cluster;

import io.flotilla.broker.machine.MachineRecord;
import io.flotilla.broker.machine.Outcome;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.AddRaftVoterRequest;
import io.flotilla.wire.message.AddRaftVoterResponse;
import io.flotilla.wire.message.ClusterVotersRecord;
import io.flotilla.wire.message.Message;
import io.flotilla.wire.message.RemoveRaftVoterRequest;
import io.flotilla.wire.message.RemoveRaftVoterResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Says who votes in the metadata group (KIP-853). As with partitions, this is the wish; the group's leader fulfils it, and from
 * then on the configuration in its log counts, whatever properties files say.
 */
final class MetadataVoters {
    private final MetadataState state;

    MetadataVoters(MetadataState state) {
        this.state = state;
    }

    Outcome<AddRaftVoterResponse> add(AddRaftVoterRequest request) {
        int voter = request.voterId();
        try {
            checkCluster(request.clusterId());
            if (state.metadataVoters.contains(voter)) {
                throw new Refusal(ErrorCode.DUPLICATE_VOTER, "Broker " + voter + " is a voter already");
            }
            if (!state.brokers.containsKey(voter)) {
                throw new Refusal(
                        ErrorCode.INVALID_REQUEST,
                        "Broker %d is not registered; these are: %s".formatted(voter, state.brokers.keySet()));
            }
            checkDirectory(voter, request.voterDirectoryId(), ErrorCode.INVALID_VOTER_KEY);
            List<Integer> voters = new ArrayList<>(state.metadataVoters);
            voters.add(voter);
            return new Outcome<>(
                    List.of(record(voters)), AddRaftVoterResponse.builder().build());
        } catch (Refusal refusal) {
            return Outcome.read(AddRaftVoterResponse.builder()
                    .errorCode(refusal.code())
                    .errorMessage(refusal.getMessage())
                    .build());
        }
    }

    Outcome<RemoveRaftVoterResponse> remove(RemoveRaftVoterRequest request) {
        int voter = request.voterId();
        try {
            checkCluster(request.clusterId());
            if (!state.metadataVoters.contains(voter)) {
                throw new Refusal(
                        ErrorCode.VOTER_NOT_FOUND,
                        "Broker %d is no voter; these are: %s".formatted(voter, state.metadataVoters));
            }
            checkDirectory(voter, request.voterDirectoryId(), ErrorCode.VOTER_NOT_FOUND);
            List<Integer> voters = new ArrayList<>(state.metadataVoters);
            voters.remove((Integer) voter);
            if (voters.isEmpty()) {
                throw new Refusal(ErrorCode.INVALID_REQUEST, "Broker " + voter + " is the only voter");
            }
            return new Outcome<>(
                    List.of(record(voters)), RemoveRaftVoterResponse.builder().build());
        } catch (Refusal refusal) {
            return Outcome.read(RemoveRaftVoterResponse.builder()
                    .errorCode(refusal.code())
                    .errorMessage(refusal.getMessage())
                    .build());
        }
    }

    private static MachineRecord record(List<Integer> voters) {
        return RecordType.encode(
                new ClusterVotersRecord(voters.stream().sorted().toList()));
    }

    private void checkCluster(String clusterId) {
        if (clusterId != null && !clusterId.equals(state.clusterId)) {
            throw new Refusal(
                    ErrorCode.INCONSISTENT_CLUSTER_ID,
                    "This is cluster %s, not %s".formatted(state.clusterId, clusterId));
        }
    }

    private void checkDirectory(int broker, UUID directory, ErrorCode otherwise) {
        Disks disks = state.disks.get(broker);
        boolean isAsked = !directory.equals(Message.ZERO_UUID);
        if (isAsked && disks != null && !disks.directories().contains(directory)) {
            throw new Refusal(
                    otherwise,
                    "Broker %d has no log directory with the id %s".formatted(broker, Identifiers.text(directory)));
        }
    }
}
