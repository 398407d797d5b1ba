package io.flotilla.broker.partition;

import io.flotilla.log.PartitionLog;
import io.flotilla.log.ReadResult;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.RangeChecksumRequest;
import io.flotilla.wire.message.RangeChecksumResponse;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;

/**
 * The checksum of a range of a replica's committed entries. Whoever computes it reads the range, and so finds damage in it.
 * Used once, begun on the replica's loop; the bytes are summed up in the background.
 */
public final class RangeChecksums {
    private static final int READ_BYTES = 1 << 20;

    private final Replica replica;
    private final PartitionLog log;
    private final RangeChecksumRequest range;
    private final Executor blocking;
    private final CRC32 crc32 = new CRC32();
    private final CRC32C crc32c = new CRC32C();
    private final RangeChecksumResponse.Builder answer = RangeChecksumResponse.builder();
    private final CompletableFuture<RangeChecksumResponse> done = new CompletableFuture<>();
    private final long commitIndex;
    private long next;
    private long bytes;

    private RangeChecksums(Replica replica, RangeChecksumRequest range, Executor blocking) {
        this.replica = replica;
        this.log = replica.log();
        this.range = range;
        this.blocking = blocking;
        this.commitIndex = log.committedIndex();
    }

    /** Computes it; completes on the replica's loop. Failures are in the response. */
    public static CompletableFuture<RangeChecksumResponse> of(
            Replica replica, RangeChecksumRequest range, Executor blocking) {
        RangeChecksums checksums = new RangeChecksums(replica, range, blocking);
        checksums.begin();
        return checksums.done;
    }

    private void begin() {
        next = range.firstIndex() == 0 ? log.firstIndex() : range.firstIndex();
        answer.startIndex(log.firstIndex()).commitIndex(commitIndex).firstIndex(next);
        answer.durableIndex(log.isForgetful() ? 0 : log.commitMark())
                .repairing(replica.isRepairing())
                .alteredIndex(log.alteredIndex());
        if (next < log.firstIndex() || next > commitIndex + 1 || range.lastIndex() > commitIndex) {
            fail(ErrorCode.OFFSET_OUT_OF_RANGE, "entries " + log.firstIndex() + " to " + commitIndex + " are here");
            return;
        }
        answer.firstOffset(log.offsetAfter(next - 1));
        read();
    }

    private void read() {
        boolean toEnd = range.lastIndex() >= 0;
        long last = toEnd ? range.lastIndex() : commitIndex;
        long room = toEnd ? Long.MAX_VALUE : range.maxBytes() - bytes;
        if (next > last || room <= 0) {
            finish();
            return;
        }
        log.readEntries(next, last, (int) Math.min(READ_BYTES, room)).thenAccept(this::take);
    }

    private void take(ReadResult result) {
        if (result instanceof ReadResult.Batches batches && batches.lastIndex() >= next) {
            next = batches.lastIndex() + 1;
            bytes += batches.bytes().readableBytes();
            CompletableFuture.runAsync(() -> sum(batches.bytes()), blocking).thenRunAsync(this::read, replica.loop());
            return;
        }
        if (result instanceof ReadResult.Batches batches) {
            batches.bytes().release();
            if (next <= log.alteredIndex()) {
                // In the middle of an empty batch, which another replica has otherwise.
                finish();
            } else {
                fail(ErrorCode.OFFSET_OUT_OF_RANGE, "no batch ends with index " + range.lastIndex());
            }
        } else if (result instanceof ReadResult.Damaged damaged) {
            replica.damaged(damaged.damage());
            fail(ErrorCode.KAFKA_STORAGE_ERROR, damaged.damage().toString());
        } else if (result instanceof ReadResult.Unavailable unavailable) {
            fail(ErrorCode.REPLICA_NOT_AVAILABLE, unavailable.cause().getMessage());
        } else {
            fail(ErrorCode.OFFSET_OUT_OF_RANGE, "not here any more");
        }
    }

    private void sum(ByteBuf read) {
        for (ByteBuffer buffer : read.nioBuffers()) {
            crc32.update(buffer.duplicate());
            crc32c.update(buffer);
        }
        read.release();
    }

    private void finish() {
        done.complete(answer.lastIndex(next - 1)
                .endOffset(log.offsetAfter(next - 1))
                .bytes(bytes)
                .checksum(crc32.getValue() << Integer.SIZE | crc32c.getValue())
                .build());
    }

    private void fail(ErrorCode error, String message) {
        done.complete(answer.errorCode(error.code()).errorMessage(message).build());
    }
}
