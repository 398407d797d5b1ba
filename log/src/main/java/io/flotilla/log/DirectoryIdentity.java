package io.flotilla.log;

import io.flotilla.log.fs.FileSystem;
import io.flotilla.log.state.MetaProperties;
import io.flotilla.log.state.PartitionMetadata;
import java.io.IOException;
import java.nio.file.Path;

/** Whose a log directory is, and the refusal of all others. Blocking; not thread-safe, except for {@link #get}. */
final class DirectoryIdentity {
    private final FileSystem files;
    private final Path path;
    private volatile MetaProperties identity;

    DirectoryIdentity(FileSystem files, Path path) {
        this.files = files;
        this.path = path;
    }

    /**
     * Holds what the directory says against who opens it.
     *
     * @return whether the directory has been used before
     * @throws LogDirectoryException when it belongs to another node or cluster, or does not say
     */
    boolean check(MetaProperties expected) throws IOException {
        MetaProperties stored = MetaProperties.read(files, path).orElse(null);
        if (stored == null) {
            refuseIfUsed();
            return false;
        }
        refuseOtherCluster(stored.clusterId(), expected.clusterId());
        if (stored.nodeId() != expected.nodeId()) {
            throw new LogDirectoryException(
                    "Log directory " + path + " belongs to node " + stored.nodeId() + ", this is node "
                            + expected.nodeId() + ". Were directories swapped? Correct node.id or log.dirs");
        }
        identity = stored;
        return true;
    }

    /** Takes possession of a new directory. */
    void takeNew(MetaProperties owner) throws IOException {
        if (identity == null) {
            owner.write(files, path);
            identity = owner;
        }
    }

    /** Notes which cluster the directory belongs to, if that is not known yet. */
    void joinCluster(String clusterId) throws IOException {
        refuseOtherCluster(identity.clusterId(), clusterId);
        if (identity.clusterId() == null) {
            MetaProperties joined = new MetaProperties(clusterId, identity.nodeId(), identity.directoryId());
            joined.write(files, path);
            identity = joined;
        }
    }

    MetaProperties get() {
        return identity;
    }

    private void refuseOtherCluster(String stored, String present) throws LogDirectoryException {
        if (stored != null && present != null && !stored.equals(present)) {
            throw new LogDirectoryException("Log directory " + path + " belongs to cluster " + stored
                    + ", this broker to " + present + ". Correct log.dirs, or use an empty directory");
        }
    }

    private void refuseIfUsed() throws IOException {
        for (String name : files.list(path)) {
            if (files.exists(path.resolve(name).resolve(PartitionMetadata.FILE))) {
                throw new LogDirectoryException("Log directory " + path + " holds " + name + " but no "
                        + MetaProperties.FILE + " that says whose it is. Restore the file, or use an empty directory");
            }
        }
    }
}
