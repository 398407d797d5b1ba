package io.flotilla.itests.chaos;

import java.util.stream.IntStream;

/** What can happen to the network between brokers, and between them and the clients, who are host 0. */
final class NetworkFaults {
    private NetworkFaults() {}

    /** One broker loses all others, but clients still reach it: a leader among them must stop being one. */
    record Isolate(Switch network, int brokers, int broker) implements Fault {
        @Override
        public String begin() {
            others(brokers, broker).forEach(other -> network.cut(broker, other));
            return "cut broker " + broker + " off from the other brokers";
        }

        @Override
        public void end() {
            network.heal();
        }
    }

    /** One broker loses everybody. */
    record CutOff(Switch network, int brokers, int broker) implements Fault {
        @Override
        public String begin() {
            others(brokers, broker).forEach(other -> network.cut(broker, other));
            network.cut(broker, 0);
            return "cut broker " + broker + " off from everybody";
        }

        @Override
        public void end() {
            network.heal();
        }
    }

    /** One broker hears the others, but they do not hear it. */
    record Mute(Switch network, int brokers, int broker) implements Fault {
        @Override
        public String begin() {
            others(brokers, broker).forEach(other -> network.cutOneWay(broker, other));
            return "lose all that broker " + broker + " sends to other brokers";
        }

        @Override
        public void end() {
            network.heal();
        }
    }

    /** Two brokers lose each other, while both reach the third: neither may disturb what the others agree on for long. */
    record Part(Switch network, int one, int other) implements Fault {
        @Override
        public String begin() {
            network.cut(one, other);
            return "cut brokers " + one + " and " + other + " off from each other";
        }

        @Override
        public void end() {
            network.heal();
        }
    }

    private static IntStream others(int brokers, int broker) {
        return IntStream.rangeClosed(1, brokers).filter(other -> other != broker);
    }
}
