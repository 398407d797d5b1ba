package io.flotilla.broker.group;

/** A group in a list; the protocol type is empty for a group that never had members. */
public record ListedGroup(String groupId, String protocolType, GroupState state) {}
