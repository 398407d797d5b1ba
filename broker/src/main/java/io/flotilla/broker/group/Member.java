package io.flotilla.broker.group;

import io.flotilla.broker.machine.Held;
import java.util.List;

/** A member of a group. */
final class Member {
    static final byte[] NO_ASSIGNMENT = {};

    final String id;
    /** Null for a dynamic member. */
    final String instanceId;

    final String clientId;
    final String clientHost;
    int sessionTimeoutMs;
    int rebalanceTimeoutMs;
    /** Best first. */
    List<Protocol> protocols;

    byte[] assignment = NO_ASSIGNMENT;
    /** Whether its first join is still unanswered: it does not know its id and cannot send heartbeats. */
    boolean isNew;
    /** Waiting for the rebalance to complete; null when not. */
    Held<JoinResult> joining;
    /** Waiting for the leader's assignment; null when not. */
    Held<SyncResult> syncing;

    Member(
            MemberIdentity identity,
            String clientId,
            String clientHost,
            int sessionTimeoutMs,
            int rebalanceTimeoutMs,
            List<Protocol> protocols) {
        this.id = identity.memberId();
        this.instanceId = identity.instanceId();
        this.clientId = clientId;
        this.clientHost = clientHost;
        this.sessionTimeoutMs = sessionTimeoutMs;
        this.rebalanceTimeoutMs = rebalanceTimeoutMs;
        this.protocols = protocols;
    }

    boolean isStatic() {
        return instanceId != null;
    }

    /** Metadata for the protocol, or empty when the member does not follow it. */
    byte[] metadata(String protocol) {
        for (Protocol candidate : protocols) {
            if (candidate.name().equals(protocol)) {
                return candidate.metadata();
            }
        }
        return NO_ASSIGNMENT;
    }

    /** Its session can not end now: the coordinator owes it an answer. */
    boolean isWaiting() {
        return !isNew && (joining != null || syncing != null);
    }
}
