package io.flotilla.broker.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.broker.api.RangeChecksumHandler;
import io.flotilla.broker.api.ReadCommittedHandler;
import io.flotilla.broker.cluster.Leaders;
import io.flotilla.broker.cluster.Liveness;
import io.flotilla.broker.cluster.MetadataImage;
import io.flotilla.broker.config.ConfigLayers;
import io.flotilla.broker.config.TopicConfig;
import io.flotilla.broker.env.Environment;
import io.flotilla.broker.env.EventLoop;
import io.flotilla.broker.env.RandomSource;
import io.flotilla.broker.env.Scheduler;
import io.flotilla.broker.machine.TestLoop;
import io.flotilla.broker.metrics.Metrics;
import io.flotilla.broker.net.Peers;
import io.flotilla.log.LogDirectory;
import io.flotilla.log.fs.MemoryFileSystem;
import io.flotilla.log.fs.MemoryFileSystem.Faults;
import io.flotilla.log.state.HardStateJournal;
import io.flotilla.log.state.MetaProperties;
import io.flotilla.wire.message.RangeChecksumRequest;
import io.flotilla.wire.message.ReadCommittedRequest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/** The replicas of one broker on a disk in memory, and the life of the process around them. */
public final class TestBroker {
    private static final long HEARTBEAT_MS = 50;
    private static final long TIMEOUT_MS = 300;
    private static final long PRODUCER_EXPIRATION_MS = 86_400_000;

    /** Survives the process. */
    public final MemoryFileSystem files = new MemoryFileSystem();

    private final List<Path> paths = new ArrayList<>(List.of(Path.of("/data")));
    /** Those that a start cannot open. */
    private final Set<Path> broken = new HashSet<>();

    private final int id;
    private final TestLoop loop;
    private final TestLinks links;
    private final Random random;
    private final Assignments assignments;
    private Disk disk;
    private LogDirectories directories;
    private ReplicaMoves moves;
    private long moveRate = Long.MAX_VALUE;
    private Shards shards;
    private Replicas replicas;
    private Leaders leaders;

    TestBroker(int id, TestLoop loop, TestLinks links, long seed, Assignments assignments) {
        this.id = id;
        this.loop = loop;
        this.links = links;
        this.random = new Random(seed);
        this.assignments = assignments;
    }

    /** What blocks, as tasks of the loop; they can be held back as if the disk were slow. */
    private final class Disk implements Executor {
        private final Queue<Runnable> waiting = new ArrayDeque<>();
        private boolean held;

        @Override
        public void execute(Runnable task) {
            waiting.add(task);
            loop.execute(this::runOne);
        }

        private void runOne() {
            if (!held && !waiting.isEmpty()) {
                waiting.remove().run();
            }
        }

        void release() {
            held = false;
            waiting.forEach(task -> loop.execute(this::runOne));
        }
    }

    /** Gives the broker another log directory, from its next start on. */
    public void addDirectory(String path) {
        paths.add(Path.of(path));
    }

    /** A log directory cannot be opened, or can be again. */
    public void breakDirectory(String path, boolean isBroken) {
        if (isBroken) {
            broken.add(Path.of(path));
        } else {
            broken.remove(Path.of(path));
        }
    }

    private LogDirectories openDirectories() throws IOException {
        List<LogDirectory> opened = new ArrayList<>();
        List<LogDirectories.Unusable> unusable = new ArrayList<>();
        for (Path path : paths) {
            if (broken.contains(path)) {
                unusable.add(new LogDirectories.Unusable(path, "broken"));
            } else {
                UUID directoryId = new UUID(id, path.hashCode());
                opened.add(LogDirectory.open(files, path, new MetaProperties("cluster", id, directoryId), disk));
            }
        }
        return new LogDirectories(opened, unusable);
    }

    /** The directory at a path, of those opened. */
    public LogDirectory directory(String path) {
        return directories.at(Path.of(path));
    }

    /** The ids of the directories that work. */
    List<UUID> directoryIds() {
        return directories.workingIds();
    }

    public ReplicaMoves moves() {
        return moves;
    }

    /** Most bytes to copy in a second when replicas move between directories, also after the next start. */
    void setMoveRate(long bytesPerSecond) {
        moveRate = bytesPerSecond;
    }

    void start(Supplier<MetadataImage> image) {
        start(image, false);
    }

    /** Starts, and opens nothing before the disk is released. */
    void startWithSlowDisk(Supplier<MetadataImage> image) {
        start(image, true);
    }

    private void start(Supplier<MetadataImage> image, boolean slowDisk) {
        MetadataImage registered;
        disk = new Disk();
        Environment environment = new Environment(loop, new OneLoop(disk), null, files, new Randoms());
        try {
            directories = openDirectories();
            registered = image.get();
        } catch (IOException e) {
            throw new AssertionError("broker " + id + " cannot open its disk", e);
        }
        long incarnation = random.nextLong();
        Peers peers = links.join(id, incarnation);
        leaders = new Leaders();
        PooledByteBufAllocator allocator = PooledByteBufAllocator.DEFAULT;
        LeaderAnnouncer announcer = new LeaderAnnouncer(id, leaders, peers, loop, allocator);
        shards = new Shards(
                id, incarnation, HEARTBEAT_MS, TIMEOUT_MS, new OneLoop(disk), loop, allocator, peers, announcer);
        peers.listen(shards);
        Metrics metrics = new Metrics();
        PeerCopies copies =
                new PeerCopies(id, peers, () -> List.of(1, 2, 3), metrics.damageFound, metrics.damageRepaired);
        ReplicaOpener opener = new ReplicaOpener(
                new ReplicaOpener.Settings(id, PRODUCER_EXPIRATION_MS, 0),
                shards,
                environment,
                allocator,
                assignments,
                copies);
        SortedMap<String, String> nothing = Collections.emptySortedMap();
        ConfigLayers layers = new ConfigLayers(nothing, nothing, nothing);
        replicas = new Replicas(
                id,
                loop,
                environment.scheduler(),
                loop,
                directories,
                opener,
                (topic, at) -> TopicConfig.of(topic.configs(), layers),
                logId -> List.of());
        links.serve(
                id,
                request -> request instanceof ReadCommittedRequest read
                        ? new ReadCommittedHandler(replicas).handle(null, read)
                        : new RangeChecksumHandler(replicas, disk).handle(null, (RangeChecksumRequest) request));
        moves = new ReplicaMoves(replicas, loop, disk, () -> moveRate);
        shards.start();
        CompletableFuture<Void> settled = replicas.settle(registered);
        loop.run();
        assertThat(settled).as("what is on the disks of broker " + id).isCompleted();
        disk.held = slowDisk;
        apply(registered);
        moves.resume(directories.opened().get(0));
        loop.run();
        links.connect(id);
    }

    /** Carries out an image, and waits until the replicas it asks for are open. */
    void apply(MetadataImage image) {
        applySoon(image);
        loop.run();
    }

    void applySoon(MetadataImage image) {
        loop.execute(() -> {
            if (replicas != null) {
                replicas.apply(image);
            }
        });
    }

    boolean isRunning() {
        return shards != null;
    }

    public Replicas replicas() {
        return replicas;
    }

    public Shards shards() {
        return shards;
    }

    Liveness liveness() {
        return shards;
    }

    /** Takes a frame as if another broker had sent it. */
    void receive(int from, ByteBuf frame) {
        shards.frame(from, 0, frame);
    }

    public Leaders leaders() {
        return leaders;
    }

    /** Keeps everything that waits for the disk waiting. */
    public void holdDisk() {
        disk.held = true;
    }

    /** Like {@link #holdDisk}, as soon as the broker's next vote is on the disk. */
    void holdDiskAfterVote() {
        files.setFaults((operation, path) -> {
            if (operation == MemoryFileSystem.Operation.SYNC && path.endsWith(HardStateJournal.FILE)) {
                disk.held = true;
            }
        });
    }

    public void releaseDisk() {
        files.setFaults((operation, path) -> {});
        disk.release();
        loop.run();
    }

    /** The process can open so many files more; what waits for the disk goes on. */
    public void openAtMost(int more) {
        files.setFaults(Faults.openingAtMost(more));
        disk.release();
        loop.run();
    }

    /** Files can be opened again, and a second has passed. */
    public void openFreely() {
        files.setFaults(Faults.none());
        directories.upkeep(0);
        loop.run();
    }

    /** Notes on the disk how far logs are committed, as a broker does every second. */
    public void markCommitted() {
        directories.markCommitted();
        loop.run();
    }

    /** Ends the process in good order. */
    void stop() {
        disk.release();
        CompletableFuture<Void> closed = close();
        loop.run();
        assertThat(closed).as("broker " + id + " has stopped").isDone();
        end();
    }

    private CompletableFuture<Void> close() {
        CompletableFuture<Void> closed = new CompletableFuture<>();
        loop.execute(() -> replicas.close()
                .thenCompose(done -> moves.close())
                .thenCompose(done -> directories.close())
                .thenAccept(closed::complete));
        return closed;
    }

    /** The first half of a sudden end: from now on nothing that the process does reaches the disk or another broker. */
    void cutFromTheWorld(Runnable endOfDisk) {
        links.leave(id);
        endOfDisk.run();
        files.setFaults((operation, path) -> {
            throw new DeadProcessException();
        });
    }

    /** The second half, in which a test gives back the memory that an operating system would take. */
    void giveBackMemory() {
        disk.release();
        close();
        loop.run();
        end();
        files.setFaults((operation, path) -> {});
    }

    private void end() {
        links.leave(id);
        shards.stop();
        loop.run();
        shards = null;
        replicas = null;
        directories = null;
        moves = null;
    }

    private final class OneLoop implements Scheduler {
        private final Executor blocking;

        OneLoop(Executor blocking) {
            this.blocking = blocking;
        }

        @Override
        public int loops() {
            return 1;
        }

        @Override
        public EventLoop loop(int number) {
            return loop;
        }

        @Override
        public Executor blocking() {
            return blocking;
        }
    }

    private final class Randoms implements RandomSource {
        @Override
        public RandomGenerator newGenerator() {
            return new Random(random.nextLong());
        }

        @Override
        public UUID newUuid() {
            return new UUID(random.nextLong(), random.nextLong());
        }
    }

    /** What a process gets that should not be running any more. No stack trace: it is said often. */
    private static final class DeadProcessException extends IOException {
        private static final long serialVersionUID = 1L;

        DeadProcessException() {
            super("this process is dead");
        }

        @Override
        public synchronized Throwable fillInStackTrace() {
            return this;
        }
    }
}
