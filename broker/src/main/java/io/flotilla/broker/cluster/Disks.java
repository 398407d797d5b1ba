package io.flotilla.broker.cluster;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.pcollections.TreePMap;

/**
 * The log directories of a broker as its registrations have told them, by id; those that failed, or could not be opened, are away.
 * Immutable.
 *
 * @param changed offset of the record in which the directories last changed
 */
record Disks(TreePMap<UUID, Stay> present, TreePMap<UUID, Absence> away, long changed) {
    /** Directories that are away and remembered; one that was forgotten is a new one when it comes back. */
    private static final int MOST_AWAY = 32;

    /**
     * How long a directory has been there.
     *
     * @param since offset of the record in which it came
     * @param before when it had been there before that; {@link Absence#UNKNOWN} if it is not known to have been
     */
    record Stay(long since, Absence before) {}

    /**
     * When a directory was there that has gone.
     *
     * @param since offset of the record in which it had come
     * @param left offset of the record in which it went
     */
    record Absence(long since, long left) {
        static final Absence UNKNOWN = new Absence(-1, -1);
    }

    /** Of a broker that has not registered. */
    static final Disks NONE = new Disks(TreePMap.empty(), TreePMap.empty(), -1);

    /** With these directories from the record at an offset on. */
    Disks now(Collection<UUID> directories, long at) {
        if (this != NONE && present.keySet().equals(Set.copyOf(directories))) {
            return this;
        }
        TreePMap<UUID, Stay> staying = TreePMap.empty();
        TreePMap<UUID, Absence> gone = away;
        for (UUID id : directories) {
            Stay known = present.get(id);
            staying = staying.plus(id, known != null ? known : new Stay(at, away.getOrDefault(id, Absence.UNKNOWN)));
            gone = gone.minus(id);
        }
        for (UUID id : present.keySet()) {
            if (!staying.containsKey(id)) {
                gone = gone.plus(id, new Absence(present.get(id).since(), at));
            }
        }
        while (gone.size() > MOST_AWAY) {
            gone = gone.minus(firstToLeave(gone));
        }
        return new Disks(staying, gone, at);
    }

    private static UUID firstToLeave(TreePMap<UUID, Absence> gone) {
        return gone.entrySet().stream()
                .min(Map.Entry.comparingByValue(Comparator.comparingLong(Absence::left)))
                .orElseThrow()
                .getKey();
    }

    /** The directories there are now. */
    List<UUID> directories() {
        return List.copyOf(present.keySet());
    }

    /**
     * Whether all directories that the broker has had since this one left are here: what became of the replicas in it
     * meanwhile can be seen in them.
     *
     * @param since in which record this directory came when it was there before, as it remembers itself. Others may have
     *     thought it there since, as a late registration has it.
     */
    boolean showsAllSinceItLeft(UUID directory, long since) {
        Stay stay = present.get(directory);
        return stay != null
                && stay.before().since() == since
                && stay.before().left() >= 0
                && away.values().stream()
                        .noneMatch(absence -> absence.left() > stay.before().left());
    }
}
