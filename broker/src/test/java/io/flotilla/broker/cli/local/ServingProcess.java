package io.flotilla.broker.cli.local;

import com.sun.net.httpserver.HttpServer;
import io.flotilla.broker.config.BrokerConfig;
import io.flotilla.broker.config.BrokerProperties;
import io.flotilla.broker.config.HostPort;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.Map;

/** Stands in for a broker's process: {@code start FILE}, holds the ports of that file and says that it is ready. */
public final class ServingProcess {
    private ServingProcess() {}

    @SuppressWarnings("resource") // held until the process ends
    public static void main(String[] args) throws IOException {
        BrokerConfig config = BrokerConfig.load(Path.of(args[1]), Map.of());
        if (config.explicit(BrokerProperties.BROKER_RACK) != null) {
            System.err.println("first line");
            System.err.println("cannot start: the rack is on fire");
            System.exit(1);
        }
        new ServerSocket(config.listener().port());
        HostPort metrics = config.get(BrokerProperties.METRICS_LISTENER);
        HttpServer http = HttpServer.create(new InetSocketAddress(metrics.host(), metrics.port()), 0);
        http.createContext("/health/ready", exchange -> {
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        http.start();
    }
}
