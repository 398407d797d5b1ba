package io.flotilla.raft.quorum;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ConfigurationTest {
    @Test
    void knowsWhoVotesAndWhoListens() {
        Configuration joint = new Configuration(NodeSet.of(3, 1), NodeSet.of(9), NodeSet.of(1, 2));

        assertThat(joint.isJoint()).isTrue();
        assertThat(joint.isVoter(2)).isTrue();
        assertThat(joint.isVoter(9)).isFalse();
        assertThat(joint.allVoters()).isEqualTo(NodeSet.of(1, 2, 3));
        assertThat(joint.members()).isEqualTo(NodeSet.of(1, 2, 3, 9));
        assertThat(Configuration.of(1).isJoint()).isFalse();
    }

    @Test
    void refusesContradictions() {
        assertThatThrownBy(() -> new Configuration(NodeSet.of(1), NodeSet.of(1), NodeSet.EMPTY))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> NodeSet.of(1, 2, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> NodeSet.of(-1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void setsAreValues() {
        NodeSet set = NodeSet.of(5, 3);

        assertThat(set.with(4)).isEqualTo(NodeSet.of(3, 4, 5));
        assertThat(set.with(3)).isSameAs(set);
        assertThat(set.without(3)).isEqualTo(NodeSet.of(5));
        assertThat(set.without(9)).isSameAs(set);
        assertThat(set.get(0)).isEqualTo(3);
        assertThat(set).hasToString("[3, 5]").hasSameHashCodeAs(NodeSet.of(3, 5));
        assertThat(set.isDisjointFrom(NodeSet.of(4))).isTrue();
        assertThat(set.isDisjointFrom(NodeSet.of(4, 5))).isFalse();
        assertThat(NodeSet.EMPTY.isEmpty()).isTrue();
    }
}
