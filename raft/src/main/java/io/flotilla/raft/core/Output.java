package io.flotilla.raft.core;

/** What a core has to say: compares its state with what it said last, and makes each {@link Ready}. */
final class Output {
    private final Replica replica;
    private final RaftLog log;
    private final Replication replication;
    private final Reads reads;

    /** What was last handed out. */
    private HardState hardState;

    private SoftState softState;
    private MembersNews members;
    private long commitIndex;

    /** @param durable term and vote as they are on disk */
    Output(Replica replica, Replication replication, Reads reads, HardState durable) {
        this.replica = replica;
        this.log = replica.log;
        this.replication = replication;
        this.reads = reads;
        hardState = durable;
        softState = currentSoftState();
        members = currentMembers();
        commitIndex = log.commitIndex();
    }

    boolean isEmpty() {
        return !log.hasUnwritten()
                && replica.outbox.isEmpty()
                && log.commitIndex() == commitIndex
                && replica.hardState().equals(hardState)
                && !reads.hasResults()
                && !isMembersNew()
                && !isSoftStateNew();
    }

    Ready take() {
        HardState newHardState = replica.hardState().equals(hardState) ? null : replica.hardState();
        SoftState newSoftState = isSoftStateNew() ? currentSoftState() : null;
        MembersNews newMembers = isMembersNew() ? currentMembers() : null;
        long newCommitIndex = log.commitIndex() == commitIndex ? 0 : log.commitIndex();
        hardState = replica.hardState();
        softState = newSoftState == null ? softState : newSoftState;
        members = newMembers == null ? members : newMembers;
        commitIndex = log.commitIndex();
        replication.forgetNews();
        Outbox outbox = replica.outbox;
        return new Ready(
                newHardState,
                log.takeTruncation(),
                log.takeUnwritten(),
                new LogMark(log.lastIndex(), log.generation()),
                outbox.takeMessages(),
                outbox.takeReplications(),
                outbox.takeSnapshots(),
                newCommitIndex,
                newSoftState,
                outbox.takeInstall(),
                outbox.takePart(),
                newMembers,
                reads.takeResults());
    }

    private SoftState currentSoftState() {
        return new SoftState(replica.role(), replica.leaderId(), replica.term());
    }

    private boolean isSoftStateNew() {
        return softState.term() != replica.term()
                || softState.role() != replica.role()
                || softState.leaderId() != replica.leaderId();
    }

    private MembersNews currentMembers() {
        return new MembersNews(log.latestConfiguration(), log.isConfigurationCommitted());
    }

    private boolean isMembersNew() {
        return members.inForce() != log.latestConfiguration()
                || members.committed() != log.isConfigurationCommitted()
                || replication.hasNews();
    }
}
