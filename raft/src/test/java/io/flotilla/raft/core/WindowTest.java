package io.flotilla.raft.core;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WindowTest {
    @Test
    void isFullAtEitherLimit() {
        Window window = new Window(2, 100);
        window.add(1, 40);
        assertThat(window.isFull()).isFalse();
        window.add(2, 10);
        assertThat(window.isFull()).isTrue();
        window.freeTo(1);
        assertThat(window.isFull()).isFalse();
        window.clear();
        window.add(9, 500);
        assertThat(window.isFull()).isTrue();
    }

    @Test
    void freesFromTheFrontAndDropsFromTheBack() {
        Window window = new Window(Integer.MAX_VALUE, Long.MAX_VALUE);
        for (int round = 0; round < 5; round++) {
            for (int i = 1; i <= 20; i++) {
                window.add(round * 100 + i * 2, i);
            }
            window.freeTo(round * 100 + 11);
            assertThat(window.count()).isEqualTo(15);
            window.dropAfter(round * 100 + 15);
            assertThat(window.count()).isEqualTo(2);
            assertThat(window.bytes()).isEqualTo(6 + 7);
            window.freeTo(round * 100 + 99);
            assertThat(window.count()).isZero();
            assertThat(window.bytes()).isZero();
        }
    }
}
