package io.flotilla.sim;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * Lets faults happen to a cluster. Each seed draws which of the allowed kinds come at all, and how often: a run with few kinds
 * gets further into what they do together than one in which everything breaks all the time.
 */
final class FaultDriver {
    private static final int SWARM_ONE_IN = 2;

    private final SimWorld world;
    private final SimNetwork network;
    private final SimCluster cluster;
    private final AdminWorkload admin;
    private final RandomGenerator random;
    /** Mean time between two of a kind, in nanoseconds. */
    private final Map<Fault, Long> means = new EnumMap<>(Fault.class);

    /** The one machine that loses or garbles what it had: a majority never does. */
    private final int victim;

    private final double mostDrift;
    private boolean over;

    /** @param mostDrift how much faster or slower than true time clocks run at most */
    FaultDriver(
            SimWorld world,
            SimNetwork network,
            SimCluster cluster,
            AdminWorkload admin,
            Iterable<Fault> allowed,
            double mostDrift) {
        this.world = world;
        this.mostDrift = mostDrift;
        this.network = network;
        this.cluster = cluster;
        this.admin = admin;
        this.random = world.newRandom();
        this.victim = 1 + random.nextInt(cluster.size());
        for (Fault fault : allowed) {
            // Half of the kinds, from as often as is useful to eight times as seldom.
            boolean drawn = random.nextInt(SWARM_ONE_IN) == 0;
            long mean = (long) (fault.meanMs() * SimWorld.MILLIS * Math.pow(2, 3 * random.nextDouble()));
            if (drawn) {
                means.put(fault, mean);
            }
        }
    }

    void start() {
        world.note("faults: " + means.keySet());
        means.keySet().forEach(this::planNext);
    }

    private void planNext(Fault fault) {
        double wait = -Math.log(1 - random.nextDouble()) * means.get(fault);
        world.after((long) wait, () -> {
            if (!over) {
                planNext(fault);
                strike(fault);
            }
        });
    }

    private void strike(Fault fault) {
        switch (fault) {
            case KILL -> withRunning(this::kill);
            case POWER -> withRunning(this::losePower);
            case BLACKOUT -> List.copyOf(cluster.running()).forEach(this::losePower);
            case SAVE_POINT -> withRunning(this::crashAtSavePoint);
            case RESTART ->
                withRunning(broker -> {
                    broker.stop();
                    startLater(broker);
                });
            case PAUSE -> withRunning(this::pause);
            case BREAK -> network.breakOne();
            case PARTITION -> partition(true);
            case ONE_WAY -> partition(false);
            case DELAY -> delay();
            case CLOCK -> withRunning(this::changeClock);
            case SLOW_DISK -> withRunning(this::slowDown);
            case SYNC_FAILURE -> withRunning(broker -> failSync(forgets(broker)));
            case FULL_DISK -> withRunning(this::fillDisk);
            case OPEN_FILES -> withRunning(this::openNothing);
            case BIT_FLIP -> cluster.broker(victim).disk().flipBit();
            case REPLACE -> replace(cluster.broker(victim));
            case REASSIGN -> admin.reassign();
            case MOVE_DIRECTORY -> moveDirectory();
            case TRANSFER -> admin.transferLeader();
            case TOPICS -> admin.createOrDeleteTopic();
            case DELETE_RECORDS -> admin.deleteRecords();
            case RETENTION -> admin.changeRetention();
            case VOTERS -> admin.changeVoters(fewestVoters());
        }
    }

    /** One that loses what it had must leave a majority that has it. */
    private int fewestVoters() {
        return means.containsKey(Fault.REPLACE) || means.containsKey(Fault.BIT_FLIP) ? 3 : 2;
    }

    /**
     * With several directories a broker makes anew elsewhere what was in the one that fails, and does not remember what it had. When
     * another machine is replaced before that is done, a majority has lost its memory, and no more can be asked of the rest.
     */
    private SimBroker forgets(SimBroker broker) {
        return cluster.hasTwoDirectories() && means.containsKey(Fault.REPLACE) ? cluster.broker(victim) : broker;
    }

    private interface Deed {
        void to(SimBroker broker);
    }

    private void withRunning(Deed deed) {
        List<SimBroker> running = cluster.running();
        if (!running.isEmpty()) {
            deed.to(running.get(random.nextInt(running.size())));
        }
    }

    private void kill(SimBroker broker) {
        broker.kill();
        startLater(broker);
    }

    private void losePower(SimBroker broker) {
        broker.losePower();
        startLater(broker);
    }

    private void startLater(SimBroker broker) {
        long most = random.nextInt(4) == 0 ? 8_000 : 1_500;
        world.after((100 + random.nextLong(most)) * SimWorld.MILLIS, () -> {
            if (!over) {
                broker.start();
                if (!broker.isRunning()) {
                    startLater(broker);
                }
            }
        });
    }

    private void crashAtSavePoint(SimBroker broker) {
        boolean power = random.nextInt(4) > 0;
        broker.disk().crashAtOperation(random.nextInt(40), () -> {
            if (power) {
                losePower(broker);
            } else {
                kill(broker);
            }
        });
    }

    private void pause(SimBroker broker) {
        SimProcess process = broker.process();
        world.note("broker " + broker.id() + " is halted");
        process.halt();
        long most = random.nextInt(4) == 0 ? 6_000 : 1_000;
        world.after((10 + random.nextLong(most)) * SimWorld.MILLIS, () -> resume(broker, process));
    }

    private void resume(SimBroker broker, SimProcess process) {
        if (process.isAlive() && process.isHalted()) {
            world.note("broker " + broker.id() + " goes on");
            process.resume();
        }
    }

    private void partition(boolean bothWays) {
        int size = cluster.size();
        int members = 1 + random.nextInt((1 << size) - 2);
        StringBuilder some = new StringBuilder();
        for (int from = 1; from <= size; from++) {
            if ((members >> from - 1 & 1) == 1) {
                some.append(' ').append(from);
            }
            for (int to = 1; to <= size; to++) {
                boolean inside = (members >> from - 1 & 1) == 1;
                boolean toInside = (members >> to - 1 & 1) == 1;
                if (inside && !toInside || bothWays && !inside && toInside) {
                    network.block(SimBroker.host(from), SimBroker.host(to));
                }
            }
        }
        world.note((bothWays ? "cut off from the others:" : "cannot reach the others:") + some);
        world.after((100 + random.nextLong(6_000)) * SimWorld.MILLIS, this::mend);
    }

    private void mend() {
        if (network.isAnythingBlocked()) {
            world.note("everybody can reach everybody");
            network.unblockAll();
        }
    }

    private void delay() {
        long base = (1 + random.nextLong(20)) * SimWorld.MILLIS;
        world.note("the network is slow");
        network.setDelays(base, 20, 500 * SimWorld.MILLIS);
        world.after((200 + random.nextLong(4_000)) * SimWorld.MILLIS, network::resetDelays);
    }

    private void changeClock(SimBroker broker) {
        if (random.nextBoolean()) {
            long jump = random.nextLong(20_000) - 10_000;
            world.note("the time of day of broker " + broker.id() + " jumps by " + jump + " ms");
            broker.process().jump(jump);
        } else {
            broker.process().setDrift((random.nextDouble() - 0.5) * 2 * mostDrift);
        }
    }

    private void slowDown(SimBroker broker) {
        SimProcess process = broker.process();
        world.note("the disk of broker " + broker.id() + " is slow");
        process.setDiskDelay((2 + random.nextLong(random.nextInt(5) == 0 ? 1_000 : 50)) * SimWorld.MILLIS);
        world.after((200 + random.nextLong(4_000)) * SimWorld.MILLIS, process::resetDiskDelay);
    }

    private void failSync(SimBroker broker) {
        broker.disk().failNextSync(random);
        SimProcess process = broker.process();
        boolean restart = random.nextBoolean();
        world.after((500 + random.nextLong(4_000)) * SimWorld.MILLIS, () -> {
            if (over) {
                return;
            }
            if (broker.process() == process && restart) {
                kill(broker);
            } else if (!broker.isRunning()) {
                // It stopped by itself, if nobody else has stopped it.
                startLater(broker);
            }
        });
    }

    private void moveDirectory() {
        String directory = cluster.anyDirectory(random);
        if (directory != null) {
            admin.moveDirectory(directory);
        }
    }

    private void fillDisk(SimBroker broker) {
        world.note("the disk of broker " + broker.id() + " is full");
        broker.disk().fill(random.nextLong(20_000));
        world.after((200 + random.nextLong(4_000)) * SimWorld.MILLIS, broker.disk()::makeRoom);
    }

    private void openNothing(SimBroker broker) {
        world.note("broker " + broker.id() + " can open no more files");
        broker.disk().openFiles(false);
        world.after((200 + random.nextLong(4_000)) * SimWorld.MILLIS, () -> broker.disk()
                .openFiles(true));
    }

    private void replace(SimBroker broker) {
        broker.losePower();
        world.note("broker " + broker.id() + " gets an empty disk");
        broker.disk().replace();
        startLater(broker);
    }

    /** Ends all faults, and gets everything going again as an operator would. */
    void heal() {
        over = true;
        admin.keepEverything();
        network.unblockAll();
        network.resetDelays();
        for (SimBroker broker : cluster.all()) {
            broker.disk().heal();
            if (broker.isRunning()) {
                SimProcess process = broker.process();
                process.resetDiskDelay();
                resume(broker, process);
                if (broker.hasFailedDisk()) {
                    broker.kill();
                }
            }
        }
        keepRunning();
    }

    /** A broker that was on its way down is started once it is. */
    private void keepRunning() {
        for (SimBroker broker : cluster.all()) {
            if (!broker.isRunning()) {
                broker.start();
            } else if (broker.hasFailedDisk()) {
                broker.kill();
            }
        }
        world.after(SimWorld.SECOND / 2, this::keepRunning);
    }
}
