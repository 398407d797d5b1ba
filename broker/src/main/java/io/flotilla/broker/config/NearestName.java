package io.flotilla.broker.config;

import java.util.Collection;

/** Finds what somebody may have meant to type. */
public final class NearestName {
    private NearestName() {}

    /**
     * The name with the fewest letters inserted, deleted, replaced or swapped with a neighbour, the first of equals.
     *
     * @return null when even that one differs in more than a third of its letters
     */
    public static String of(String typed, Collection<String> names) {
        String nearest = null;
        int fewest = Integer.MAX_VALUE;
        for (String name : names) {
            int distance = distance(typed, name);
            if (distance < fewest && distance <= Math.max(1, name.length() / 3)) {
                nearest = name;
                fewest = distance;
            }
        }
        return nearest;
    }

    /** Edit distance with transpositions (Damerau; the restricted form). */
    static int distance(String a, String b) {
        int[] beforeLast = new int[b.length() + 1];
        int[] last = new int[b.length() + 1];
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] spare = beforeLast;
            beforeLast = last;
            last = row;
            row = spare;
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = last[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(replaced, 1 + Math.min(last[j], row[j - 1]));
                boolean swapped =
                        i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
                if (swapped) {
                    row[j] = Math.min(row[j], beforeLast[j - 2] + 1);
                }
            }
        }
        return row[b.length()];
    }
}
