package io.flotilla.log.fs;

import java.io.IOException;

/**
 * There is too little of something that an operation needs, which says nothing about what is on the disk: it may be done again,
 * from its beginning, once there is more. What it has changed by then is as after a crash in the middle of it.
 */
public abstract sealed class ShortageException extends IOException permits NoSpaceException, TooManyOpenFilesException {
    private static final long serialVersionUID = 1L;

    ShortageException(String message, Throwable cause) {
        super(message, cause);
    }
}
