package io.flotilla.raft.quorum;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ConfigurationPlanTest {
    private static final NodeSet NOBODY = NodeSet.EMPTY;

    private static Configuration config(NodeSet voters, NodeSet learners, NodeSet outgoing) {
        return new Configuration(voters, learners, outgoing);
    }

    @Test
    void aReplacementLearnsThenSharesThenTakesOver() {
        NodeSet target = NodeSet.of(1, 2, 4);
        Configuration start = Configuration.of(1, 2, 3);

        Configuration learning = ConfigurationPlan.next(start, target, NOBODY, node -> false);
        assertThat(learning).isEqualTo(config(NodeSet.of(1, 2, 3), NodeSet.of(4), NOBODY));
        assertThat(ConfigurationPlan.next(learning, target, NOBODY, node -> false))
                .isNull();

        Configuration joint = ConfigurationPlan.next(learning, target, NOBODY, node -> true);
        assertThat(joint).isEqualTo(config(target, NOBODY, NodeSet.of(1, 2, 3)));
        Configuration last = ConfigurationPlan.next(joint, target, NOBODY, node -> true);
        assertThat(last).isEqualTo(config(target, NOBODY, NOBODY));
        assertThat(ConfigurationPlan.next(last, target, NOBODY, node -> true)).isNull();
    }

    @Test
    void aForgetfulVoterLearnsFirst() {
        Configuration all = Configuration.of(1, 2, 3);
        Configuration joint = ConfigurationPlan.next(all, all.voters(), NodeSet.of(3), node -> true);
        assertThat(joint).isEqualTo(config(NodeSet.of(1, 2), NodeSet.of(3), all.voters()));
        Configuration without = ConfigurationPlan.next(joint, all.voters(), NodeSet.of(3), node -> true);
        assertThat(without).isEqualTo(config(NodeSet.of(1, 2), NodeSet.of(3), NOBODY));
        assertThat(ConfigurationPlan.next(without, all.voters(), NodeSet.of(3), node -> true))
                .isNull();
        assertThat(ConfigurationPlan.next(without, all.voters(), NOBODY, node -> true))
                .isEqualTo(config(all.voters(), NOBODY, NodeSet.of(1, 2)));
    }

    @Test
    void nothingIsDoneWhenNobodyRemembers() {
        Configuration alone = Configuration.of(1);
        assertThat(ConfigurationPlan.next(alone, NodeSet.of(1), NodeSet.of(1), node -> true))
                .isNull();
        assertThat(ConfigurationPlan.next(alone, NOBODY, NOBODY, node -> true)).isNull();
        assertThat(ConfigurationPlan.next(Configuration.NONE, NodeSet.of(1), NOBODY, node -> true))
                .isNull();
    }

    /** From anywhere, with targets that change on the way: every proposal is one step, and the last target is reached. */
    @Test
    void everyWayLeadsToTheTarget() {
        SplittableRandom random = new SplittableRandom(7);
        Configuration current = Configuration.of(1, 2, 3);
        for (int walk = 0; walk < 20_000; walk++) {
            NodeSet target = nodes(random);
            int steps = random.nextInt(3) == 0 ? 12 : random.nextInt(4);
            for (int i = 0; i < steps; i++) {
                Configuration next = ConfigurationPlan.next(current, target, NOBODY, node -> true);
                if (next == null) {
                    assertThat(current).isEqualTo(config(target, NOBODY, NOBODY));
                    break;
                }
                assertThat(ConfigurationPlan.isStep(current, next))
                        .as("%s to %s", current, next)
                        .isTrue();
                current = next;
            }
            if (steps == 12) {
                assertThat(current).isEqualTo(config(target, NOBODY, NOBODY));
            }
        }
    }

    @Test
    void votersChangeOnlyByWayOfBoth() {
        Configuration start = config(NodeSet.of(1, 2, 3), NodeSet.of(4), NOBODY);
        assertThat(ConfigurationPlan.isStep(start, Configuration.of(1, 2, 4))).isFalse();
        assertThat(ConfigurationPlan.isStep(start, config(NodeSet.of(1, 2, 5), NOBODY, start.voters())))
                .as("node 5 has not learned")
                .isFalse();
        assertThat(ConfigurationPlan.isStep(start, config(NodeSet.of(1, 2, 4), NOBODY, NodeSet.of(1, 2))))
                .isFalse();
        Configuration joint = config(NodeSet.of(1, 2, 4), NOBODY, start.voters());
        assertThat(ConfigurationPlan.isStep(start, joint)).isTrue();
        assertThat(ConfigurationPlan.isStep(joint, Configuration.of(1, 2, 4))).isTrue();
        assertThat(ConfigurationPlan.isStep(joint, Configuration.of(1, 2, 3))).isTrue();
        assertThat(ConfigurationPlan.isStep(joint, Configuration.of(1, 2))).isFalse();
    }

    private static NodeSet nodes(SplittableRandom random) {
        NodeSet set = NodeSet.of(1 + random.nextInt(6));
        for (int n = random.nextInt(4); n > 0; n--) {
            set = set.with(1 + random.nextInt(6));
        }
        return set;
    }
}
