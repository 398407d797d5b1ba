package io.flotilla.broker.cluster;

import io.flotilla.broker.config.BrokerConfig;
import io.flotilla.broker.machine.MachineRecord;
import io.flotilla.broker.machine.Outcome;
import io.flotilla.wire.message.RegisterBrokerRequest;
import io.flotilla.wire.record.Record;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Function;

/** A controller whose commands take effect at once, with the log it would have written. */
final class Controllers {
    final ClusterController machine;
    final TestLiveness live = new TestLiveness(0, 100);
    final List<Record> log = new ArrayList<>();

    /** No brokers yet; broker 0 is alive. */
    Controllers(Map<String, String> properties) {
        Map<String, String> all = new TreeMap<>(properties);
        all.put("node.id", "0");
        all.put("controller.quorum.voters", "0@127.0.0.1:9092,1@b:1,2@c:1,3@d:1,4@e:1");
        machine = new ClusterController(BrokerConfig.of(all), live, new SplittableRandom(42));
    }

    /** This many brokers, numbered from 0, registered and alive, with default properties. */
    static Controllers withBrokers(int count) {
        return withBrokers(count, Map.of());
    }

    static Controllers withBrokers(int count, Map<String, String> properties) {
        Controllers controller = new Controllers(properties);
        for (int id = 0; id < count; id++) {
            controller.live.connected(id, 100);
            controller.run(machine -> machine.registerBroker(registration(controller.lastId(), 100)));
        }
        return controller;
    }

    private int lastId() {
        return image().brokers().isEmpty() ? 0 : image().brokers().lastKey() + 1;
    }

    static RegisterBrokerRequest registration(int id, long incarnation) {
        return RegisterBrokerRequest.builder()
                .brokerId(id)
                .incarnation(incarnation)
                .clusterId(null)
                .host("host-" + id)
                .port(9092)
                .rack(null)
                .build();
    }

    <R> R run(Function<ClusterController, Outcome<R>> command) {
        Outcome<R> outcome = command.apply(machine);
        for (MachineRecord record : outcome.records()) {
            Record appended = new Record(
                    log.size(),
                    0,
                    Unpooled.wrappedBuffer(record.key()),
                    Unpooled.wrappedBuffer(record.value()),
                    List.of());
            log.add(appended);
            machine.replay(appended);
        }
        return outcome.response();
    }

    MetadataImage image() {
        return machine.image();
    }
}
