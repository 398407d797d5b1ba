package io.flotilla.itests.chaos;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.BuildImageResultCallback;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.ContainerNetwork;
import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.PortBinding;
import com.github.dockerjava.api.model.Ports;
import io.flotilla.itests.real.Command;
import io.flotilla.itests.real.FreePorts;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.lifecycle.Startables;
import org.testcontainers.utility.DockerImageName;

/** A cluster of containers of the project's own image, on a network of their own, with clients on this host by way of loopback. */
final class Containers implements AutoCloseable {
    private static final String IMAGE = "flotilla:test";
    private static final int PORT = 9092;

    private final DockerClient engine = DockerClientFactory.instance().client();
    private final Network network = Network.newNetwork();
    private final int[] ports;
    private final List<GenericContainer<?>> brokers = new ArrayList<>();

    /** Starts brokers 1 to {@code count}, and waits until Docker calls them healthy. */
    Containers(int count) {
        ports = FreePorts.find(count);
        String voters = IntStream.rangeClosed(1, count)
                .mapToObj(id -> id + "@" + alias(id) + ":" + PORT)
                .collect(Collectors.joining(","));
        for (int id = 1; id <= count; id++) {
            brokers.add(broker(id, voters));
        }
        Startables.deepStart(brokers).join();
    }

    /** Whether an image is there, or can be pulled. */
    static boolean isThere(String image) throws InterruptedException {
        DockerClient engine = DockerClientFactory.instance().client();
        try {
            engine.inspectImageCmd(image).exec();
            return true;
        } catch (NotFoundException absent) {
            try {
                engine.pullImageCmd(image).start().awaitCompletion();
                return true;
            } catch (DockerException e) {
                return false;
            }
        }
    }

    /** Builds the image from the Dockerfile in a directory, on a base. */
    static void build(Path directory, String base) {
        DockerClientFactory.instance()
                .client()
                .buildImageCmd(directory.toFile())
                .withBuildArg("BASE_IMAGE", base)
                .withNetworkMode("none")
                .withTags(Set.of(IMAGE))
                .exec(new BuildImageResultCallback())
                .awaitImageId();
    }

    private GenericContainer<?> broker(int id, String voters) {
        PortBinding port =
                new PortBinding(Ports.Binding.bindIpAndPort("127.0.0.1", ports[id - 1]), ExposedPort.tcp(PORT));
        return new GenericContainer<>(DockerImageName.parse(IMAGE))
                .withImagePullPolicy(name -> false)
                .withNetwork(network)
                .withNetworkAliases(alias(id))
                .withEnv("FLOTILLA_NODE_ID", Integer.toString(id))
                .withEnv("FLOTILLA_CONTROLLER_QUORUM_VOTERS", voters)
                .withEnv("FLOTILLA_ADVERTISED_LISTENERS", "PLAINTEXT://" + address(id))
                .withEnv("FLOTILLA_LOG_SEGMENT_BYTES", "65536")
                .withEnv("FLOTILLA_HEAP", "256m")
                .withCreateContainerCmdModifier(
                        create -> Objects.requireNonNull(create.getHostConfig()).withPortBindings(port))
                .waitingFor(Wait.forHealthcheck());
    }

    private static String alias(int id) {
        return "broker" + id;
    }

    private String address(int id) {
        return "127.0.0.1:" + ports[id - 1];
    }

    String bootstrap() {
        return IntStream.rangeClosed(1, brokers.size()).mapToObj(this::address).collect(Collectors.joining(","));
    }

    /** Takes a container's network away. */
    void disconnect(int id) {
        engine.disconnectFromNetworkCmd()
                .withNetworkId(network.getId())
                .withContainerId(brokers.get(id - 1).getContainerId())
                .exec();
    }

    /** Gives it back, under the same name; the address may be another one. */
    void connect(int id) {
        engine.connectToNetworkCmd()
                .withNetworkId(network.getId())
                .withContainerId(brokers.get(id - 1).getContainerId())
                .withContainerNetwork(new ContainerNetwork().withAliases(alias(id)))
                .exec();
    }

    /** Copies the data of all brokers to directories of this host. */
    List<Path> copyData(Path to) throws IOException {
        List<Path> copies = new ArrayList<>();
        for (int i = 0; i < brokers.size(); i++) {
            Path archive = Files.createTempFile(to, "data", ".tar");
            try (InputStream stream = engine.copyArchiveFromContainerCmd(
                            brokers.get(i).getContainerId(), "/var/lib/flotilla")
                    .exec()) {
                Files.copy(stream, archive, StandardCopyOption.REPLACE_EXISTING);
            }
            Path copy = Files.createTempDirectory(to, alias(i + 1));
            Command.of("tar", "xf", archive.toString(), "-C", copy.toString())
                    .run()
                    .orFail();
            Files.delete(archive);
            copies.add(copy.resolve("flotilla"));
        }
        return copies;
    }

    @Override
    public void close() {
        brokers.forEach(GenericContainer::stop);
        network.close();
    }
}
