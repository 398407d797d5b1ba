package io.flotilla.broker.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.wire.frame.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class WaitersTest {
    private final Waiters waiters = new Waiters();
    private final List<String> told = new ArrayList<>();

    private final class Named extends Waiters.Wait {
        private final String name;
        private final Runnable then;

        Named(String name, Runnable then) {
            this.name = name;
            this.then = then;
        }

        @Override
        protected void reached() {
            told.add(name + " reached");
            then.run();
        }

        @Override
        protected void failed(ErrorCode error) {
            told.add(name + " " + error);
            then.run();
        }
    }

    private Waiters.Wait await(long target, long deadline, String name) {
        return await(target, deadline, name, () -> {});
    }

    private Waiters.Wait await(long target, long deadline, String name, Runnable then) {
        Waiters.Wait wait = new Named(name, then);
        waiters.await(target, deadline, wait);
        return wait;
    }

    @Test
    void thoseReachedAreToldInTheOrderOfTheirTargetsAndOnce() {
        await(5, 100, "five");
        await(3, 100, "three");
        await(5, 100, "five too");
        await(9, 100, "nine");
        waiters.advance(2);
        assertThat(told).isEmpty();
        waiters.advance(6);
        waiters.advance(6);
        assertThat(told).containsExactly("three reached", "five reached", "five too reached");
        assertThat(waiters.isEmpty()).isFalse();
        waiters.advance(9);
        assertThat(waiters.isEmpty()).isTrue();
    }

    @Test
    void whoGivesUpIsNotTold() {
        Waiters.Wait first = await(1, 100, "first");
        Waiters.Wait middle = await(2, 100, "middle");
        Waiters.Wait last = await(3, 100, "last");
        middle.cancel();
        middle.cancel();
        waiters.advance(2);
        assertThat(told).containsExactly("first reached");
        first.cancel();
        last.cancel();
        assertThat(waiters.isEmpty()).isTrue();
    }

    @Test
    void onlyThoseWhoseTimeIsOverExpire() {
        await(1, 100, "soon");
        await(2, 300, "late");
        await(3, 100, "soon too");
        waiters.expire(99);
        assertThat(told).isEmpty();
        waiters.expire(100);
        assertThat(told).containsExactly("soon REQUEST_TIMED_OUT", "soon too REQUEST_TIMED_OUT");
        waiters.advance(3);
        assertThat(told).last().isEqualTo("late reached");
    }

    @Test
    void deadlinesMayLieBeyondAnOverflowOfTheClock() {
        long now = Long.MAX_VALUE - 10;
        await(1, now + 20, "wrapped");
        waiters.expire(now);
        assertThat(told).isEmpty();
        waiters.expire(now + 20);
        assertThat(told).containsExactly("wrapped REQUEST_TIMED_OUT");
    }

    @Test
    void whoIsToldMayWaitAnew() {
        await(1, 100, "first", () -> await(1, 100, "again"));
        waiters.advance(1);
        assertThat(told).containsExactly("first reached", "again reached");

        await(5, 100, "failing", () -> await(6, 900, "after"));
        waiters.failAll(ErrorCode.NOT_LEADER_OR_FOLLOWER);
        assertThat(told).last().isEqualTo("failing NOT_LEADER_OR_FOLLOWER");
        waiters.advance(6);
        assertThat(told).last().isEqualTo("after reached");
        assertThat(waiters.isEmpty()).isTrue();
    }

    @Test
    void whoIsToldMayCancelTheOthers() {
        List<Waiters.Wait> others = new ArrayList<>();
        Runnable cancelOthers = () -> others.forEach(Waiters.Wait::cancel);
        await(1, 100, "first", cancelOthers);
        others.add(await(2, 100, "second"));
        others.add(await(3, 100, "third"));
        await(4, 100, "fourth");
        waiters.expire(100);
        assertThat(told).containsExactly("first REQUEST_TIMED_OUT", "fourth REQUEST_TIMED_OUT");
        assertThat(waiters.isEmpty()).isTrue();

        told.clear();
        others.clear();
        await(1, 100, "first", cancelOthers);
        others.add(await(2, 100, "second"));
        waiters.failAll(ErrorCode.KAFKA_STORAGE_ERROR);
        assertThat(told).containsExactly("first KAFKA_STORAGE_ERROR");
        await(1, 100, "next");
        waiters.advance(1);
        assertThat(told).containsExactly("first KAFKA_STORAGE_ERROR", "next reached");
    }
}
