package io.flotilla.sim;

import io.flotilla.broker.Broker;
import io.flotilla.broker.StartException;
import io.flotilla.broker.config.BrokerConfig;
import io.flotilla.broker.metrics.Metrics;
import java.util.Map;

/** A machine with a disk, and the broker that runs on it, most of the time. */
final class SimBroker {
    private final int id;
    private final SimWorld world;
    private final SimNetwork network;
    private final BrokerConfig config;
    private final Metrics metrics;
    private final SimDisk disk;
    private final int loops;
    private final Variant variant;
    private SimProcess process;
    private Broker broker;
    private boolean stopping;
    /** How often the disk had failed when the process started. */
    private int failuresBefore;

    private long diskDelay = 100_000;
    private Runnable observer = () -> {};

    SimBroker(
            int id,
            SimWorld world,
            SimNetwork network,
            Metrics metrics,
            int loops,
            Map<String, String> properties,
            Variant variant) {
        this.id = id;
        this.world = world;
        this.network = network;
        this.metrics = metrics;
        this.loops = loops;
        this.variant = variant;
        this.config = BrokerConfig.of(properties);
        this.disk = new SimDisk(world, config.logDirs());
    }

    int id() {
        return id;
    }

    static String host(int id) {
        return "10.0.0." + id;
    }

    String host() {
        return host(id);
    }

    SimDisk disk() {
        return disk;
    }

    /** The running process, or null. */
    SimProcess process() {
        return process;
    }

    /** The running broker, or null. */
    Broker broker() {
        return broker;
    }

    boolean isRunning() {
        return broker != null;
    }

    boolean isReady() {
        return broker != null && broker.ready().isDone();
    }

    /** Runs on a disk that it takes for broken, which only a restart changes. */
    boolean hasFailedDisk() {
        if (broker == null) {
            return false;
        }
        boolean replicaGivenUp =
                disk.failures() > failuresBefore && !broker.replicas().damaged().isEmpty();
        return replicaGivenUp || broker.replicas().directories().failed() > 0;
    }

    /** About how long the disk takes for a task, in nanoseconds, from the next start on. */
    void setDiskDelay(long nanos) {
        diskDelay = nanos;
    }

    /** Told after each thing that the broker did. */
    void observe(Runnable newObserver) {
        observer = newObserver;
    }

    void start() {
        if (process != null) {
            return;
        }
        SimProcess started = new SimProcess("broker " + id, world, loops);
        process = started;
        started.setUsualDiskDelay(diskDelay);
        started.observe(observer);
        world.note("broker " + id + " starts");
        failuresBefore = disk.failures();
        world.enter(started, null);
        try {
            broker = Broker.start(
                    config,
                    started.environment(
                            network.port(started, host()), variant.disk().apply(disk.files())),
                    metrics,
                    variant.rules(),
                    () -> exited(started));
        } catch (SimCrash e) {
            // Crashed while it read its disk.
        } catch (StartException e) {
            if (started.isAlive() && disk.failures() == failuresBefore && !disk.isShort()) {
                world.fail("broker " + id + " cannot start: " + e.getMessage(), e);
            }
            end("cannot start", true);
        } finally {
            world.enter(null, null);
        }
        if (!started.isAlive()) {
            broker = null;
        }
    }

    /** The process is killed: what it has written stays, synced or not. */
    void kill() {
        end("is killed", true);
    }

    /** The machine loses power: of what was not synced some is kept, some lost, some torn. */
    void losePower() {
        end("loses power", false);
    }

    private void end(String how, boolean hasPower) {
        if (process == null) {
            return;
        }
        world.note("broker " + id + " " + how);
        process.die();
        if (hasPower) {
            disk.killProcess();
        } else {
            disk.losePower();
        }
        network.ended(process, host(), hasPower);
        forget();
    }

    private void forget() {
        process = null;
        broker = null;
        stopping = false;
        disk.cancelCrash();
    }

    /** Begins to stop in good order. */
    void stop() {
        if (broker == null || stopping) {
            return;
        }
        stopping = true;
        world.note("broker " + id + " is told to stop");
        SimProcess stopped = process;
        broker.stop().thenRun(() -> exited(stopped));
    }

    /** The process has ended by itself. */
    private void exited(SimProcess ended) {
        world.after(0, () -> {
            if (process == ended) {
                world.note("broker " + id + " has stopped");
                ended.die();
                disk.killProcess();
                network.ended(ended, host(), true);
                forget();
            }
        });
    }
}
