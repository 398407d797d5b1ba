package io.flotilla.raft.message;

/** A message from one replica of a group to another. */
public sealed interface RaftMessage
        permits VoteRequest,
                VoteResponse,
                AppendRequest,
                AppendResponse,
                CommitNotice,
                LeaderResigned,
                SnapshotRequest,
                SnapshotResponse,
                TimeoutNow,
                ConfirmRequest,
                ConfirmResponse,
                ReadIndexRequest,
                ReadIndexResponse,
                Readmission {
    /** The sender's term; for a pre-vote, the term the candidate would campaign in. */
    int term();

    /** Which message this is. */
    MessageType type();
}
