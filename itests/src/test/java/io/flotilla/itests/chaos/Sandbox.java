package io.flotilla.itests.chaos;

import io.flotilla.itests.real.Command;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Namespaces of Linux for networks, mounts and processes, made for one JVM and gone with it, with all processes in it. A user who is not root
 * becomes root inside, where the system allows that.
 */
final class Sandbox {
    private static final List<String> NAMESPACES =
            List.of("--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc");

    private Sandbox() {}

    /** Whether this machine gives the rights and the tools, {@code unshare} and {@code ip}. */
    static boolean works() {
        return in(List.of("ip", "link", "set", "lo", "up")).works();
    }

    /** A command that runs a main class inside, with this JVM's class path. */
    static Command java(Class<?> main, List<String> options, List<String> arguments) {
        List<String> words = new ArrayList<>();
        words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        words.addAll(options);
        words.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        words.addAll(arguments);
        return in(words);
    }

    private static Command in(List<String> words) {
        List<String> all = new ArrayList<>();
        all.add("unshare");
        if (!"root".equals(System.getProperty("user.name"))) {
            all.addAll(List.of("--user", "--map-root-user"));
        }
        all.addAll(NAMESPACES);
        all.addAll(words);
        return Command.of(all.toArray(String[]::new));
    }
}
