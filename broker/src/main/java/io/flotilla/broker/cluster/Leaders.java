package io.flotilla.broker.cluster;

import io.flotilla.broker.partition.PartitionId;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The announced leaders. Announcements may come late and in any order, so the highest term counts. A leader stays here when
 * its broker dies: {@link Liveness} tells that, and the next leader's announcement replaces it.
 */
public final class Leaders implements LeaderTable {
    private final ConcurrentHashMap<PartitionId, Leader> leaders = new ConcurrentHashMap<>();

    @Override
    public Leader leader(PartitionId partition) {
        return leaders.get(partition);
    }

    /**
     * Notes an announcement.
     *
     * @return true when it was news: a partition not known before, or a higher term
     */
    public boolean set(PartitionId partition, int brokerId, int term) {
        Leader announced = new Leader(brokerId, term);
        Leader kept = leaders.merge(partition, announced, (old, fresh) -> fresh.term() > old.term() ? fresh : old);
        return kept == announced;
    }

    /**
     * Forgets the partitions of topics that were deleted between two images. What is in neither stays: an announcement may
     * be faster than the metadata that makes the topic.
     */
    public void forgetDeleted(MetadataImage before, MetadataImage after) {
        for (TopicInfo topic : before.topics()) {
            if (after.topic(topic.id()) == null) {
                for (int partition = 0; partition < topic.partitions(); partition++) {
                    leaders.remove(new PartitionId(topic.id(), partition));
                }
            }
        }
    }
}
