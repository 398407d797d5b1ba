package io.flotilla.broker.machine;

/** Makes an empty machine for a leadership that begins. */
@FunctionalInterface
public interface MachineFactory<S extends StateMachine> {
    /** @param timers belong to this machine alone, and are gone when it is */
    S create(Timers timers);
}
