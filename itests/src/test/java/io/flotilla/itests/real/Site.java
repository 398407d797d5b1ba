package io.flotilla.itests.real;

import java.util.List;
import java.util.stream.IntStream;

/**
 * Where a broker of a test runs.
 *
 * @param prefix the words that, before a command, run it there; none where that is just here
 */
public record Site(String host, int port, int metricsPort, List<String> prefix) {
    /** Sites on loopback, at ports that are free. */
    static List<Site> onLoopback(int count) {
        int[] ports = FreePorts.find(2 * count);
        return IntStream.range(0, count)
                .mapToObj(i -> new Site("127.0.0.1", ports[i], ports[count + i], List.of()))
                .toList();
    }

    String address() {
        return host + ":" + port;
    }

    String metricsAddress() {
        return host + ":" + metricsPort;
    }
}
