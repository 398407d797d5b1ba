package io.flotilla.broker.group;

import static io.flotilla.broker.group.GroupBed.GROUP;
import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.broker.group.GroupBed.Client;
import io.flotilla.wire.frame.ErrorCode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Members that come, go, stop, restart and lose their connections, while commits stall and the coordinator moves. Whatever
 * happens, no question stays open for ever, nobody is told another's assignment, no acknowledged offset is lost, and when
 * all is quiet the group is stable.
 */
class GroupStormTest {
    private static final int CLIENTS = 4;
    private static final int STEPS = 1_000;

    private static final int ROOM_FOR_GHOSTS = 1_000;

    private final GroupBed bed = new GroupBed(ROOM_FOR_GHOSTS);
    private final List<CompletableFuture<?>> questions = new ArrayList<>();
    private Random random;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void aGroupSurvives(long seed) {
        random = new Random(seed);
        List<Actor> actors = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            actors.add(new Actor("client " + i, i % 2 == 0 ? null : "static-" + i));
        }
        for (int step = 0; step < STEPS; step++) {
            disturb();
            actors.get(random.nextInt(CLIENTS)).act(true);
            bed.loop.advance(random.nextInt(1_000));
        }
        bed.partition.holdCommits = false;
        bed.partition.commit();
        for (int round = 0; round < 100; round++) {
            actors.forEach(actor -> actor.act(false));
            bed.loop.advance(500);
        }
        assertThat(questions).allMatch(CompletableFuture::isDone);
        assertStable(actors);
    }

    private void disturb() {
        switch (random.nextInt(60)) {
            case 0 -> bed.failOver(ROOM_FOR_GHOSTS);
            case 1, 2 -> bed.partition.holdCommits = true;
            case 3, 4, 5, 6 -> {
                bed.partition.holdCommits = false;
                bed.partition.commit();
            }
            default -> {}
        }
    }

    private void assertStable(List<Actor> actors) {
        GroupDescription group = bed.describe();
        assertThat(group.state()).isEqualTo(GroupState.STABLE);
        assertThat(group.members()).hasSize(CLIENTS);
        Set<Integer> generations = new LinkedHashSet<>();
        int leaders = 0;
        for (Actor actor : actors) {
            generations.add(actor.client.generation);
            leaders += actor.client.leads() ? 1 : 0;
            CommittedOffset kept = bed.ask(machine -> machine.fetch(GROUP, List.of(GroupBed.partition(actor.name, 0))))
                    .get(0);
            if (actor.acknowledged > 0) {
                assertThat(kept.offset()).isBetween(actor.acknowledged, actor.attempted);
            }
        }
        assertThat(generations).hasSize(1);
        assertThat(leaders).isEqualTo(1);
    }

    /** One application: does what a client library would, and what users do to it. */
    private final class Actor {
        final String name;
        final String instanceId;
        Client client;
        boolean joined;
        boolean assigned;
        Map<String, byte[]> assignments = Map.of();
        CompletableFuture<JoinResult> joining;
        CompletableFuture<SyncResult> syncing;
        CompletableFuture<List<ErrorCode>> committing;
        long committed;
        long attempted;
        long acknowledged;

        Actor(String name, String instanceId) {
            this.name = name;
            this.instanceId = instanceId;
            restart();
        }

        private void restart() {
            client = instanceId == null ? bed.client("t") : bed.staticClient(instanceId, "t");
            client.idRequired = true;
            joined = false;
            assigned = false;
            joining = null;
            syncing = null;
            committing = null;
        }

        void act(boolean wild) {
            collect();
            if (wild && random.nextInt(40) == 0) {
                mishap();
            } else if (joining == null && syncing == null) {
                if (!joined) {
                    joining = ask(client.join());
                } else if (!assigned) {
                    syncing = ask(client.sync(client.leads() ? assignments : Map.of()));
                } else {
                    live(wild);
                }
            }
            collect();
        }

        private void mishap() {
            switch (random.nextInt(4)) {
                case 0 -> restart();
                case 1 -> ask(bed.submit(machine -> machine.leave(GROUP, List.of(client.identity()), null)));
                case 2 -> { // the connection broke: ask again
                    joining = null;
                    syncing = null;
                }
                default -> bed.loop.advance(GroupBed.SESSION_MS);
            }
        }

        private void live(boolean wild) {
            CompletableFuture<ErrorCode> beat =
                    ask(bed.submit(machine -> machine.heartbeat(GROUP, client.identity(), client.generation)));
            if (beat.isDone() && !beat.isCompletedExceptionally()) {
                obey(beat.join());
            }
            if (wild && assigned && committing == null) {
                attempted++;
                committed = attempted;
                committing = ask(client.commitLater(name, attempted));
            }
        }

        private void collect() {
            if (joining != null && joining.isDone()) {
                CompletableFuture<JoinResult> answer = joining;
                joining = null;
                if (!answer.isCompletedExceptionally()) {
                    takeJoin(answer.join());
                }
            }
            if (syncing != null && syncing.isDone()) {
                CompletableFuture<SyncResult> answer = syncing;
                syncing = null;
                if (!answer.isCompletedExceptionally()) {
                    takeSync(answer.join());
                }
            }
            if (committing != null && committing.isDone()) {
                if (!committing.isCompletedExceptionally() && committing.join().get(0) == ErrorCode.NONE) {
                    acknowledged = committed;
                }
                committing = null;
            }
        }

        private void takeJoin(JoinResult result) {
            if (result.error() == ErrorCode.MEMBER_ID_REQUIRED) {
                client.id = result.memberId();
            } else if (result.error() == ErrorCode.NONE) {
                client.id = result.memberId();
                client.generation = result.generation();
                client.leader = result.leader();
                joined = true;
                assigned = false;
                assignments = new LinkedHashMap<>();
                for (JoinResult.JoinedMember member : result.members()) {
                    String owner = member.instanceId() == null ? member.memberId() : member.instanceId();
                    assignments.put(member.memberId(), GroupBed.bytes(owner));
                }
            } else {
                obey(result.error());
            }
        }

        private void takeSync(SyncResult result) {
            if (result.error() != ErrorCode.NONE) {
                obey(result.error());
                return;
            }
            assigned = true;
            String owner = instanceId == null ? client.id : instanceId;
            assertThat(new String(result.assignment())).as(name).isEqualTo(owner);
        }

        private void obey(ErrorCode error) {
            switch (error) {
                case NONE -> {}
                case REBALANCE_IN_PROGRESS -> joined = false;
                case ILLEGAL_GENERATION, UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID -> restart();
                default -> throw new AssertionError(name + ": " + error);
            }
        }

        private <R> CompletableFuture<R> ask(CompletableFuture<R> question) {
            questions.add(question);
            return question;
        }
    }
}
