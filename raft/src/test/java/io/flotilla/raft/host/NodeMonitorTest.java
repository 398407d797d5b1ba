package io.flotilla.raft.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Two monitors, 1 and 2, and the heartbeats between them. */
class NodeMonitorTest {
    private static final long INTERVAL_MS = 100;
    private static final long TIMEOUT_MS = 350;

    @RegisterExtension
    final Buffers buffers = new Buffers();

    private final Queue<Runnable> flights = new ArrayDeque<>();
    private final Side one = new Side(1, 2);
    private final Side two = new Side(2, 1);
    private long now = 1_000;

    /** One broker's monitor and what goes out from it. */
    private final class Side implements PeerTransport, NodeMonitor.Listener {
        final int id;
        final int other;
        final List<String> events = new ArrayList<>();
        NodeMonitor monitor;
        boolean loses;
        boolean refuses;

        Side(int id, int other) {
            this.id = id;
            this.other = other;
            start(id * 1000L);
        }

        void start(long incarnation) {
            monitor = new NodeMonitor(incarnation, TIMEOUT_MS, this, buffers.allocator, this);
        }

        @Override
        public boolean send(int node, ByteBuf frame) {
            if (refuses || loses) {
                frame.release();
                return !refuses;
            }
            flights.add(() -> {
                (id == 1 ? two : one).monitor.receive(id, frame, now);
                frame.release();
            });
            return true;
        }

        @Override
        public void nodeUp(int node) {
            events.add("up");
        }

        @Override
        public void nodeDown(int node) {
            events.add("down");
        }
    }

    private void deliver() {
        for (Runnable flight = flights.poll(); flight != null; flight = flights.poll()) {
            flight.run();
        }
    }

    private void pass(int intervals) {
        for (int i = 0; i < intervals; i++) {
            now += INTERVAL_MS;
            one.monitor.tick(now);
            two.monitor.tick(now);
            deliver();
        }
    }

    @BeforeEach
    void link() {
        one.monitor.linkUp(2, now);
        two.monitor.linkUp(1, now);
        deliver();
        pass(1);
    }

    @Test
    void bothAreUpAfterARoundTripAndStayUp() {
        pass(50);
        assertThat(one.events).containsExactly("up");
        assertThat(two.events).containsExactly("up");
        assertThat(one.monitor.isUp(2)).isTrue();
    }

    @Test
    void whoFallsSilentIsDownAfterTheTimeoutAndUpAgainWhenHeard() {
        two.loses = true;
        pass(2);
        assertThat(one.events).containsExactly("up");
        pass(3);
        assertThat(one.events).containsExactly("up", "down");
        two.loses = false;
        pass(2);
        assertThat(one.events).containsExactly("up", "down", "up");
    }

    @Test
    void whoWasOnlySlowIsGivenMoreTimeUntilItHasBeenCalm() {
        silentFor(5);
        assertThat(one.events).as("first time").containsExactly("up", "down", "up");
        one.events.clear();
        silentFor(5);
        assertThat(one.events).as("given twice the time").isEmpty();
        silentFor(8);
        assertThat(one.events).containsExactly("down", "up");
        one.events.clear();
        pass((int) (2 * NodeMonitor.CALM_MS / INTERVAL_MS + 10));
        silentFor(5);
        assertThat(one.events).as("after two calm minutes").containsExactly("down", "up");
    }

    @Test
    void patienceEnds() {
        for (int i = 0; i < 10; i++) {
            silentFor((int) (NodeMonitor.MOST_PATIENCE * TIMEOUT_MS / INTERVAL_MS) + 2);
        }
        one.events.clear();
        two.loses = true;
        pass((int) (NodeMonitor.MOST_PATIENCE * TIMEOUT_MS / INTERVAL_MS) + 2);
        assertThat(one.events).containsExactly("down");
    }

    @Test
    void whoseLinkBrokeGetsNoMoreTime() {
        one.monitor.linkDown(2);
        link();
        one.events.clear();
        silentFor(5);
        assertThat(one.events).containsExactly("down", "up");
    }

    private void silentFor(int intervals) {
        two.loses = true;
        pass(intervals);
        two.loses = false;
        pass(2);
    }

    @Test
    void aWayThatWorksInOneDirectionOnlyIsNoWay() {
        one.loses = true;
        pass(6);
        assertThat(one.events).as("hears two, but two does not acknowledge").containsExactly("up", "down");
        assertThat(two.events).as("does not hear one").containsExactly("up", "down");
    }

    @Test
    void anAcknowledgementThatTookLongerThanTheTimeoutIsNoSignOfLife() {
        two.loses = true;
        pass(5);
        two.loses = false;
        one.monitor.tick(now); // A heartbeat that two acknowledges, but the acknowledgement is under way for long.
        deliver();
        two.monitor.tick(now);
        now += TIMEOUT_MS + 1;
        deliver();
        assertThat(one.monitor.isUp(2)).isFalse();
    }

    @Test
    void timeInWhichThisBrokerStoodStillItselfIsNobodysSilence() {
        one.monitor.tick(now); // Acknowledged by two, who is never asked why one does not read it.
        deliver();
        two.monitor.tick(now);
        long stoodStill = 5 * TIMEOUT_MS;
        now += stoodStill;
        one.monitor.stalled(stoodStill);
        one.monitor.tick(now);
        deliver();
        assertThat(one.events).containsExactly("up");
        two.loses = true;
        pass(5);
        assertThat(one.events).as("real silence counts as ever").containsExactly("up", "down");
    }

    @Test
    void aBrokenLinkIsNoticedAtOnce() {
        one.monitor.linkDown(2);
        assertThat(one.events).containsExactly("up", "down");
        pass(5);
        assertThat(one.events).as("needs a link to be up").containsExactly("up", "down");
        one.monitor.linkUp(2, now);
        deliver();
        pass(1);
        assertThat(one.events).containsExactly("up", "down", "up");
    }

    @Test
    void aRestartedBrokerIsDownThenUp() {
        two.start(2001);
        two.monitor.linkUp(1, now);
        deliver();
        pass(1);
        assertThat(one.events).containsExactly("up", "down", "up");
    }

    @Test
    void whatAnEarlierIncarnationWasSentCountsForNothing() {
        two.loses = true;
        one.start(1001);
        one.monitor.linkUp(2, now);
        deliver();
        two.loses = false;
        ByteBuf stale = buffers.allocator.buffer();
        stale.writeByte(PeerFrame.HEARTBEAT)
                .writeLong(2000)
                .writeLong(99)
                .writeLong(1000)
                .writeLong(1);
        one.events.clear();
        one.monitor.receive(2, stale, now);
        stale.release();
        assertThat(one.events).isEmpty();
        deliver();
    }

    @Test
    void lostFramesAreToldAsDownThenUp() {
        one.monitor.framesLost(2);
        assertThat(one.events).containsExactly("up", "down");
        pass(2);
        assertThat(one.events).containsExactly("up", "down", "up");
    }

    @Test
    void aLinkThatCannotTakeAHeartbeatNowMayTakeOneLater() {
        one.refuses = true;
        pass(1);
        assertThat(one.events).containsExactly("up", "down");
        one.refuses = false;
        pass(2);
        assertThat(one.events).containsExactly("up", "down", "up");
    }

    @Test
    void aBrokerNeverLinkedIsNotUp() {
        assertThat(one.monitor.isUp(7)).isFalse();
        one.monitor.linkDown(7);
        one.monitor.framesLost(7);
        assertThat(one.events).containsExactly("up");
    }
}
