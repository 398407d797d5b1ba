package io.flotilla.log.state;

import io.flotilla.log.GroupId;
import io.flotilla.log.fs.FileSystem;
import io.flotilla.log.fs.SmallFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a {@link HardStateJournal}'s file says, read without opening or changing it.
 *
 * @param groups every group it knows, by topic id and partition
 * @param wholeBytes up to here the file can be read
 * @param problem what is wrong there, or null
 * @param damaged whether something is lost that had been synced; else the problem is an interrupted write
 */
public record JournalContent(List<Group> groups, long wholeBytes, String problem, boolean damaged) {
    /**
     * One group's newest state.
     *
     * @param committed last index noted as committed and durable here
     */
    public record Group(GroupId id, HardState state, long committed) {}

    /** Reads a journal's file. */
    public static JournalContent read(FileSystem files, Path file) throws IOException {
        byte[] content = SmallFiles.read(files, file);
        Map<GroupId, GroupState> states =
                new TreeMap<>(Comparator.comparing(GroupId::topicId).thenComparingInt(GroupId::partition));
        JournalFrames.Replayed replayed = JournalFrames.replay(content, LastStop.POWER_LOST, (group, state) -> {
            if (state == null) {
                states.remove(group);
            } else {
                states.put(group, state);
            }
        });
        String problem = null;
        if (replayed.damaged()) {
            problem = "damaged: terms and votes that had been synced cannot be read";
        } else if (replayed.wholeBytes() < content.length) {
            problem = "the last frame is not whole: being written, or interrupted";
        }
        List<Group> groups = new ArrayList<>(states.size());
        states.forEach((id, state) ->
                groups.add(new Group(id, new HardState(state.term(), state.votedFor()), state.committed())));
        return new JournalContent(groups, replayed.wholeBytes(), problem, replayed.damaged());
    }
}
