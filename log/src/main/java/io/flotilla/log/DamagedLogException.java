package io.flotilla.log;

/** A log's file does not hold what was written to it. Carries no stack trace: the damage says where. */
public final class DamagedLogException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Damage damage;

    public DamagedLogException(Damage damage) {
        super(damage.toString(), null, false, false);
        this.damage = damage;
    }

    public Damage damage() {
        return damage;
    }
}
