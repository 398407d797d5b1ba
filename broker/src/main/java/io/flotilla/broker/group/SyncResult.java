package io.flotilla.broker.group;

import io.flotilla.wire.frame.ErrorCode;

/** Answer to a {@link SyncCommand}; type and protocol are null, and the assignment is empty, on error. */
@SuppressWarnings("ArrayRecordComponent")
public record SyncResult(ErrorCode error, String protocolType, String protocol, byte[] assignment) {
    static SyncResult failed(ErrorCode error) {
        return new SyncResult(error, null, null, Member.NO_ASSIGNMENT);
    }
}
