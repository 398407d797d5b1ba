package io.flotilla.itests.real;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Ports that nobody listens on. They lie below those that systems give to outgoing connections, so that no client takes the
 * port of a broker that is down for a while.
 */
public final class FreePorts {
    private static final int FIRST = 20_000;
    private static final int LAST = 31_999;

    private FreePorts() {}

    public static int[] find(int count) {
        int span = LAST - FIRST + 1;
        int start = new Random().nextInt(span);
        List<Integer> found = new ArrayList<>();
        for (int i = 0; i < span && found.size() < count; i++) {
            int port = FIRST + (start + i) % span;
            if (isFree(port)) {
                found.add(port);
            }
        }
        if (found.size() < count) {
            throw new AssertionError("only " + found.size() + " free ports from " + FIRST + " to " + LAST);
        }
        return found.stream().mapToInt(Integer::intValue).toArray();
    }

    /** The first of so many neighbouring ports, that are free, and as far as {@code distance} above them, too. */
    static int findRun(int count, int distance) {
        int start = FIRST + new Random().nextInt(LAST - FIRST + 1 - count - distance);
        for (int first = start; first + count + distance <= LAST; first += count) {
            if (IntStream.range(first, first + count).allMatch(port -> isFree(port) && isFree(port + distance))) {
                return first;
            }
        }
        throw new AssertionError("no " + count + " neighbouring free ports from " + start + " to " + LAST);
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (IOException e) {
            return false;
        }
    }
}
