package io.flotilla.log.inspect;

import java.nio.file.Path;

/**
 * Something that a check of a log directory found.
 *
 * @param damage false for what a crash or a running broker explains, and the next start puts right by itself
 * @param position byte in the file where it begins
 * @param what in words, for an operator
 */
public record Problem(boolean damage, Path file, long position, String what) {
    @Override
    public String toString() {
        return (damage ? "DAMAGE  " : "note    ") + file + " at byte " + position + ": " + what;
    }
}
