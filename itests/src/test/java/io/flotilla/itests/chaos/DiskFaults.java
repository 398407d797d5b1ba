package io.flotilla.itests.chaos;

import io.flotilla.check.Partition;
import io.flotilla.itests.real.Command;
import io.flotilla.itests.real.ProcessCluster;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;

/** What can happen to disks. */
final class DiskFaults {
    private static final int CHUNK = 1 << 16;

    private DiskFaults() {}

    /** Gives a broker that was not started yet a disk of its own for its data, in memory. For use inside a {@link Sandbox}. */
    static void mount(Path data, int megabytes) throws IOException {
        Files.createDirectories(data);
        Command.of("mount", "-t", "tmpfs", "-o", "size=" + megabytes + "m", "none", data.toString())
                .run()
                .orFail();
    }

    /** Somebody fills a broker's disk to the last byte, and makes room again later. */
    record Fill(ProcessCluster cluster, int broker) implements Fault {
        @Override
        public String begin() throws IOException {
            byte[] chunk = new byte[CHUNK];
            try (OutputStream filler = Files.newOutputStream(filler())) {
                while (true) {
                    filler.write(chunk);
                }
            } catch (IOException e) {
                return "fill the disk of broker " + broker + " (" + e.getMessage() + ")";
            }
        }

        @Override
        public void end() throws IOException {
            Files.delete(filler());
        }

        private Path filler() {
            return cluster.data(broker).resolve("filler");
        }
    }

    /** A broker comes back with an empty disk: it has forgotten what it promised. */
    record Wipe(ProcessCluster cluster, int broker) implements Fault {
        @Override
        public String begin() throws Exception {
            cluster.kill(broker);
            try (Stream<Path> walk = Files.walk(cluster.data(broker))) {
                List<Path> deepestFirst = walk.sorted(Comparator.reverseOrder())
                        .filter(path -> !path.equals(cluster.data(broker)))
                        .toList();
                for (Path path : deepestFirst) {
                    Files.delete(path);
                }
            }
            return "wipe the disk of broker " + broker;
        }

        @Override
        public void end() throws Exception {
            cluster.startBroker(broker);
            cluster.awaitReady();
        }
    }

    /**
     * A bit of a committed batch flips on a broker's disk, while it runs or while it is down for a moment, and somebody close to that broker
     * reads everything from the beginning.
     */
    record Flip(ProcessCluster cluster, Workload workload, int broker, boolean whileDown, Random random)
            implements Fault {
        @Override
        public String begin() throws Exception {
            if (whileDown) {
                cluster.kill(broker);
            }
            Partition partition = workload.partitions()
                    .get(random.nextInt(workload.partitions().size()));
            Path file = firstSegment(cluster.data(broker).resolve(partition.toString()));
            long place;
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                place = channel.size() / 8 + random.nextInt((int) (channel.size() / 4));
                ByteBuffer one = ByteBuffer.allocate(1);
                channel.read(one, place);
                one.put(0, (byte) (one.get(0) ^ 1 << random.nextInt(8))).flip();
                channel.write(one, place);
            }
            return "flip a bit at " + place + " of " + file;
        }

        @Override
        public void end() throws Exception {
            if (whileDown) {
                cluster.startBroker(broker);
                cluster.awaitReady();
            }
            workload.read("reader " + random.nextInt(1000) + " after a flip", Map.of("client.rack", "rack" + broker));
        }

        private static Path firstSegment(Path directory) throws IOException {
            try (Stream<Path> files = Files.list(directory)) {
                return files.filter(file -> file.toString().endsWith(".log"))
                        .sorted()
                        .findFirst()
                        .orElseThrow();
            }
        }
    }
}
