package dev.gatehouse.controller.console;

import dev.gatehouse.api.events.v1.DataPlaneReport;
import dev.gatehouse.console.LiveTraffic;
import dev.gatehouse.console.RefusedRequests;
import dev.gatehouse.console.model.ProblemEntry;
import dev.gatehouse.console.model.ProxyEntry;
import dev.gatehouse.console.model.State;
import dev.gatehouse.console.model.Tone;
import dev.gatehouse.controller.callout.Fleets;
import dev.gatehouse.controller.control.ControllerView;
import dev.gatehouse.controller.files.FileSource;
import dev.gatehouse.controller.gateway.ListenerState;
import dev.gatehouse.controller.text.ResourceText;
import dev.gatehouse.events.LatestReports;
import dev.gatehouse.events.Position;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What the console shows of controller-svc as a process of its own: the proxies as xds-svc reports them, and on Kubernetes what their pods tell of their
 * traffic. Thread-safe.
 */
public final class ReportedSite implements Site {
    private final String name;
    private final LatestReports reports;
    private final FileSource files;
    private final Optional<LiveTraffic> traffic;
    private final Optional<RefusedRequests> refused;

    /**
     * @param reports takes every report of xds-svc
     * @param traffic empty: the proxies cannot be asked
     * @param refused likewise
     */
    public ReportedSite(
            String name,
            LatestReports reports,
            FileSource files,
            Optional<LiveTraffic> traffic,
            Optional<RefusedRequests> refused) {
        this.name = name;
        this.reports = reports;
        this.files = files;
        this.traffic = traffic;
        this.refused = refused;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Optional<String> url(ListenerState listener) {
        return Optional.empty();
    }

    @Override
    public List<ProblemEntry> problems(ControllerView view) {
        return FileProblems.of(files, view);
    }

    @Override
    public Optional<LiveTraffic> traffic() {
        return traffic;
    }

    @Override
    public Optional<RefusedRequests> refusedRequests() {
        return refused;
    }

    @Override
    public List<ProxyEntry> proxies(ControllerView view) {
        Map<String, List<DataPlaneReport>> nodes = new TreeMap<>(reports.all().stream()
                .collect(Collectors.groupingBy(report -> report.getFleet() + " " + report.getNodeId())));
        return nodes.values().stream()
                .map(said -> proxy(said, view))
                // Proxies come before callout services, each in the order of the map.
                .sorted(Comparator.comparing(proxy -> Fleets.ALL.contains(proxy.fleet())))
                .toList();
    }

    private static ProxyEntry proxy(List<DataPlaneReport> said, ControllerView view) {
        String fleet = said.getFirst().getFleet();
        String version = "";
        String protocol = "";
        String since = "";
        long answered = 0;
        Map<String, List<DataPlaneReport.Rejected>> rejected = new TreeMap<>();
        for (DataPlaneReport report : said) {
            switch (report.getWhatCase()) {
                case CONNECTED -> {
                    version = report.getConnected().getVersion();
                    protocol = report.getConnected().getProtocol();
                    since = Instant.ofEpochMilli(report.getAtMillis())
                            .truncatedTo(ChronoUnit.SECONDS)
                            .toString();
                }
                case APPLIED ->
                    answered = Math.max(answered, report.getApplied().getOffset());
                case SETTLED ->
                    answered = Math.max(answered, report.getSettled().getOffset());
                case REJECTED ->
                    rejected.computeIfAbsent(report.getRejected().getTypeUrl(), _ -> new ArrayList<>())
                            .add(report.getRejected());
                case DISCONNECTED, WHAT_NOT_SET -> {
                    // Other reports do not describe the present state.
                }
            }
        }
        long published = Optional.ofNullable(view.published().get(fleet))
                .map(Position::offset)
                .orElse(0L);
        List<ProxyEntry.Type> types = new ArrayList<>();
        for (Map.Entry<String, List<DataPlaneReport.Rejected>> each : rejected.entrySet()) {
            types.add(new ProxyEntry.Type(
                    ResourceText.typeName(each.getKey()),
                    Long.toString(each.getValue().getLast().getOffset()),
                    Long.toString(answered),
                    "",
                    "",
                    "",
                    List.copyOf(each.getValue().stream()
                            .flatMap(refusal -> refusal.getResourcesList().stream())
                            .collect(Collectors.toCollection(TreeSet::new))),
                    each.getValue().stream()
                            .map(DataPlaneReport.Rejected::getMessage)
                            .distinct()
                            .collect(Collectors.joining("\n"))));
        }
        return new ProxyEntry(
                said.getFirst().getNodeId(),
                fleet,
                version,
                protocol,
                since,
                state(!rejected.isEmpty(), answered, published),
                types);
    }

    /** The state of a proxy that has answered everything up to a position of the config log. */
    public static State state(boolean refuses, long answered, long published) {
        if (refuses) {
            return new State(Tone.BAD, "refuses something");
        }
        return answered >= published
                ? new State(Tone.GOOD, "up to date (" + published + ")")
                : new State(Tone.WARNING, "acknowledged " + answered + " of " + published);
    }
}
