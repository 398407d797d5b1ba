package io.flotilla.raft.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.raft.message.AppendRequest;
import io.flotilla.raft.message.AppendResponse;
import io.flotilla.raft.message.EntryKind;
import io.flotilla.raft.message.EntryRef;
import io.flotilla.raft.message.RaftMessage;
import io.flotilla.raft.message.SnapshotRequest;
import io.flotilla.raft.message.VoteResponse;
import io.flotilla.raft.quorum.Configuration;
import java.util.List;

/** One core, node 1 of three unless said otherwise, whose peers are played by a test. Races are in the golden scripts. */
final class LoneCore {
    static final Configuration THREE = Configuration.of(1, 2, 3);
    static final RaftOptions OPTIONS = new RaftOptions(1, 10, 2, 1000, 100, 0);

    static RaftCore core(DurableState found) {
        return new RaftCore(OPTIONS, found, () -> 0L);
    }

    /** A leader of term 1, its first entry committed by node 2. */
    static RaftCore leader() {
        RaftCore core = core(DurableState.fresh(THREE));
        core.nodeUp(2);
        core.nodeUp(3);
        core.campaign();
        core.step(2, new VoteResponse(1, true, true));
        drain(core);
        core.step(2, new VoteResponse(1, false, true));
        drain(core);
        core.step(2, AppendResponse.accepted(1, 0, 0));
        drain(core);
        core.step(2, AppendResponse.accepted(1, 1, 1));
        drain(core);
        assertThat(core.hasCommittedInTerm()).isTrue();
        return core;
    }

    /** A follower of node 2 in term 1. */
    static RaftCore follower() {
        RaftCore core = core(DurableState.fresh(THREE));
        core.nodeUp(2);
        core.nodeUp(3);
        core.step(2, append(1, 0, 0, 0, EntryRef.single(1, 1, EntryKind.LEADER_CHANGE, 0)));
        drain(core);
        return core;
    }

    static AppendRequest append(int term, long prevIndex, int prevTerm, long commitIndex, EntryRef... entries) {
        return new AppendRequest(term, prevIndex, prevTerm, commitIndex, List.of(entries));
    }

    /** A snapshot in one part, without content. */
    static SnapshotRequest snapshot(int term, long lastIndex, int lastTerm, Configuration configuration) {
        return new SnapshotRequest(term, lastIndex, lastTerm, configuration, 0, 0, 0, 0);
    }

    /** Carries everything out at once, and returns the last message sent, or null. */
    static RaftMessage drain(RaftCore core) {
        RaftMessage last = null;
        while (core.hasReady()) {
            Ready ready = core.ready();
            if (ready.hardState() != null) {
                core.hardStatePersisted(ready.hardState());
            }
            core.appended(ready.mark());
            ready.replications()
                    .forEach(intent ->
                            core.sent(intent, core.lastIndex(), (int) (core.lastIndex() - intent.prevIndex())));
            for (Envelope envelope : ready.messages()) {
                last = envelope.message();
            }
        }
        return last;
    }

    static PeerStatus peer(RaftCore core, int node) {
        return core.status().peers().stream()
                .filter(status -> status.node() == node)
                .findFirst()
                .orElseThrow();
    }

    private LoneCore() {}
}
