package io.flotilla.raft.quorum;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuorumTest {
    /** {@code reached} lists the index that nodes 1, 2, ... have reached. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            # voters    | outgoing | reached       | index
            ''          | ''       | 9 9 9         | 0
            1           | ''       | 7             | 7
            1 2         | ''       | 7 5           | 5
            1 2         | ''       | 7 0           | 0
            1 2 3       | ''       | 7 5 3         | 5
            1 2 3       | ''       | 7 7 0         | 7
            1 2 3       | ''       | 7 0 0         | 0
            1 2 3 4     | ''       | 9 8 7 6       | 7
            1 2 3 4 5   | ''       | 1 2 3 4 5     | 3
            1 2 3 4 5   | ''       | 5 5 5 1 1     | 5
            # a learner (node 4) does not count
            1 2 3       | ''       | 7 5 3 9       | 5
            # joint: what both halves have
            1 2 3       | 3 4 5    | 9 9 1 4 4     | 4
            1 2 3       | 3 4 5    | 9 9 1 0 0     | 0
            1 2 3       | 3 4 5    | 2 2 9 8 8     | 2
            1           | 2        | 5 3           | 3
            """)
    void findsWhatAQuorumHasReached(String voters, String outgoing, String reached, long index) {
        int[] indexes = numbers(reached);

        assertThat(Quorum.reachedIndex(configuration(voters, outgoing), node -> indexes[node - 1]))
                .isEqualTo(index);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            # voters    | outgoing | granted | refused | result
            ''          | ''       | 1       | ''      | LOST
            1           | ''       | 1       | ''      | WON
            1           | ''       | ''      | ''      | PENDING
            1           | ''       | ''      | 1       | LOST
            1 2         | ''       | 1       | ''      | PENDING
            1 2         | ''       | 1       | 2       | LOST
            1 2         | ''       | 1 2     | ''      | WON
            1 2 3       | ''       | 1 2     | 3       | WON
            1 2 3       | ''       | 1       | 2       | PENDING
            1 2 3       | ''       | 1       | 2 3     | LOST
            1 2 3       | ''       | 1 4 5   | ''      | PENDING
            1 2 3 4     | ''       | 1 2     | 3       | PENDING
            1 2 3 4     | ''       | 1 2     | 3 4     | LOST
            1 2 3       | 3 4 5    | 1 2     | ''      | PENDING
            1 2 3       | 3 4 5    | 1 2 4 5 | 3       | WON
            1 2 3       | 3 4 5    | 1 2     | 4 5     | LOST
            1 2 3       | 3 4 5    | 1 3 4   | ''      | WON
            """)
    void talliesVotes(String voters, String outgoing, String granted, String refused, VoteResult result) {
        assertThat(Quorum.tally(configuration(voters, outgoing), nodes(granted), nodes(refused)))
                .isEqualTo(result);
    }

    @Test
    void agreesWithSorting() {
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 5_000; i++) {
            int size = 1 + random.nextInt(7);
            long[] reached = random.longs(size, 0, 6).toArray();
            int[] ids = new int[size];
            Arrays.setAll(ids, id -> id);
            long[] sorted = reached.clone();
            Arrays.sort(sorted);

            assertThat(Quorum.reachedIndex(Configuration.of(ids), id -> reached[id]))
                    .as("%s", Arrays.toString(reached))
                    .isEqualTo(sorted[size - Quorum.majority(size)]);
        }
    }

    private static Configuration configuration(String voters, String outgoing) {
        return new Configuration(nodes(voters), NodeSet.EMPTY, nodes(outgoing));
    }

    private static NodeSet nodes(String text) {
        return NodeSet.of(numbers(text));
    }

    private static int[] numbers(String text) {
        return text.isEmpty()
                ? new int[0]
                : Arrays.stream(text.split(" ")).mapToInt(Integer::parseInt).toArray();
    }
}
