package io.flotilla.log.fs;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.log.Seeds;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

class BitFlipTest {
    private static final int LENGTH = 1500;

    private final Random random = Seeds.random(1);
    private final byte[] bytes = new byte[LENGTH];

    BitFlipTest() {
        random.nextBytes(bytes);
    }

    private int crc() {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return (int) crc.getValue();
    }

    private void flip(int bit) {
        bytes[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
    }

    @Test
    void explainsOneBitWhereverItIs() {
        int noted = crc();
        assertThat(BitFlip.explains(noted, noted, LENGTH)).isTrue();
        for (int bit = 0; bit < LENGTH * Byte.SIZE; bit++) {
            flip(bit);
            assertThat(BitFlip.explains(crc(), noted, LENGTH)).as("bit %d", bit).isTrue();
            flip(bit);
        }
        for (int bit = 0; bit < Integer.SIZE; bit++) {
            assertThat(BitFlip.explains(noted, noted ^ 1 << bit, LENGTH)).isTrue();
        }
    }

    @Test
    void explainsNoMoreThanThat() {
        int noted = crc();
        for (int i = 0; i < 1000; i++) {
            int first = random.nextInt(LENGTH * Byte.SIZE);
            int second = random.nextInt(LENGTH * Byte.SIZE);
            if (first != second) {
                flip(first);
                flip(second);
                assertThat(BitFlip.explains(crc(), noted, LENGTH)).isFalse();
                flip(second);
                flip(first);
            }
        }
    }

    @Test
    void aBitBeforeTheBytesIsNoneOfThem() {
        int noted = crc();
        flip(0);
        assertThat(BitFlip.explains(crc(), noted, LENGTH - 1)).isFalse();
    }
}
