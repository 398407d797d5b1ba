package io.flotilla.raft.core;

import io.flotilla.raft.message.RaftMessage;
import java.util.ArrayList;
import java.util.List;

/**
 * What the host is to send or install. A message is held back until the term and vote it was written under are durable:
 * one rule for all messages, so that none can be forgotten (Raft figure 2: updated on stable storage before responding).
 *
 * <p>Vote requests are held too. A candidate that asked, crashed before its term was durable, and came back with a shorter
 * log could otherwise ask again in the same term and be elected by answers that were given to the longer log.
 */
final class Outbox {
    private final SafetyRules rules;
    private HardState persisted;
    private final List<Envelope> held = new ArrayList<>();
    private List<Envelope> messages = new ArrayList<>();
    private List<Replicate> replications = new ArrayList<>();
    private List<SendSnapshot> snapshots = new ArrayList<>();
    private InstallSnapshot install;
    private TakePart part;

    Outbox(HardState persisted, SafetyRules rules) {
        this.persisted = persisted;
        this.rules = rules;
    }

    void send(int to, RaftMessage message, HardState spokenFor) {
        (rules.maySend(persisted, spokenFor) ? messages : held).add(new Envelope(to, message));
    }

    void replicate(Replicate intent) {
        replications.add(intent);
    }

    void sendSnapshot(SendSnapshot intent) {
        snapshots.add(intent);
    }

    void install(InstallSnapshot snapshot) {
        install = snapshot;
    }

    void takePart(TakePart arrived) {
        part = arrived;
    }

    /** Notes that {@code state} is durable; releases what waited once that covers {@code current}. */
    void persisted(HardState state, HardState current) {
        // A readmitted replica promises anew.
        boolean isReadmission = persisted.isForgetful() && state.term() >= persisted.term();
        if (state.covers(persisted) || isReadmission) {
            persisted = state;
        }
        if (persisted.covers(current)) {
            messages.addAll(held);
            held.clear();
        }
    }

    /** True if a restart would find that this replica has lost its memory. */
    boolean isForgetfulnessPersisted() {
        return persisted.isForgetful();
    }

    /** True if {@code state} is durable. */
    boolean isPersisted(HardState state) {
        return rules.maySend(persisted, state);
    }

    boolean isEmpty() {
        return messages.isEmpty() && replications.isEmpty() && snapshots.isEmpty() && install == null && part == null;
    }

    List<Envelope> takeMessages() {
        List<Envelope> taken = messages;
        messages = taken.isEmpty() ? taken : new ArrayList<>();
        return taken.isEmpty() ? List.of() : taken;
    }

    List<Replicate> takeReplications() {
        List<Replicate> taken = replications;
        replications = taken.isEmpty() ? taken : new ArrayList<>();
        return taken.isEmpty() ? List.of() : taken;
    }

    List<SendSnapshot> takeSnapshots() {
        List<SendSnapshot> taken = snapshots;
        snapshots = taken.isEmpty() ? taken : new ArrayList<>();
        return taken.isEmpty() ? List.of() : taken;
    }

    TakePart takePart() {
        TakePart taken = part;
        part = null;
        return taken;
    }

    InstallSnapshot takeInstall() {
        InstallSnapshot taken = install;
        install = null;
        return taken;
    }
}
