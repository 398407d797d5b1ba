package io.flotilla.itests.chaos;

import io.flotilla.itests.real.ProcessCluster;
import java.util.Random;

/** What can happen to processes. */
final class ProcessFaults {
    private ProcessFaults() {}

    /** One broker ends without a word. */
    record Kill(ProcessCluster cluster, int broker) implements Fault {
        @Override
        public String begin() throws InterruptedException {
            cluster.kill(broker);
            return "kill broker " + broker;
        }

        @Override
        public void end() throws Exception {
            cluster.startBroker(broker);
            cluster.awaitReady();
        }
    }

    /** All brokers end at once. */
    record KillAll(ProcessCluster cluster) implements Fault {
        @Override
        public String begin() throws InterruptedException {
            for (int id = 1; id <= cluster.brokers(); id++) {
                cluster.kill(id);
            }
            return "kill all brokers";
        }

        @Override
        public void end() throws Exception {
            for (int id = 1; id <= cluster.brokers(); id++) {
                cluster.startBroker(id);
            }
            cluster.awaitReady();
        }
    }

    /** A broker does nothing for a while, and then goes on as if no time had passed. */
    record Pause(ProcessCluster cluster, int broker) implements Fault {
        @Override
        public String begin() {
            cluster.pause(broker);
            return "halt broker " + broker;
        }

        @Override
        public void end() {
            cluster.resume(broker);
            cluster.awaitReady();
        }
    }

    /** One broker halts while another one is killed: the majority is gone, and what comes back first is not up to date. */
    record PauseAndKill(ProcessCluster cluster, int paused, int killed) implements Fault {
        static PauseAndKill of(ProcessCluster cluster, Random random) {
            int paused = 1 + random.nextInt(cluster.brokers());
            int killed = 1 + (paused + random.nextInt(cluster.brokers() - 1)) % cluster.brokers();
            return new PauseAndKill(cluster, paused, killed);
        }

        @Override
        public String begin() throws InterruptedException {
            cluster.pause(paused);
            cluster.kill(killed);
            return "halt broker " + paused + " and kill broker " + killed;
        }

        @Override
        public void end() throws Exception {
            cluster.startBroker(killed);
            cluster.resume(paused);
            cluster.awaitReady();
        }
    }
}
