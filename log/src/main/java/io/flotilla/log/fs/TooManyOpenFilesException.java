package io.flotilla.log.fs;

import java.nio.file.Path;

/**
 * The process, or the whole system, may open no more files (EMFILE, ENFILE). It is found out before anything is read, written or
 * synced, and ends as soon as others are closed.
 */
public final class TooManyOpenFilesException extends ShortageException {
    private static final long serialVersionUID = 1L;

    public TooManyOpenFilesException(Path file, Throwable cause) {
        super(
                file
                        + " cannot be opened, because too many files and connections are open. Raise the limit of open files of"
                        + " this process (ulimit -n; LimitNOFILE of a systemd unit)",
                cause);
    }
}
