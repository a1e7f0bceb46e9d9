package dev.gatehouse.standalone.run;

import dev.gatehouse.console.ConsoleSource;
import dev.gatehouse.console.LiveTraffic;
import dev.gatehouse.console.ProxyCounters;
import dev.gatehouse.console.RecentRefusals;
import dev.gatehouse.console.RefusedRequests;
import dev.gatehouse.console.model.ProblemEntry;
import dev.gatehouse.console.model.ProxyEntry;
import dev.gatehouse.console.model.Tone;
import dev.gatehouse.controller.callout.Fleets;
import dev.gatehouse.controller.console.ControllerConsole;
import dev.gatehouse.controller.console.FileProblems;
import dev.gatehouse.controller.console.ReportedSite;
import dev.gatehouse.controller.console.Site;
import dev.gatehouse.controller.control.Controller;
import dev.gatehouse.controller.control.ControllerView;
import dev.gatehouse.controller.files.FileSource;
import dev.gatehouse.controller.gateway.ListenerState;
import dev.gatehouse.controller.text.ResourceText;
import dev.gatehouse.envoyprocess.EnvoyAdmin;
import dev.gatehouse.envoyprocess.EnvoyProcess;
import dev.gatehouse.events.Position;
import dev.gatehouse.standalone.fleet.EnvoyFleet;
import dev.gatehouse.standalone.instance.XdsText;
import dev.gatehouse.xds.stream.TypeStatus;
import dev.gatehouse.xds.view.Subscriber;
import dev.gatehouse.xds.view.XdsView;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The console's view of an instance: the problems of its files, the proxies with their acknowledged configuration, and
 * the counts of its Envoys. Thread-safe.
 */
@Singleton
final class StandaloneSite implements Site {
    private final Instance instance;
    private final FileSource files;
    private final XdsView xds;
    private final RecentRefusals refused;
    private final LiveTraffic traffic = new LiveTraffic(this::counters, InstantSource.system());

    StandaloneSite(Instance instance, FileSource files, XdsView xds, RecentRefusals refused) {
        this.instance = instance;
        this.files = files;
        this.xds = xds;
        this.refused = refused;
    }

    @Produces
    @Singleton
    static RecentRefusals requests() {
        return new RecentRefusals();
    }

    @Produces
    @Singleton
    static ConsoleSource console(Controller controller, StandaloneSite site) {
        return new ControllerConsole(controller, site);
    }

    @Override
    public String name() {
        return "standalone, "
                + files.roots().stream()
                        .map(root ->
                                String.valueOf(root.toAbsolutePath().normalize().getFileName()))
                        .collect(Collectors.joining(", "));
    }

    @Override
    public Optional<String> url(ListenerState listener) {
        return listener.protocol().map(_ -> Instance.url(listener));
    }

    @Override
    public List<ProxyEntry> proxies(ControllerView view) {
        Instant now = Instant.now();
        return xds.subscribers().stream()
                .sorted(Comparator.comparing((Subscriber each) -> Fleets.ALL.contains(each.fleet()))
                        .thenComparing(Subscriber::fleet)
                        .thenComparing(Subscriber::nodeId))
                .map(subscriber -> proxy(subscriber, view, now))
                .toList();
    }

    private static ProxyEntry proxy(Subscriber subscriber, ControllerView view, Instant now) {
        long published = Optional.ofNullable(view.published().get(subscriber.fleet()))
                .map(Position::offset)
                .orElse(0L);
        long applied = subscriber.applied().map(Position::offset).orElse(0L);
        boolean refuses = subscriber.types().stream()
                .anyMatch(type -> type.lastRejection().isPresent());
        return new ProxyEntry(
                subscriber.nodeId(),
                subscriber.fleet(),
                subscriber.version(),
                subscriber.protocol(),
                subscriber.connectedAt().truncatedTo(ChronoUnit.SECONDS).toString(),
                ReportedSite.state(refuses, applied, published),
                subscriber.types().stream().map(type -> type(type, now)).toList());
    }

    private static ProxyEntry.Type type(TypeStatus type, Instant now) {
        return new ProxyEntry.Type(
                ResourceText.typeName(type.typeUrl()),
                XdsText.orNone(type.sentVersion()),
                XdsText.orNone(type.ackedVersion()),
                XdsText.age(type.ackedAt()
                        .map(at -> Duration.between(at, now).toMillis())
                        .orElse(null)),
                Integer.toString(type.resources()),
                type.wildcard() ? "all" : type.names().size() + (type.names().size() == 1 ? " name" : " names"),
                type.refused().stream().sorted().toList(),
                type.lastRejection().orElse(""));
    }

    @Override
    public List<ProblemEntry> problems(ControllerView view) {
        List<ProblemEntry> problems = new ArrayList<>(FileProblems.of(files, view));
        instance.problems().forEach(line -> problems.add(new ProblemEntry(Tone.BAD, "", "", "", line, "", "")));
        instance.warnings().forEach(line -> problems.add(new ProblemEntry(Tone.WARNING, "", "", "", line, "", "")));
        return problems;
    }

    @Override
    public Optional<LiveTraffic> traffic() {
        return Optional.of(traffic);
    }

    @Override
    public Optional<RefusedRequests> refusedRequests() {
        return Optional.of(refused);
    }

    /** An Envoy that starts or ends does not answer: it is left out. */
    private Map<LiveTraffic.Proxy, ProxyCounters> counters() {
        Map<LiveTraffic.Proxy, ProxyCounters> counters = new HashMap<>();
        Optional<EnvoyFleet> fleet = instance.fleet();
        for (String name : fleet.map(each -> each.states().keySet()).orElse(Set.of())) {
            Optional<EnvoyAdmin> admin =
                    fleet.flatMap(each -> each.process(name)).flatMap(EnvoyProcess::admin);
            if (admin.isPresent()) {
                try {
                    counters.put(
                            new LiveTraffic.Proxy(name, name),
                            ProxyCounters.of(admin.get().get("/stats/prometheus?filter=downstream_rq_")));
                } catch (IOException e) {
                    // Its next answer begins anew.
                }
            }
        }
        return counters;
    }
}
