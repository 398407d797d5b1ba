package io.flotilla.broker.cluster;

import io.flotilla.broker.machine.Outcome;
import io.flotilla.wire.frame.ErrorCode;
import io.flotilla.wire.message.ClusterProducerIdsRecord;
import io.flotilla.wire.message.ProducerIdBlockResponse;
import java.util.List;

/** Hands out producer ids, a block at a time; an id is never given twice, though blocks may be lost with their broker. */
final class ProducerIdBlocks {
    /** As Kafka: few enough to be cheap to lose, many enough to ask seldom. */
    static final int BLOCK = 1_000;

    private ProducerIdBlocks() {}

    static Outcome<ProducerIdBlockResponse> allocate(MetadataState state) {
        long first = state.nextProducerId;
        if (first > Long.MAX_VALUE - BLOCK) {
            return Outcome.read(ProducerIdBlockResponse.builder()
                    .errorCode(ErrorCode.UNKNOWN_SERVER_ERROR.code())
                    .errorMessage("All producer ids are used up")
                    .build());
        }
        return new Outcome<>(
                List.of(RecordType.encode(new ClusterProducerIdsRecord(first + BLOCK))),
                ProducerIdBlockResponse.builder().firstId(first).count(BLOCK).build());
    }
}
