package io.flotilla.broker.group;

/**
 * How a member says who it is.
 *
 * @param memberId given by the coordinator; empty when the member has none yet
 * @param instanceId chosen by the user for a static member (KIP-345), otherwise null
 */
public record MemberIdentity(String memberId, String instanceId) {}
