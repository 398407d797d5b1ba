package io.flotilla.raft.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.flotilla.raft.quorum.Configuration;
import io.flotilla.raft.quorum.ConfigurationPlan;
import io.flotilla.raft.quorum.NodeSet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

/**
 * Plays a race that is told as text: one command per line, {@code #} begins a comment. Messages wait until delivered or
 * dropped; disks answer at once unless {@code slow}. Election timeouts are exactly {@link SimCluster#ELECTION_TICKS}.
 *
 * <pre>
 * nodes 1 2 3 [learners 4] [spares 5] [lease 100]   a cluster where everybody sees everybody; spares know no members
 * elect 1                      campaign, deliver everything, expect 1 to lead
 * campaign 1 | resign 1 | transfer 1 2
 * transfer-refused 1 2 target_lags
 * change 1 voters 1 2 [learners 4] [outgoing 1 2 3] | change-refused 1 voters ...
 * move 1 1 2 4                 the next step from where node 1 is to these voters
 * wipe 3                       crashes, and loses its disk
 * read 1 7                     node 1 reads, under the name 7
 * pass 10 | pass 1 10          time by all clocks, or one
 * propose 1 3                  node 1 proposes a batch of three records
 * deliver [1->2]               everything until nothing is left, or what is under way on one link
 * drop [1->2] | repeat 1->2    loses, or duplicates, what is under way
 * hold 1->2 | copy 1->2        keeps what is under way back, or a copy of it,
 * release                      until now
 * cut 1->2 | cut 1 | heal      links that lose everything (with 1: all of its links)
 * slow 1 | fast 1              its disk answers when told, or at once
 * sync 1 | sync-start 1 | sync-end 1 | persist 1
 * install 1 | install-fails 1
 * crash 1 | restart 1          what is not durable is lost
 * down 1 2 | up 1 2            node 1 is told about node 2
 * tick 1 10 | notice 1 2 | compact 1 3
 * expect leader 1 | role 2 follower | knows 2 1 (or none) | term 2 5 | vote 2 1
 * expect commit 3 [1 2] | log 2 1:1 2-4:1 | ticks 1 yes | peer 1 2 replicate 4 | flights 0
 * expect members 1 voters 1 2 [learners 4] [outgoing 1 2 3] | forgetful 3 yes | peer-forgetful 1 3 yes
 * expect read 7 5 (or failed, or pending) | no-step 1 1 2 4
 * expect flight 1->2 prevIndex=4   something under way that reads so
 * </pre>
 */
final class GoldenScript {
    /** Always the least timeout: scripts say when a node's time has come. */
    private static final RandomGenerator LEAST = () -> 0L;

    private final SafetyRules rules;
    private final TreeSet<Integer> slow = new TreeSet<>();
    private final List<SimCluster.Flight> held = new ArrayList<>();
    private SimCluster cluster;

    GoldenScript(SafetyRules rules) {
        this.rules = rules;
    }

    void run(List<String> lines) {
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).replaceFirst("#.*", "").trim();
            if (!line.isEmpty()) {
                try {
                    execute(Arrays.asList(line.split("\\s+")));
                } catch (RuntimeException | AssertionError e) {
                    throw new AssertionError("line " + (i + 1) + ": " + line + ": " + e.getMessage(), e);
                }
            }
        }
    }

    private void execute(List<String> words) {
        String first = words.size() > 1 ? words.get(1) : "";
        switch (words.get(0)) {
            case "nodes" -> create(words.subList(1, words.size()));
            case "deliver" -> deliver(first);
            case "drop" -> takeFlights(first);
            case "repeat" -> cluster.flights().addAll(List.copyOf(flightsOn(first)));
            case "copy" -> held.addAll(flightsOn(first));
            case "hold" -> held.addAll(takeFlights(first));
            case "release" -> {
                cluster.flights().addAll(held);
                held.clear();
            }
            case "cut" -> cut(first);
            case "heal" -> cluster.healLinks();
            case "slow" -> slow.add(Integer.valueOf(first));
            case "fast" -> slow.remove(Integer.valueOf(first));
            case "down" -> cluster.down(Integer.parseInt(first), number(words, 2));
            case "up" -> cluster.up(Integer.parseInt(first), number(words, 2));
            case "pass" -> pass(words);
            case "expect" -> expect(words.subList(1, words.size()));
            default -> act(cluster.node(Integer.parseInt(first)), words);
        }
        if (cluster != null) {
            cluster.nodes().forEach(this::runFastDisk);
        }
    }

    private void act(SimNode node, List<String> words) {
        switch (words.get(0)) {
            case "elect" -> {
                node.campaign();
                runFastDisk(node);
                deliver("");
                assertThat(node.core().role()).isEqualTo(Role.LEADER);
            }
            case "campaign" -> node.campaign();
            case "resign" -> node.core().resign();
            case "transfer" ->
                assertThat(node.core().transferLeadership(number(words, 2))).isEqualTo(TransferResult.STARTED);
            case "transfer-refused" ->
                assertThat(node.core().transferLeadership(number(words, 2)).name())
                        .isEqualToIgnoringCase(words.get(3));
            case "change" ->
                assertThat(node.change(configuration(words.subList(2, words.size()))))
                        .isInstanceOf(ChangeResult.Accepted.class);
            case "change-refused" ->
                assertThat(node.change(configuration(words.subList(2, words.size()))))
                        .isInstanceOf(ChangeResult.Refused.class);
            case "move" ->
                assertThat(node.change(nextStep(node.core(), words.subList(2, words.size()))))
                        .isInstanceOf(ChangeResult.Accepted.class);
            case "wipe" -> node.wipe();
            case "read" -> node.read(number(words, 2));
            case "propose" -> node.propose(number(words, 2));
            case "sync" -> {
                node.startSync();
                node.finishSync();
            }
            case "sync-start" -> node.startSync();
            case "sync-end" -> node.finishSync();
            case "persist" -> node.persist();
            case "install" -> node.install(true);
            case "install-fails" -> node.install(false);
            case "crash" -> node.crash(null);
            case "restart" -> node.start();
            case "tick" -> {
                for (int i = 0; i < number(words, 2); i++) {
                    node.tick();
                }
            }
            case "notice" -> node.sendCommitNotice(number(words, 2));
            case "compact" -> node.compact(number(words, 2));
            default -> fail("unknown command");
        }
        if (node.isRunning()) {
            node.drain();
        }
    }

    private void create(List<String> words) {
        List<String> all = new ArrayList<>(words);
        all.add(0, "voters");
        NodeSet lease = part(all, "lease");
        cluster = new SimCluster(
                configuration(all), part(all, "spares"), rules, lease.isEmpty() ? 0 : lease.get(0), id -> LEAST);
        cluster.showTrueLiveness();
    }

    private void pass(List<String> words) {
        if (words.size() == 3) {
            cluster.pass(number(words, 1), number(words, 2));
        } else {
            cluster.ids().forEach(id -> cluster.pass(id, number(words, 1)));
        }
    }

    private static Configuration nextStep(RaftCore core, List<String> voters) {
        return ConfigurationPlan.next(core.configuration(), numbers(voters), core.forgetfulPeers(), core::isCaughtUp);
    }

    private static Configuration configuration(List<String> words) {
        return new Configuration(part(words, "voters"), part(words, "learners"), part(words, "outgoing"));
    }

    /** The numbers after this word. */
    private static NodeSet part(List<String> words, String name) {
        List<String> found = new ArrayList<>();
        for (int i = words.indexOf(name) + 1;
                i > 0 && i < words.size() && words.get(i).matches("\\d+");
                i++) {
            found.add(words.get(i));
        }
        return numbers(found);
    }

    private void runFastDisk(SimNode node) {
        boolean isBusy = true;
        while (isBusy && node.isRunning()) {
            if (node.canRead()) {
                node.read(10, false);
            } else if (slow.contains(node.id)) {
                isBusy = false;
            } else if (node.canPersist()) {
                node.persist();
            } else if (node.canFinishSync()) {
                node.finishSync();
            } else if (node.canStartSync()) {
                node.startSync();
            } else if (node.canInstall()) {
                node.install(true);
            } else {
                isBusy = false;
            }
        }
    }

    private void deliver(String link) {
        List<SimCluster.Flight> taken = takeFlights(link);
        int rounds = 0;
        while (!taken.isEmpty()) {
            for (SimCluster.Flight flight : taken) {
                cluster.deliver(flight);
                cluster.nodes().forEach(this::runFastDisk);
            }
            taken = link.isEmpty() ? takeFlights(link) : List.of();
            assertThat(++rounds).as("rounds of messages").isLessThan(1000);
        }
    }

    private void cut(String what) {
        if (what.contains("->")) {
            cluster.cut(end(what, 0), end(what, 1));
            return;
        }
        int node = Integer.parseInt(what);
        cluster.ids().without(node).forEach(other -> {
            cluster.cut(node, other);
            cluster.cut(other, node);
        });
    }

    private List<SimCluster.Flight> takeFlights(String link) {
        List<SimCluster.Flight> taken = flightsOn(link);
        cluster.flights().removeAll(taken);
        return taken;
    }

    private List<SimCluster.Flight> flightsOn(String link) {
        List<SimCluster.Flight> found = new ArrayList<>(cluster.flights());
        found.removeIf(flight -> !link.isEmpty() && (flight.from() != end(link, 0) || flight.to() != end(link, 1)));
        return found;
    }

    private void expect(List<String> words) {
        String value = words.size() > 2 ? words.get(2) : "";
        if (words.get(0).equals("flight")) {
            assertThat(flightsOn(words.get(1)))
                    .anySatisfy(flight -> assertThat(flight.toString()).contains(value));
            return;
        }
        int subject = number(words, 1);
        if (words.get(0).equals("read")) {
            Long answer = cluster.checker().answerTo(subject);
            assertThat(answer == null ? "pending" : answer == ReadResult.FAILED ? "failed" : answer.toString())
                    .isEqualTo(value);
            return;
        }
        if (words.get(0).equals("flights")) {
            assertThat(cluster.flights()).hasSize(subject);
            return;
        }
        if (words.get(0).equals("commit")) {
            expectCommit(subject, words.subList(2, words.size()));
            return;
        }
        SimNode node = cluster.node(subject);
        RaftCore core = node.core();
        switch (words.get(0)) {
            case "leader" -> assertThat(core.role()).isEqualTo(Role.LEADER);
            case "role" ->
                assertThat(core.role().name().toLowerCase().replace('_', '-')).isEqualTo(value);
            case "knows" ->
                assertThat(core.leaderId())
                        .isEqualTo(value.equals("none") ? RaftCore.NO_NODE : Integer.parseInt(value));
            case "term" -> assertThat(core.term()).isEqualTo(Integer.parseInt(value));
            case "vote" -> assertThat(core.status().votedFor()).isEqualTo(Integer.parseInt(value));
            case "ticks" -> assertThat(core.needsTicks()).isEqualTo(value.equals("yes"));
            case "log" ->
                assertThat(describe(node.written())).isEqualTo(String.join(" ", words.subList(2, words.size())));
            case "peer" -> expectPeer(core, words);
            case "members" -> assertThat(core.configuration()).isEqualTo(configuration(words.subList(2, words.size())));
            case "forgetful" -> assertThat(core.isForgetful()).isEqualTo(value.equals("yes"));
            case "peer-forgetful" ->
                assertThat(core.forgetfulPeers().contains(number(words, 2)))
                        .isEqualTo(words.get(3).equals("yes"));
            case "no-step" ->
                assertThat(nextStep(core, words.subList(2, words.size()))).isNull();
            default -> fail("unknown expectation");
        }
    }

    private void expectCommit(long index, List<String> on) {
        for (SimNode node : cluster.nodes()) {
            if (node.isRunning() && (on.isEmpty() || on.contains(String.valueOf(node.id)))) {
                assertThat(node.core().commitIndex())
                        .as("commit index of %s", node.id)
                        .isEqualTo(index);
            }
        }
    }

    private static void expectPeer(RaftCore core, List<String> words) {
        PeerStatus peer = core.status().peers().stream()
                .filter(status -> status.node() == number(words, 2))
                .findFirst()
                .orElseThrow();
        assertThat(peer.state().name().toLowerCase() + " " + peer.matchIndex())
                .isEqualTo(words.get(3) + " " + words.get(4));
    }

    private static String describe(LogImage log) {
        List<String> parts = new ArrayList<>();
        log.entries()
                .forEach(entry -> parts.add(
                        entry.firstIndex() == entry.lastIndex()
                                ? entry.firstIndex() + ":" + entry.term()
                                : entry.firstIndex() + "-" + entry.lastIndex() + ":" + entry.term()));
        return String.join(" ", parts);
    }

    private static int number(List<String> words, int position) {
        return Integer.parseInt(words.get(position));
    }

    private static int end(String link, int position) {
        return Integer.parseInt(link.split("->")[position]);
    }

    private static NodeSet numbers(List<String> words) {
        return NodeSet.of(words.stream().mapToInt(Integer::parseInt).toArray());
    }
}
