package io.flotilla.broker.config;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** Readers of the values that are more than a number or a word. Each refuses with what is wrong and what is allowed. */
final class Parsers {
    private static final String PROTOCOL = "PLAINTEXT://";

    private Parsers() {}

    static HostPort listener(String text) {
        if (text.indexOf(',') >= 0) {
            throw new IllegalArgumentException("'" + text
                    + "' names several listeners; clients and brokers share one, write " + PROTOCOL + "host:port");
        }
        if (!text.startsWith(PROTOCOL)) {
            throw new IllegalArgumentException("'" + text + "' must be " + PROTOCOL + "host:port");
        }
        return HostPort.parse(text.substring(PROTOCOL.length()));
    }

    static List<String> roles(String text) {
        List<String> roles = items(text);
        if (!(roles.size() == 2 && roles.contains("broker") && roles.contains("controller"))) {
            throw new IllegalArgumentException("'" + text + "' is not allowed; must be broker,controller");
        }
        return roles;
    }

    static SortedMap<Integer, HostPort> voters(String text) {
        SortedMap<Integer, HostPort> voters = new TreeMap<>();
        for (String item : items(text)) {
            int at = item.indexOf('@');
            if (at < 0) {
                throw new IllegalArgumentException("'" + item + "' must be id@host:port");
            }
            HostPort address = HostPort.parse(item.substring(at + 1));
            if (address.wildcard() || address.port() == 0) {
                throw new IllegalArgumentException("'" + item + "' must name a host and port others can connect to");
            }
            if (voters.containsValue(address)) {
                throw new IllegalArgumentException(address + " stands twice; every broker has an address of its own");
            }
            if (voters.put(nodeId(item.substring(0, at)), address) != null) {
                throw new IllegalArgumentException("'" + item + "': this id stands twice");
            }
        }
        return Collections.unmodifiableSortedMap(voters);
    }

    static List<String> directories(String text) {
        List<String> directories = items(text);
        if (directories.contains("")) {
            throw new IllegalArgumentException("'" + text + "' has an empty directory name");
        }
        if (directories.stream().distinct().count() < directories.size()) {
            throw new IllegalArgumentException("'" + text + "' names a directory twice");
        }
        return directories;
    }

    private static int nodeId(String text) {
        try {
            int id = Integer.parseInt(text);
            if (id >= 0) {
                return id;
            }
        } catch (NumberFormatException e) {
            // said below, as for a negative number
        }
        throw new IllegalArgumentException("'" + text + "' is not a node id; must be 0 or more");
    }

    private static List<String> items(String text) {
        return Arrays.stream(text.split(",", -1)).map(String::trim).toList();
    }
}
