package io.flotilla.raft.host;

import io.flotilla.raft.message.AppendRequest;
import io.flotilla.raft.message.EntryKind;
import io.flotilla.raft.message.EntryRef;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.List;

/** The bytes of entries that are on their way through the core to storage: proposed here, or received from a leader. */
final class EntryBytes {
    private final GroupStorage storage;

    /** Bytes of proposed entries the core has accepted and not yet handed back to append, in order. */
    private final ArrayDeque<ByteBuf> proposed = new ArrayDeque<>();

    /** The message being stepped: its entries may be among those to append. */
    private List<EntryRef> received = List.of();

    private ByteBuf receivedBytes;

    /** What stands for the message's bytes, if that is not they. */
    private ByteBuf fitted;

    EntryBytes(GroupStorage storage) {
        this.storage = storage;
    }

    /** The core has accepted a proposal; ownership passes. */
    void propose(ByteBuf bytes) {
        proposed.add(bytes);
    }

    /** What was proposed and not appended will not be. */
    void dropProposed() {
        proposed.forEach(ByteBuf::release);
        proposed.clear();
    }

    /**
     * A message begins to be stepped. Returns it with the entries that are in its payload.
     *
     * @throws IllegalArgumentException when they are not whole, intact entries
     */
    AppendRequest open(AppendRequest request, ByteBuf payload) {
        long first = request.prevIndex() + 1;
        // Parsed first: it checks what arrived.
        List<EntryRef> entries = storage.parse(first, payload);
        ByteBuf fitting = storage.fitting(first, payload);
        if (fitting != payload) {
            fitted = fitting;
            entries = storage.parse(first, fitting);
        }
        AppendRequest whole = request.withEntries(entries);
        received = entries;
        receivedBytes = fitting;
        return whole;
    }

    /** The message has been stepped. */
    void close() {
        received = List.of();
        receivedBytes = null;
        if (fitted != null) {
            fitted.release();
            fitted = null;
        }
    }

    /** Appends entries: those of the message being stepped in one piece, those of this leader one by one. */
    void append(List<EntryRef> entries) {
        if (entries.isEmpty()) {
            return;
        }
        long first = entries.get(0).firstIndex();
        int at = 0;
        for (int i = 0; i < received.size(); i++) {
            if (received.get(i).firstIndex() == first) {
                int size = receivedBytes.readableBytes() - at;
                storage.appendReceived(entries, receivedBytes.retainedSlice(receivedBytes.readerIndex() + at, size));
                return;
            }
            at += received.get(i).sizeInBytes();
        }
        for (int i = 0; i < entries.size(); i++) {
            EntryRef entry = entries.get(i);
            boolean own = entry.kind() == EntryKind.LEADER_CHANGE || entry.kind() == EntryKind.CONFIGURATION;
            storage.append(entry, own ? storage.encode(entry) : proposed.remove());
        }
    }
}
