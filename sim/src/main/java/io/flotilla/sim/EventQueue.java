package io.flotilla.sim;

import java.util.Arrays;

/**
 * What is planned, by moment and, within one, in the order in which it was planned: a binary heap. Most of what is planned is a
 * timer that is cancelled soon after, so what was cancelled is thrown out now and then. For one thread.
 */
final class EventQueue {
    private static final int FEW = 64;

    /** Something planned. */
    static final class Event {
        private final EventQueue queue;
        private final long at;
        private final long number;
        private Runnable action;

        private Event(EventQueue queue, long at, long number, Runnable action) {
            this.queue = queue;
            this.at = at;
            this.number = number;
            this.action = action;
        }

        long at() {
            return at;
        }

        long number() {
            return number;
        }

        void cancel() {
            if (action != null) {
                action = null;
                queue.cancelled++;
            }
        }

        void run() {
            Runnable once = action;
            action = null;
            once.run();
        }

        private boolean isBefore(Event other) {
            return at < other.at || at == other.at && number < other.number;
        }
    }

    private Event[] heap = new Event[FEW];
    private int size;
    /** How many in the heap were cancelled. */
    private int cancelled;

    private long planned;

    Event add(long at, Runnable action) {
        Event event = new Event(this, at, planned++, action);
        if (cancelled > FEW && cancelled > size / 2) {
            throwOutCancelled();
        }
        if (size == heap.length) {
            heap = Arrays.copyOf(heap, 2 * size);
        }
        rise(size++, event);
        return event;
    }

    /** Takes out the next event, or null. */
    Event poll() {
        while (size > 0) {
            Event first = heap[0];
            Event last = heap[--size];
            heap[size] = null;
            if (size > 0) {
                sink(0, last);
            }
            if (first.action != null) {
                return first;
            }
            cancelled--;
        }
        return null;
    }

    private void throwOutCancelled() {
        int kept = 0;
        for (int i = 0; i < size; i++) {
            if (heap[i].action != null) {
                heap[kept++] = heap[i];
            }
        }
        Arrays.fill(heap, kept, size, null);
        size = kept;
        cancelled = 0;
        for (int i = size / 2 - 1; i >= 0; i--) {
            sink(i, heap[i]);
        }
    }

    private void rise(int from, Event event) {
        int at = from;
        while (at > 0) {
            int parent = (at - 1) >>> 1;
            if (!event.isBefore(heap[parent])) {
                break;
            }
            heap[at] = heap[parent];
            at = parent;
        }
        heap[at] = event;
    }

    private void sink(int from, Event event) {
        int at = from;
        for (int child = 2 * at + 1; child < size; child = 2 * at + 1) {
            if (child + 1 < size && heap[child + 1].isBefore(heap[child])) {
                child++;
            }
            if (!heap[child].isBefore(event)) {
                break;
            }
            heap[at] = heap[child];
            at = child;
        }
        heap[at] = event;
    }
}
