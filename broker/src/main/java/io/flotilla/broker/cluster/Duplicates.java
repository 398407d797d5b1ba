package io.flotilla.broker.cluster;

import io.flotilla.wire.frame.ErrorCode;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Function;

/** Finds what a request names twice. It is refused as a whole, because which of the two was meant is anybody's guess. */
final class Duplicates {
    private Duplicates() {}

    /** The keys that occur more than once, in the order of their second occurrence. */
    static <T, K> Set<K> in(Collection<T> items, Function<T, K> key) {
        Set<K> seen = new HashSet<>();
        Set<K> repeated = new LinkedHashSet<>();
        for (T item : items) {
            if (!seen.add(key.apply(item))) {
                repeated.add(key.apply(item));
            }
        }
        return repeated;
    }

    static Refusal refusal(String what) {
        return new Refusal(ErrorCode.INVALID_REQUEST, "The request has more than one entry for " + what);
    }
}
