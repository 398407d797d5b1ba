package io.flotilla.raft.core;

import io.flotilla.raft.message.AppendRequest;
import io.flotilla.raft.message.CommitNotice;
import io.flotilla.raft.message.EntryKind;
import io.flotilla.raft.message.EntryRef;
import io.flotilla.raft.message.RaftMessage;
import io.flotilla.raft.message.SnapshotRequest;
import io.flotilla.raft.quorum.Configuration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * A host for one core, in memory: a disk whose writes become durable only when told to, and whose reads happen when told
 * to. Everything that is not durable is gone after a crash.
 */
final class SimNode {
    /** Snapshots travel in so many parts. */
    private static final int SNAPSHOT_PARTS = 3;

    private record Sync(LogImage image, LogMark mark) {}

    final int id;
    private final SimCluster cluster;
    private final RandomGenerator random;
    private RaftCore core;
    private LogImage written;
    private LogImage durable;
    private HardState durableHardState = HardState.INITIAL;
    private long snapshotIndex;
    private LogMark mark;
    private boolean dirty;
    private Sync sync;
    private InstallSnapshot install;
    private SnapshotRequest partial;
    private long partialBytes;
    private final Deque<HardState> hardStates = new ArrayDeque<>();
    private final Deque<Replicate> replications = new ArrayDeque<>();
    private final Deque<SendSnapshot> snapshots = new ArrayDeque<>();

    /** What was on disks that are lost. */
    private final List<LogImage> lost = new ArrayList<>();

    private boolean forgetful;

    SimNode(int id, Configuration configuration, SimCluster cluster, RandomGenerator random) {
        this.id = id;
        this.cluster = cluster;
        this.random = random;
        written = LogImage.empty(configuration);
        durable = written;
        start();
    }

    RaftCore core() {
        return core;
    }

    boolean isRunning() {
        return core != null;
    }

    LogImage written() {
        return written;
    }

    LogImage durable() {
        return durable;
    }

    /** True if the entry is, or once was, on this node's disk. */
    boolean everHeld(EntryRef entry) {
        return durable.holds(entry) || lost.stream().anyMatch(image -> image.holds(entry));
    }

    /** The members in every state that this node's log may come to be in again. */
    List<Configuration> everInForce() {
        List<Configuration> all = new ArrayList<>(List.of(written.baseConfiguration(), durable.baseConfiguration()));
        written.entries().forEach(entry -> all.add(entry.configuration()));
        durable.entries().forEach(entry -> all.add(entry.configuration()));
        all.removeIf(members -> members == null || members.equals(Configuration.NONE));
        return all;
    }

    /** How many disks this node has lost. */
    int life() {
        return lost.size();
    }

    void start() {
        DurableState found = durable.recover(durableHardState, snapshotIndex, forgetful);
        core = new RaftCore(cluster.options(id), found, random, cluster.rules());
        written = durable;
        mark = new LogMark(written.lastIndex(), 0);
        tellTime();
    }

    /** Stops at once. {@code kept} decides how much of what was written but not synced reached the disk all the same. */
    void crash(RandomGenerator kept) {
        core = null;
        if (kept != null) {
            keepSomeUnsyncedWrites(kept);
        }
        dirty = false;
        sync = null;
        install = null;
        partial = null;
        hardStates.clear();
        replications.clear();
        snapshots.clear();
    }

    /** Stops at once, and loses its disk. */
    void wipe() {
        crash(null);
        lost.add(durable);
        durable = LogImage.empty(Configuration.NONE);
        durableHardState = HardState.INITIAL;
        snapshotIndex = 0;
        forgetful = true;
    }

    /** True if it lost a disk and has not been readmitted since, as far as a restart would know. */
    boolean isForgetful() {
        return forgetful;
    }

    private void keepSomeUnsyncedWrites(RandomGenerator kept) {
        for (int n = kept.nextInt(hardStates.size() + 1); n > 0; n--) {
            keep(hardStates.remove());
        }
        if (kept.nextBoolean() && written.baseIndex() == durable.baseIndex()) {
            int common = 0;
            while (common < Math.min(written.entries().size(), durable.entries().size())
                    && written.entries().get(common).equals(durable.entries().get(common))) {
                common++;
            }
            int size = common + kept.nextInt(written.entries().size() - common + 1);
            durable = new LogImage(
                    durable.baseIndex(),
                    durable.baseTerm(),
                    durable.baseConfiguration(),
                    written.entries().subList(0, size));
        }
    }

    /** The journal decides from the first record on; before, that there are no files does. */
    private void keep(HardState state) {
        durableHardState = state;
        forgetful = state.isForgetful();
    }

    /** Carries out what the core asks until it asks nothing more. */
    void drain() {
        while (core.hasReady()) {
            Ready ready = core.ready();
            ready.messages().forEach(envelope -> cluster.send(id, envelope.to(), envelope.message()));
            if (ready.hardState() != null) {
                hardStates.add(ready.hardState());
            }
            write(ready);
            replications.addAll(ready.replications());
            snapshots.addAll(ready.snapshots());
            cluster.checker().onReady(this, ready);
            if (ready.part() != null) {
                take(ready.part());
            }
        }
    }

    private void write(Ready ready) {
        if (ready.truncateFrom() != 0) {
            written = written.truncate(ready.truncateFrom());
        }
        written = written.append(ready.entries());
        dirty |= ready.truncateFrom() != 0 || !ready.entries().isEmpty();
        mark = ready.mark();
        if (ready.install() != null) {
            install = ready.install();
        }
    }

    private void take(TakePart taken) {
        SnapshotRequest part = taken.part();
        if (partial == null || !partial.isPartOfSame(part)) {
            partial = part;
            partialBytes = 0;
        }
        partialBytes += part.offset() == partialBytes ? 1 : 0;
        long held = partialBytes;
        if (held == part.totalBytes()) {
            partial = null;
        }
        core.partTaken(taken, held);
    }

    boolean canStartSync() {
        return dirty && sync == null;
    }

    void startSync() {
        sync = new Sync(written, mark);
        dirty = false;
    }

    boolean canFinishSync() {
        return sync != null;
    }

    void finishSync() {
        Sync done = sync;
        sync = null;
        if (done.mark().generation() == mark.generation()) { // Else the cut may have undone it.
            durable = done.image().compact(durable.baseIndex());
        }
        core.appended(done.mark());
        drain();
    }

    boolean canPersist() {
        return !hardStates.isEmpty();
    }

    void persist() {
        keep(hardStates.remove());
        tellTime();
        core.hardStatePersisted(durableHardState);
        drain();
    }

    boolean canInstall() {
        return install != null;
    }

    void install(boolean succeeds) {
        InstallSnapshot done = install;
        install = null;
        if (succeeds) {
            written = new LogImage(done.index(), done.term(), done.configuration(), List.of());
            durable = written;
            snapshotIndex = done.index();
            dirty = false;
            core.snapshotInstalled(done);
        } else {
            core.snapshotFailed(done);
        }
        drain();
    }

    boolean canRead() {
        return !replications.isEmpty() || !snapshots.isEmpty();
    }

    /** Carries out the oldest intent, sending at most {@code maxEntries}; gives it up if {@code fails}. */
    void read(int maxEntries, boolean fails) {
        if (!replications.isEmpty()) {
            readEntries(replications.remove(), maxEntries, fails);
        } else {
            readSnapshot(snapshots.remove(), fails);
        }
        drain();
    }

    private void readEntries(Replicate intent, int maxEntries, boolean fails) {
        if (!core.isCurrent(intent)) {
            return;
        }
        if (fails || intent.nextIndex() <= written.baseIndex()) {
            core.sendFailed(intent.peer());
            return;
        }
        List<EntryRef> entries = new ArrayList<>();
        for (EntryRef entry : written.entries()) {
            if (entry.lastIndex() >= intent.nextIndex() && entries.size() < maxEntries) {
                entries.add(entry);
            }
        }
        AppendRequest request =
                new AppendRequest(intent.term(), intent.prevIndex(), intent.prevTerm(), core.commitIndex(), entries);
        cluster.send(id, intent.peer(), request);
        core.sent(intent, request.lastIndex(), entries.size());
    }

    private void readSnapshot(SendSnapshot intent, boolean fails) {
        if (!core.isCurrent(intent)) {
            return;
        }
        if (fails || snapshotIndex < intent.minIndex()) {
            core.sendFailed(intent.peer());
            return;
        }
        long offset = intent.heldIndex() == snapshotIndex ? intent.heldBytes() : 0;
        SnapshotRequest part = new SnapshotRequest(
                intent.term(),
                snapshotIndex,
                written.termAt(snapshotIndex),
                core.configurationAt(snapshotIndex),
                offset,
                SNAPSHOT_PARTS,
                0,
                0);
        if (!part.configuration().equals(written.configurationAt(snapshotIndex))) {
            throw new AssertionError("members at " + snapshotIndex + " are " + part.configuration()
                    + ", but the log says " + written.configurationAt(snapshotIndex));
        }
        cluster.send(id, intent.peer(), part);
    }

    /** Takes a snapshot at the commit index and forgets the log up to {@code index}, the end of an entry. */
    void compact(long index) {
        long newest = Math.min(core.commitIndex(), durable.lastIndex());
        EntryRef last = written.at(newest);
        if (last != null && last.lastIndex() == newest && index <= newest && durable.termAt(newest) == last.term()) {
            snapshotIndex = newest;
            core.compacted(index + 1);
            written = written.compact(index);
            durable = durable.compact(index);
        }
    }

    private void tellTime() {
        if (core.needsTime()) {
            core.time(cluster.clockOf(id));
        }
    }

    void step(int from, RaftMessage message) {
        tellTime();
        core.step(from, message);
        drain();
    }

    void tick() {
        tellTime();
        core.tick();
        drain();
    }

    void campaign() {
        tellTime();
        core.campaign();
        drain();
    }

    /** Proposes a batch of {@code records}; its size in bytes is made unique, so that entries can be told apart. */
    void propose(int records) {
        if (core.propose(EntryKind.RECORDS, records, cluster.nextPayload()) instanceof ProposeResult.Accepted) {
            drain();
        }
    }

    ChangeResult change(Configuration next) {
        ChangeResult result = core.proposeConfiguration(next);
        drain();
        return result;
    }

    /** Asks for an index to read at; the checker holds the answer against what is committed by now. */
    void read(long readId) {
        tellTime();
        cluster.checker().onRead(this, readId);
        core.readIndex(readId);
        drain();
    }

    void sendCommitNotice(int to) {
        if (core.role() == Role.LEADER && to != id) {
            cluster.send(id, to, new CommitNotice(core.term(), core.commitIndex(), core.termAt(core.commitIndex())));
        }
    }
}
