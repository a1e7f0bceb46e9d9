package dev.gatehouse.standalone.instance;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The versions that run, and whether they fit together.
 *
 * @param client of this command
 * @param running one for each process
 * @param unknown "waf-svc-1: …", processes that do not tell their version
 */
public record Versions(String client, List<Running> running, List<String> unknown) {
    private static final Pattern BUILD = Pattern.compile("^gatehouse_build_info\\{(.*)} ");
    private static final Pattern LABEL = Pattern.compile("(\\w+)=\"([^\"]*)\"");

    /**
     * A process.
     *
     * @param version of Gatehouse, or of a proxy that of Envoy
     * @param java of its JVM; empty: it is no JVM
     */
    public record Running(Replica replica, String version, String java) {}

    public Versions {
        running = List.copyOf(running);
        unknown = List.copyOf(unknown);
    }

    /** Asks every process that is ready. */
    public static Versions read(RunningGatehouse gatehouse, String client, Progress progress) throws IOException {
        List<Running> running = new ArrayList<>();
        List<String> unknown = new ArrayList<>();
        List<Replica> all = new ArrayList<>(gatehouse.services());
        all.addAll(gatehouse.replicas(Component.PROXY));
        for (Replica replica : all) {
            progress.step("asking " + replica);
            if (!replica.ready()) {
                unknown.add(replica + ": is not ready: " + replica.state());
                continue;
            }
            try {
                running.add(
                        replica.component() == Component.PROXY
                                ? new Running(replica, envoyVersion(gatehouse, replica), "")
                                : service(gatehouse, replica));
            } catch (IOException e) {
                unknown.add(replica + ": " + e.getMessage());
            }
        }
        return new Versions(client, running, unknown);
    }

    private static Running service(RunningGatehouse gatehouse, Replica replica) throws IOException {
        Optional<Matcher> labels = gatehouse
                .get(replica, "/q/metrics")
                .lines()
                .map(BUILD::matcher)
                .filter(Matcher::find)
                .findFirst();
        if (labels.isEmpty()) {
            throw new IOException(
                    "its metrics have no gatehouse_build_info (expected: that of a service of Gatehouse)");
        }
        String version = "";
        String java = "";
        Matcher label = LABEL.matcher(labels.get().group(1));
        while (label.find()) {
            version = label.group(1).equals("version") ? label.group(2) : version;
            java = label.group(1).equals("java") ? label.group(2) : java;
        }
        return new Running(replica, version, java);
    }

    /** The version of a proxy's Envoy: Envoy tells "commit/1.40.0/Clean/RELEASE/BoringSSL". */
    public static String envoyVersion(RunningGatehouse gatehouse, Replica replica) throws IOException {
        String told = new JsonObject(gatehouse.get(replica, "/server_info")).getString("version", "");
        String[] parts = told.split("/");
        return parts.length > 1 ? parts[1] : told;
    }

    /** What does not fit together, a sentence each; empty: all does. */
    public List<String> skew() {
        List<String> skew = new ArrayList<>();
        List<Running> services = running.stream()
                .filter(each -> each.replica().component() != Component.PROXY)
                .toList();
        List<Running> proxies = running.stream()
                .filter(each -> each.replica().component() == Component.PROXY)
                .toList();
        differing(services)
                .ifPresent(which -> skew.add("services of several versions: " + which
                        + " (expected: one; let the rollout end, or finish the" + " upgrade)"));
        differing(proxies)
                .ifPresent(which -> skew.add("Envoys of several versions: " + which
                        + " (expected: one; let the rollout end, or look for an EnvoyProxy that names an image)"));
        List<String> others = services.stream()
                .map(Running::version)
                .distinct()
                .filter(version -> !version.equals(client))
                .sorted()
                .toList();
        if (!others.isEmpty()) {
            skew.add("this command is " + client + ", services are " + String.join(", ", others)
                    + " (expected: the same version; pages and fields of one may be unknown to the other)");
        }
        return skew;
    }

    private static Optional<String> differing(List<Running> processes) {
        var byVersion = processes.stream()
                .collect(Collectors.groupingBy(
                        Running::version,
                        TreeMap::new,
                        Collectors.mapping(each -> each.replica().name(), Collectors.joining(", "))));
        return byVersion.size() < 2
                ? Optional.empty()
                : Optional.of(byVersion.entrySet().stream()
                        .map(entry -> entry.getKey() + " (" + entry.getValue() + ")")
                        .collect(Collectors.joining("; ")));
    }
}
