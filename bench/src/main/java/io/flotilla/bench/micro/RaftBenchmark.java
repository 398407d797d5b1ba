package io.flotilla.bench.micro;

import io.flotilla.raft.core.DurableState;
import io.flotilla.raft.core.RaftCore;
import io.flotilla.raft.core.RaftOptions;
import io.flotilla.raft.core.Ready;
import io.flotilla.raft.core.Replicate;
import io.flotilla.raft.message.AppendResponse;
import io.flotilla.raft.message.EntryKind;
import io.flotilla.raft.message.VoteResponse;
import io.flotilla.raft.quorum.Configuration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** One entry proposed, sent to two followers, acknowledged by both and committed, in turn in each of many groups. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RaftBenchmark {
    private static final int TERM = 1;
    private static final int BATCH_BYTES = 16_384;
    private static final int RECORDS = 16;

    @Param({"1", "100", "5000"})
    public int groups = 1;

    private final List<RaftCore> leaders = new ArrayList<>();
    private int next;

    @Setup
    public void setUp() {
        for (int i = 0; i < groups; i++) {
            leaders.add(leader(i));
        }
    }

    private static RaftCore leader(int seed) {
        DurableState fresh = DurableState.fresh(Configuration.of(1, 2, 3));
        RaftCore core = new RaftCore(RaftOptions.defaults(1, 10), fresh, new Random(seed));
        core.nodeUp(2);
        core.nodeUp(3);
        core.campaign();
        core.step(2, new VoteResponse(TERM, true, true));
        carryOut(core);
        core.step(2, new VoteResponse(TERM, false, true));
        carryOut(core);
        acknowledge(core);
        acknowledge(core);
        if (!core.hasCommittedInTerm()) {
            throw new IllegalStateException("no leader");
        }
        return core;
    }

    /** Does all that the core asks for as if disk and network took no time. */
    private static void carryOut(RaftCore core) {
        while (core.hasReady()) {
            Ready ready = core.ready();
            if (ready.hardState() != null) {
                core.hardStatePersisted(ready.hardState());
            }
            core.appended(ready.mark());
            for (Replicate intent : ready.replications()) {
                core.sent(intent, core.lastIndex(), BATCH_BYTES);
            }
        }
    }

    private static void acknowledge(RaftCore core) {
        AppendResponse durable = AppendResponse.accepted(TERM, core.lastIndex(), core.lastIndex());
        core.step(2, durable);
        carryOut(core);
        core.step(3, durable);
        carryOut(core);
    }

    @Benchmark
    public long commitOneEntry() {
        RaftCore core = leaders.get(next);
        next = (next + 1) % leaders.size();
        core.propose(EntryKind.RECORDS, RECORDS, BATCH_BYTES);
        carryOut(core);
        acknowledge(core);
        return core.commitIndex();
    }
}
