package io.flotilla.bench.cluster;

import io.flotilla.broker.cli.CommandException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Ports of 127.0.0.1 that nobody listens on, below those that systems give to outgoing connections. */
final class FreePorts {
    private static final int FIRST = 20_000;
    private static final int LAST = 31_999;

    private FreePorts() {}

    static List<Integer> find(int count) {
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
            throw new CommandException("only " + found.size() + " ports from " + FIRST + " to " + LAST
                    + " are free, but it takes " + count);
        }
        return found;
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (IOException e) {
            return false;
        }
    }
}
