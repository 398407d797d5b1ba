package io.flotilla.itests.real;

import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * One cluster of three for all test classes that do it no harm: started for the first, ended after the last. A test takes it
 * as a parameter, {@link ProcessCluster} or {@link Clients}. After each class the brokers' logs must be free of leaks and errors.
 */
final class SharedCluster implements ParameterResolver, AfterAllCallback {
    private static final Namespace NAMESPACE = Namespace.create(SharedCluster.class);

    private static ProcessCluster cluster(ExtensionContext context) {
        return context.getRoot()
                .getStore(NAMESPACE)
                .getOrComputeIfAbsent(
                        "cluster",
                        key -> ProcessCluster.start(3, TestDirectory.empty("shared"), Map.of()),
                        ProcessCluster.class);
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        return type == ProcessCluster.class || type == Clients.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        ProcessCluster cluster = cluster(context);
        return parameter.getParameter().getType() == Clients.class ? new Clients(cluster.bootstrap()) : cluster;
    }

    @Override
    public void afterAll(ExtensionContext context) throws IOException {
        ProcessCluster started = context.getRoot().getStore(NAMESPACE).get("cluster", ProcessCluster.class);
        if (started != null) {
            started.assertLogsClean();
        }
    }
}
