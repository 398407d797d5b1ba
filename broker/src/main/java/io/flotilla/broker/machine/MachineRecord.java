package io.flotilla.broker.machine;

/** One record a state machine wants appended. A null value is a tombstone. The arrays are not copied. */
@SuppressWarnings("ArrayRecordComponent")
public record MachineRecord(byte[] key, byte[] value) {}
