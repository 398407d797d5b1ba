package io.flotilla.raft.message;

import io.netty.buffer.ByteBuf;

/**
 * The bytes of a {@link RaftMessage}: one byte of format version, one of {@link MessageType}, four of term, then the fields
 * in order; ints and longs big-endian, flags as bits of one byte. Entries and snapshot content are not included: they
 * follow in the host's envelope, where reading stops.
 */
public final class RaftMessageCodec {
    /** The format written, and the only one read. */
    static final byte VERSION = 2;

    private static final SnapshotResponse.Outcome[] OUTCOMES = SnapshotResponse.Outcome.values();
    private static final int PRE_VOTE = 1;
    private static final int TRANSFER = 2;
    private static final int GRANTED = 4;
    private static final int FORGETFUL = 8;

    private RaftMessageCodec() {}

    /** Appends {@code message} to {@code out}. */
    public static void write(ByteBuf out, RaftMessage message) {
        out.writeByte(VERSION);
        out.writeByte(message.type().code());
        out.writeInt(message.term());
        switch (message.type()) {
            case VOTE_REQUEST -> {
                VoteRequest vote = (VoteRequest) message;
                out.writeLong(vote.lastIndex());
                out.writeInt(vote.lastTerm());
                out.writeByte((vote.preVote() ? PRE_VOTE : 0) | (vote.transfer() ? TRANSFER : 0));
            }
            case VOTE_RESPONSE -> {
                VoteResponse vote = (VoteResponse) message;
                out.writeByte((vote.preVote() ? PRE_VOTE : 0) | (vote.granted() ? GRANTED : 0));
            }
            case APPEND_REQUEST -> {
                AppendRequest append = (AppendRequest) message;
                out.writeLong(append.prevIndex());
                out.writeInt(append.prevTerm());
                out.writeLong(append.commitIndex());
            }
            case APPEND_RESPONSE -> writeAppendResponse(out, (AppendResponse) message);
            case COMMIT_NOTICE -> {
                CommitNotice notice = (CommitNotice) message;
                out.writeLong(notice.commitIndex());
                out.writeInt(notice.commitTerm());
            }
            case SNAPSHOT_REQUEST -> {
                SnapshotRequest snapshot = (SnapshotRequest) message;
                out.writeLong(snapshot.lastIndex());
                out.writeInt(snapshot.lastTerm());
                ConfigurationCodec.write(out, snapshot.configuration());
                out.writeLong(snapshot.offset());
                out.writeLong(snapshot.totalBytes());
                out.writeInt(snapshot.crc());
                out.writeInt(snapshot.partCrc());
            }
            case SNAPSHOT_RESPONSE -> {
                SnapshotResponse snapshot = (SnapshotResponse) message;
                out.writeByte(snapshot.outcome().ordinal());
                out.writeLong(snapshot.index());
                out.writeLong(snapshot.heldBytes());
            }
            case CONFIRM_REQUEST -> {
                ConfirmRequest confirm = (ConfirmRequest) message;
                out.writeLong(confirm.round());
                out.writeLong(confirm.leaseNanos());
            }
            case CONFIRM_RESPONSE -> out.writeLong(((ConfirmResponse) message).round());
            case READ_INDEX_REQUEST -> out.writeLong(((ReadIndexRequest) message).number());
            case READ_INDEX_RESPONSE -> {
                ReadIndexResponse read = (ReadIndexResponse) message;
                out.writeLong(read.number());
                out.writeByte(read.confirmed() ? GRANTED : 0);
                out.writeLong(read.index());
                out.writeInt(read.indexTerm());
            }
            case READMISSION -> out.writeLong(((Readmission) message).index());
            case LEADER_RESIGNED, TIMEOUT_NOW -> {}
        }
    }

    /**
     * Reads one message and leaves the reader index behind it, at the payload if there is one.
     *
     * @throws MalformedMessageException if the bytes are no message of this version
     */
    public static RaftMessage read(ByteBuf in) {
        require(in, 2);
        byte version = in.readByte();
        if (version != VERSION) {
            throw new MalformedMessageException("message format " + version + ", expected " + VERSION);
        }
        int code = in.readByte();
        MessageType type = MessageType.of(code);
        if (type == null) {
            throw new MalformedMessageException("unknown message type " + code);
        }
        int term = readTerm(in);
        return switch (type) {
            case VOTE_REQUEST -> {
                long lastIndex = readIndex(in);
                int lastTerm = readTerm(in);
                int flags = readFlags(in);
                yield new VoteRequest(term, lastIndex, lastTerm, isSet(flags, PRE_VOTE), isSet(flags, TRANSFER));
            }
            case VOTE_RESPONSE -> {
                int flags = readFlags(in);
                yield new VoteResponse(term, isSet(flags, PRE_VOTE), isSet(flags, GRANTED));
            }
            case APPEND_REQUEST -> AppendRequest.probe(term, readIndex(in), readTerm(in), readIndex(in));
            case APPEND_RESPONSE -> readAppendResponse(in, term);
            case COMMIT_NOTICE -> new CommitNotice(term, readIndex(in), readTerm(in));
            case SNAPSHOT_REQUEST ->
                new SnapshotRequest(
                        term,
                        readIndex(in),
                        readTerm(in),
                        ConfigurationCodec.read(in),
                        readIndex(in),
                        readIndex(in),
                        readCrc(in),
                        readCrc(in));
            case SNAPSHOT_RESPONSE -> new SnapshotResponse(term, readOutcome(in), readIndex(in), readIndex(in));
            case LEADER_RESIGNED -> new LeaderResigned(term);
            case TIMEOUT_NOW -> new TimeoutNow(term);
            case CONFIRM_REQUEST -> new ConfirmRequest(term, readIndex(in), readIndex(in));
            case CONFIRM_RESPONSE -> new ConfirmResponse(term, readIndex(in));
            case READ_INDEX_REQUEST -> new ReadIndexRequest(term, readIndex(in));
            case READ_INDEX_RESPONSE ->
                new ReadIndexResponse(term, readIndex(in), isSet(readFlags(in), GRANTED), readIndex(in), readTerm(in));
            case READMISSION -> new Readmission(term, readIndex(in));
        };
    }

    private static void writeAppendResponse(ByteBuf out, AppendResponse response) {
        out.writeByte((response.success() ? GRANTED : 0) | (response.forgetful() ? FORGETFUL : 0));
        if (response.success()) {
            out.writeLong(response.verifiedIndex());
            out.writeLong(response.durableIndex());
        } else {
            out.writeLong(response.rejectedIndex());
            out.writeLong(response.hintIndex());
            out.writeInt(response.hintTerm());
        }
    }

    private static AppendResponse readAppendResponse(ByteBuf in, int term) {
        int flags = readFlags(in);
        AppendResponse response = isSet(flags, GRANTED)
                ? AppendResponse.accepted(term, readIndex(in), readIndex(in))
                : AppendResponse.rejected(term, readIndex(in), readIndex(in), readTerm(in));
        return response.from(isSet(flags, FORGETFUL));
    }

    private static int readTerm(ByteBuf in) {
        require(in, Integer.BYTES);
        int term = in.readInt();
        if (term < 0) {
            throw new MalformedMessageException("negative term " + term);
        }
        return term;
    }

    private static long readIndex(ByteBuf in) {
        require(in, Long.BYTES);
        long index = in.readLong();
        if (index < 0) {
            throw new MalformedMessageException("negative index " + index);
        }
        return index;
    }

    private static int readCrc(ByteBuf in) {
        require(in, Integer.BYTES);
        return in.readInt();
    }

    private static SnapshotResponse.Outcome readOutcome(ByteBuf in) {
        int outcome = readFlags(in);
        if (outcome < 0 || outcome >= OUTCOMES.length) {
            throw new MalformedMessageException("unknown outcome " + outcome);
        }
        return OUTCOMES[outcome];
    }

    private static int readFlags(ByteBuf in) {
        require(in, 1);
        return in.readByte();
    }

    private static boolean isSet(int flags, int flag) {
        return (flags & flag) != 0;
    }

    static void require(ByteBuf in, int bytes) {
        if (in.readableBytes() < bytes) {
            throw new MalformedMessageException(in.readableBytes() + " bytes left, " + bytes + " needed");
        }
    }
}
