package io.flotilla.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.broker.config.BrokerConfig;
import io.flotilla.wire.frame.ApiKey;
import io.flotilla.wire.frame.Frames;
import io.flotilla.wire.message.ApiVersionsRequest;
import io.flotilla.wire.message.ApiVersionsResponse;
import io.flotilla.wire.message.ResponseHeader;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Holds the README's table of APIs to what a broker announces; with {@code -Dflotilla.docs.write=true} writes it anew. */
class SupportedApisTest {
    private static final Path README = Path.of("..", "README.md");
    private static final String BEGIN = "<!-- generated from what a broker announces -->\n";
    private static final String END = "<!-- end of what is generated -->\n";

    @TempDir
    Path data;

    @Test
    void theReadmeListsWhatABrokerAnnounces() throws Exception {
        BrokerConfig config = BrokerConfig.of(Map.of(
                "node.id", "1",
                "listeners", "PLAINTEXT://127.0.0.1:0",
                "metrics.listener", "127.0.0.1:0",
                "log.dirs", data.toString()));
        Broker broker = Broker.start(config);
        String table;
        try {
            table = table(announced(broker.address()));
        } finally {
            broker.shutdown();
        }
        String text = Files.readString(README);
        int from = text.indexOf(BEGIN) + BEGIN.length();
        int to = text.indexOf(END);
        if (Boolean.getBoolean("flotilla.docs.write")) {
            Files.writeString(README, text.substring(0, from) + table + text.substring(to));
            return;
        }
        assertThat(text.substring(from, to))
                .as("README.md; run this test with -Dflotilla.docs.write=true to bring it up to date")
                .isEqualTo(table);
    }

    private static ApiVersionsResponse announced(InetSocketAddress address) throws IOException {
        short version = ApiKey.API_VERSIONS.highestVersion();
        ApiVersionsRequest request = ApiVersionsRequest.builder()
                .clientSoftwareName("test")
                .clientSoftwareVersion("1")
                .build();
        try (Socket socket = new Socket("127.0.0.1", address.getPort())) {
            ByteBuf frame = Frames.encodeRequest(UnpooledByteBufAllocator.DEFAULT, request, version, 1, "test");
            frame.readBytes(socket.getOutputStream(), frame.readableBytes());
            frame.release();
            DataInputStream in = new DataInputStream(socket.getInputStream());
            byte[] bytes = new byte[in.readInt()];
            in.readFully(bytes);
            ByteBuf answer = Unpooled.wrappedBuffer(bytes);
            ResponseHeader.read(answer, ApiKey.API_VERSIONS.responseHeaderVersion(version));
            return ApiVersionsResponse.read(answer, version);
        }
    }

    private static String table(ApiVersionsResponse announced) {
        StringBuilder out = new StringBuilder("\n| API | Key | Versions |\n|---|---|---|\n");
        announced.apiKeys().stream()
                .sorted(Comparator.comparing(ApiVersionsResponse.ApiVersion::apiKey))
                .forEach(offered -> {
                    ApiKey api = ApiKey.of(offered.apiKey()).orElseThrow();
                    // Produce announces versions it then refuses: see ApiKey.lowestAdvertisedVersion.
                    int lowest = Math.max(offered.minVersion(), api.lowestVersion());
                    out.append("| %s | %d | %d to %d |\n"
                            .formatted(api.title(), api.number(), lowest, offered.maxVersion()));
                });
        return out.append('\n').toString();
    }
}
