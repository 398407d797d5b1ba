package io.flotilla.broker.partition;

import io.flotilla.log.RecoveryReport;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** How far a broker has come with opening its replicas, which takes a while after a crash. Any thread. */
public final class OpeningProgress {
    private final AtomicInteger asked = new AtomicInteger();
    private final AtomicInteger done = new AtomicInteger();
    private final AtomicLong scannedBytes = new AtomicLong();

    void begin() {
        asked.incrementAndGet();
    }

    void recovered(RecoveryReport report) {
        scannedBytes.addAndGet(report.scannedBytes());
    }

    /** Opened, or found to be damaged. */
    void end() {
        done.incrementAndGet();
    }

    /** Replicas that were to be opened so far. */
    public int asked() {
        return asked.get();
    }

    /** Replicas of those that are being opened now, or wait for it. */
    public int waiting() {
        return asked.get() - done.get();
    }

    /** Bytes of logs that no snapshot stood for, and that were read and checked. */
    public long scannedBytes() {
        return scannedBytes.get();
    }
}
