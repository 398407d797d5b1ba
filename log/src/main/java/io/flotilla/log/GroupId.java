package io.flotilla.log;

import java.util.UUID;

/** A Raft group: a partition of the topic with this id. */
public record GroupId(UUID topicId, int partition) {}
