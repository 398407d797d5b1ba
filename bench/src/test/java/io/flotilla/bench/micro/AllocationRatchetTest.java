package io.flotilla.bench.micro;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/**
 * What the operations of the hot paths allocate, in bytes of Java memory. The bounds are what was measured and a little above:
 * lower them when something got better; whoever has to raise one says why.
 */
class AllocationRatchetTest {
    private static void assertAllocates(long atMost, Allocations.Operation operation) throws Exception {
        assertThat(Allocations.perOperation(operation))
                .as("bytes per operation")
                .isLessThanOrEqualTo(atMost);
    }

    @Test
    void codec() throws Exception {
        CodecBenchmark codec = new CodecBenchmark();
        codec.setUp();
        assertAllocates(590, codec::decodeProduceRequest);
        assertAllocates(1290, codec::decodeFetchRequest);
        assertAllocates(1860, codec::encodeFetchResponse);
        assertAllocates(190, codec::encodeMetadataResponse);
        codec.tearDown();
    }

    @Test
    void batch() throws Exception {
        BatchBenchmark batch = new BatchBenchmark();
        batch.setUp();
        assertAllocates(136, batch::crc);
        assertAllocates(136, batch::validate);
        batch.tearDown();
    }

    @Test
    void log() throws Exception {
        LogBenchmark log = new LogBenchmark();
        log.setUp();
        assertAllocates(1000, log::append);
        assertAllocates(1430, log::assembleFetch);
        log.tearDown();
    }

    @Test
    void raft() throws Exception {
        RaftBenchmark raft = new RaftBenchmark();
        raft.setUp();
        assertAllocates(870, raft::commitOneEntry);
    }

    @Test
    void heartbeats() throws Exception {
        HeartbeatBenchmark heartbeats = new HeartbeatBenchmark();
        heartbeats.setUp();
        assertAllocates(620, heartbeats::round);
    }
}
