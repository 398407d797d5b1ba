package io.flotilla.log;

import java.nio.file.Path;

/**
 * Stored bytes that cannot be right and that no interrupted write explains. They are left as they are.
 *
 * @param position byte in the file where the damage begins
 * @param reason what is wrong, for an operator
 */
public record Damage(Path file, long position, String reason) {
    @Override
    public String toString() {
        return file + " at byte " + position + ": " + reason;
    }
}
