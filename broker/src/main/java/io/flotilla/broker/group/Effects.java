package io.flotilla.broker.group;

import io.flotilla.broker.machine.Delivery;
import io.flotilla.broker.machine.Held;
import io.flotilla.broker.machine.MachineRecord;
import io.flotilla.broker.machine.Outcome;
import java.util.ArrayList;
import java.util.List;

/** What one command has brought about so far; becomes its {@link Outcome}. */
final class Effects {
    private final List<MachineRecord> records = new ArrayList<>();
    private final List<Delivery<?>> deliveries = new ArrayList<>();

    void append(MachineRecord record) {
        records.add(record);
    }

    /** Answers somebody who waits; nobody does if {@code to} is null. */
    <R> void deliver(Held<R> to, R response) {
        if (to != null) {
            deliveries.add(new Delivery<>(to, response));
        }
    }

    <R> Outcome<R> answer(R response) {
        return new Outcome<>(records, response, null, deliveries);
    }

    <R> Outcome<R> hold(Held<R> held) {
        return new Outcome<>(records, null, held, deliveries);
    }
}
