package io.flotilla.wire.record;

import java.util.List;

/** What a {@link BatchValidator} thinks of the records that a client wants to have appended to a partition. */
public sealed interface BatchCheck {
    /** The verdict on every good batch. */
    Valid VALID = new Valid();

    /** One whole batch that may be appended. */
    record Valid() implements BatchCheck {}

    /**
     * Something that must not be appended.
     *
     * @param fault what is wrong; {@link BatchFault#kafkaCode} is the answer to the client
     * @param position how many bytes into the records the offending batch, field or record begins; past the header counted in
     *     decompressed bytes
     * @param records the offending records, the first ones if there are very many; empty if it is not single records' fault
     * @param reason the same in words for the client and the operator; never contains record data
     */
    record Rejected(BatchFault fault, int position, List<RecordFault> records, String reason) implements BatchCheck {
        /** The number of the first offending record in its batch, or -1 if it is not one record's fault. */
        public int recordIndex() {
            return records.isEmpty() ? -1 : records.get(0).index();
        }
    }

    /**
     * What is wrong with one record.
     *
     * @param index its number in the batch, from 0
     */
    record RecordFault(int index, String reason) {}
}
