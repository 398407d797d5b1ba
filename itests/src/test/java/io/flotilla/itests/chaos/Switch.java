package io.flotilla.itests.chaos;

import io.flotilla.itests.real.Command;
import io.flotilla.itests.real.Site;
import java.util.ArrayList;
import java.util.List;

/**
 * A network of hosts, each in a namespace of its own, on one bridge; number 0 is this JVM, with the clients. Any direction between two hosts
 * can be cut: packets then go to a hardware address that nobody has, and vanish without a word, as in a network that is broken.
 * For use inside a {@link Sandbox}.
 */
final class Switch {
    private static final int PORT = 9092;
    private static final int METRICS_PORT = 9644;
    private static final String NOBODY = "02:00:00:00:ff:ff";

    private record Direction(int from, int to) {}

    private final int hosts;
    private final List<Direction> cut = new ArrayList<>();

    /** @param hosts besides this one */
    Switch(int hosts) {
        this.hosts = hosts;
        // A place for the names of namespaces that nobody else sees.
        run("mount -t tmpfs none /run");
        run("ip link set lo up");
        run("ip link add bridge address %s type bridge".formatted(hardware(0)));
        run("ip addr add %s/24 dev bridge".formatted(address(0)));
        run("ip link set bridge up");
        for (int host = 1; host <= hosts; host++) {
            run("ip netns add %s".formatted(name(host)));
            run("ip link add port%d type veth peer name eth0 address %s netns %s"
                    .formatted(host, hardware(host), name(host)));
            run("ip link set port%d master bridge up".formatted(host));
            run("ip -n %s addr add %s/24 dev eth0".formatted(name(host), address(host)));
            run("ip -n %s link set eth0 up".formatted(name(host)));
            run("ip -n %s link set lo up".formatted(name(host)));
        }
    }

    /** Where brokers 1 and following run. */
    List<Site> sites() {
        List<Site> sites = new ArrayList<>();
        for (int host = 1; host <= hosts; host++) {
            sites.add(new Site(address(host), PORT, METRICS_PORT, List.of("ip", "netns", "exec", name(host))));
        }
        return List.copyOf(sites);
    }

    /** Loses everything that one host sends to another, but not what it hears. */
    void cutOneWay(int from, int to) {
        cut.add(new Direction(from, to));
        neighbour(from, to, NOBODY);
    }

    void cut(int one, int other) {
        cutOneWay(one, other);
        cutOneWay(other, one);
    }

    /** Joins all hosts again. */
    void heal() {
        cut.forEach(direction -> neighbour(direction.from(), direction.to(), hardware(direction.to())));
        cut.clear();
    }

    private static void neighbour(int from, int to, String hardware) {
        String where = from == 0 ? "" : "-n " + name(from) + " ";
        run("ip %sneigh replace %s lladdr %s dev %s nud permanent"
                .formatted(where, address(to), hardware, from == 0 ? "bridge" : "eth0"));
    }

    private static String name(int host) {
        return "host" + host;
    }

    private static String address(int host) {
        return "10.0.0." + (host == 0 ? 100 : host);
    }

    private static String hardware(int host) {
        return "02:00:00:00:00:%02x".formatted(host == 0 ? 100 : host);
    }

    private static void run(String words) {
        Command.of(words.split(" ")).run().orFail();
    }
}
