package io.flotilla.bench;

import io.flotilla.bench.cluster.BenchCluster;
import io.flotilla.bench.cluster.SystemUnderTest;
import io.flotilla.bench.load.Target;
import io.flotilla.bench.load.Workload;
import io.flotilla.bench.profile.Collapsed;
import io.flotilla.bench.profile.Profiler;
import io.flotilla.bench.report.FlameGraph;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Takes a profile of all brokers of a system under a workload, on a new cluster for each. */
final class ProfileRun {
    private final Session session;
    private final CommonOptions options;
    private final Profiler.Event event;

    ProfileRun(Session session, CommonOptions options, Profiler.Event event) {
        this.session = session;
        this.options = options;
        this.event = event;
    }

    /** Writes a summary and a picture for each system and workload. */
    void run(List<Workload> workloads) throws IOException {
        Path page = options.docs(session.installation().home()).orElseThrow();
        Path directory = page.resolveSibling("profiles");
        Files.createDirectories(directory);
        Profiler profiler = new Profiler(session.programs(), session.directory());
        for (SystemUnderTest system : options.systems(SystemUnderTest.FLOTILLA.option())) {
            for (Workload workload : workloads) {
                take(profiler, system, workload, directory);
            }
        }
    }

    private void take(Profiler profiler, SystemUnderTest system, Workload workload, Path directory) throws IOException {
        session.progress("starting three brokers of %s", system.option());
        try (BenchCluster cluster = session.start(system)) {
            // A broker that failover kills can tell nothing any more.
            List<Long> pids = workload == Workload.FAILOVER
                    ? cluster.pids().subList(0, cluster.pids().size() - 1)
                    : cluster.pids();
            Target.Begin begin = () -> {
                session.progress("profile (%s) of %s under %s", event.option(), system.option(), workload.option());
                profiler.start(pids, event);
            };
            Map<String, Double> figures = workload.measure(session.target(cluster, begin));
            Map<String, Long> stacks = profiler.stop(pids);
            String title = system.label() + ", " + workload.option() + ", " + event.option() + " ("
                    + session.machine().date() + ", commit " + session.machine().commit() + ", scale "
                    + options.scale() + ", " + cluster.size() + " brokers)";
            String name = system.option() + "-" + workload.option() + "-" + event.option();
            Files.writeString(directory.resolve(name + ".txt"), Collapsed.text(title, stacks));
            Files.writeString(directory.resolve(name + ".svg"), FlameGraph.svg(title, stacks));
            session.progress("%s: %s", directory.resolve(name + ".svg"), figures);
        }
    }
}
