package io.flotilla.log;

/** Hears what the disk has done for one log. Called on the log's loop. */
public interface LogListener {
    /**
     * Everything up to the entry with this index and term is durable (with {@code write.caching}: written). Rises, except
     * that it starts over below a truncation.
     */
    void durable(long lastIndex, int term);

    /**
     * The log's directory failed and takes no more writes. Nothing not reported durable may be assumed to be on disk, and
     * nothing more will be reported. Memory and files can still be read. Called at most once.
     */
    void failed(LogFailure failure);
}
