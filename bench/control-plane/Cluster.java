import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceList;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The cluster, as the benchmark sees it: objects that it makes, statuses that come, and what the processes of the control plane have used. The
 * cluster's node has to be this machine: processor time and memory are read from /proc. All methods may be called by any thread.
 */
final class Cluster implements AutoCloseable {
    static final String GATEWAY_API = "gateway.networking.k8s.io/v1";
    private static final String OWNING_GATEWAY = "gateway.envoyproxy.io/owning-gateway-name";
    private static final int WRITERS = 16;
    /** Of /proc/PID/stat: USER_HZ, which is 100 on Linux. */
    private static final double TICKS_PER_SECOND = 100;
    private static final long PAGE = 4096;
    private static final int XDS_PORT = 18000;
    private static final Pattern RECEIVED = Pattern.compile("bytes_received:(\\d+)");

    private final KubernetesClient client;
    private final String apiServer;
    private final String systemNamespace;
    private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    /** What each process of the control plane has used since it began: seconds of processor time, and bytes of memory now, by name of its Deployment. */
    record Use(Map<String, Double> seconds, Map<String, Long> resident) {
        double seconds(Use before) {
            return seconds.values().stream().mapToDouble(Double::doubleValue).sum()
                - before.seconds.values().stream().mapToDouble(Double::doubleValue).sum();
        }

        long mebibytes() {
            return resident.values().stream().mapToLong(Long::longValue).sum() >> 20;
        }

        String of(Use before) {
            StringBuilder text = new StringBuilder();
            seconds.forEach((name, value) -> {
                double spent = value - before.seconds.getOrDefault(name, 0.0);
                text.append(text.isEmpty() ? "" : ", ")
                    .append("%s %.1f s %d MiB".formatted(name, spent, resident.getOrDefault(name, 0L) >> 20));
            });
            return text.toString();
        }
    }

    /** Which routes have a status that says that they are accepted in their present form. */
    static final class Statuses implements AutoCloseable {
        private final Set<String> accepted = ConcurrentHashMap.newKeySet();
        private volatile long lastChange = System.nanoTime();
        private volatile boolean closed;

        /** How many routes of the names that begin so are accepted. */
        long accepted(String prefix) {
            return accepted.stream().filter(name -> name.startsWith(prefix)).count();
        }

        /** When a route last changed, as {@link System#nanoTime()}. */
        long lastChange() {
            return lastChange;
        }

        private void seen(String action, GenericKubernetesResource route, String controller) {
            String name = route.getMetadata().getName();
            if (action.equals("DELETED")) {
                accepted.remove(name);
                return;
            }
            lastChange = System.nanoTime();
            if (isAccepted(route, controller)) {
                accepted.add(name);
            } else {
                accepted.remove(name);
            }
        }

        private static boolean isAccepted(GenericKubernetesResource route, String controller) {
            List<Map<String, Object>> parents = route.get("status", "parents");
            if (parents == null) {
                return false;
            }
            for (Map<String, Object> parent : parents) {
                if (!controller.equals(parent.get("controllerName"))) {
                    continue;
                }
                int good = 0;
                for (Object each : (List<?>) parent.getOrDefault("conditions", List.of())) {
                    Map<?, ?> condition = (Map<?, ?>) each;
                    boolean wanted = condition.get("type").equals("Accepted") || condition.get("type").equals("ResolvedRefs");
                    boolean present = ((Number) condition.get("observedGeneration")).longValue() == route.getMetadata().getGeneration();
                    good += wanted && present && condition.get("status").equals("True") ? 1 : 0;
                }
                return good == 2;
            }
            return false;
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    /** The API server's address is one that asks for no credentials: that of "kubectl proxy". */
    Cluster(String apiServer, String systemNamespace) {
        this.apiServer = apiServer;
        this.systemNamespace = systemNamespace;
        Config config = new ConfigBuilder(Config.empty()).withMasterUrl(apiServer).withMaxConcurrentRequests(WRITERS * 4).withMaxConcurrentRequestsPerHost(WRITERS * 4).build();
        client = new KubernetesClientBuilder().withConfig(config).build();
    }

    static GenericKubernetesResource object(String yaml) {
        return Serialization.unmarshal(yaml, GenericKubernetesResource.class);
    }

    void create(GenericKubernetesResource object) {
        client.resource(object).create();
    }

    /** Makes the object, or replaces what has its name. */
    void apply(GenericKubernetesResource object) {
        client.resource(object).forceConflicts().fieldManager("bench").serverSideApply();
    }

    void applyAll(String yaml) {
        for (String each : yaml.split("(?m)^---$")) {
            if (!each.isBlank()) {
                apply(object(each));
            }
        }
    }

    void delete(GenericKubernetesResource object) {
        client.resource(object).withGracePeriod(0).delete();
    }

    /** Does this to all of them, sixteen at a time, and returns when the API server has answered all. */
    <T> void forAll(List<T> all, Consumer<T> action) throws Exception {
        try (ExecutorService writers = Executors.newFixedThreadPool(WRITERS)) {
            List<Future<?>> futures = new ArrayList<>();
            for (T each : all) {
                futures.add(writers.submit(() -> action.accept(each)));
            }
            for (Future<?> future : futures) {
                future.get();
            }
        }
    }

    /** Follows the routes of the namespace, those that are there first. */
    Statuses watchRoutes(String namespace, String controller) {
        Statuses statuses = new Statuses();
        Thread.ofPlatform().daemon().start(() -> {
            while (!statuses.closed) {
                // The API server ends a watch whose reader is slow; what there is then is read anew.
                GenericKubernetesResourceList present = client.genericKubernetesResources(GATEWAY_API, "HTTPRoute").inNamespace(namespace).list();
                statuses.accepted.clear();
                present.getItems().forEach(route -> statuses.seen("ADDED", route, controller));
                URI uri = URI.create(apiServer + "/apis/" + GATEWAY_API + "/namespaces/" + namespace + "/httproutes?watch=true&timeoutSeconds=60&resourceVersion="
                    + present.getMetadata().getResourceVersion());
                try (Stream<String> events = http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofLines()).body()) {
                    events.takeWhile(_ -> !statuses.closed).forEach(line -> {
                        Event event = Serialization.unmarshal(line, Event.class);
                        if (event.object().getMetadata().getName() != null) {
                            statuses.seen(event.type(), event.object(), controller);
                        }
                    });
                } catch (IOException | UncheckedIOException | InterruptedException end) {
                    System.err.println("the watch of routes ended: " + end);
                }
            }
        });
        return statuses;
    }

    /** How often the status of a route was written since the API server began. */
    long statusWrites() throws Exception {
        String metrics = http.send(HttpRequest.newBuilder(URI.create(apiServer + "/metrics")).build(), HttpResponse.BodyHandlers.ofString()).body();
        return metrics.lines()
            .filter(line -> line.startsWith("apiserver_request_total{") && line.contains("resource=\"httproutes\"") && line.contains("subresource=\"status\""))
            .filter(line -> !line.contains("verb=\"GET\"") && line.contains("code=\"20"))
            .mapToLong(line -> (long) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
            .sum();
    }

    private record Event(String type, GenericKubernetesResource object) {}

    String gatewayAddress(String namespace, String name) {
        GenericKubernetesResource gateway = client.genericKubernetesResources(GATEWAY_API, "Gateway").inNamespace(namespace).withName(name).get();
        Object address = gateway.get("status", "addresses", 0, "value");
        return address == null ? "" : address.toString();
    }

    String podAddress(String namespace, String app) {
        return pods(namespace).stream().filter(pod -> app.equals(pod.getMetadata().getLabels().get("app"))).findFirst().orElseThrow().getStatus().getPodIP();
    }

    boolean hasEndpoints(String namespace, String service) {
        return client.discovery().v1().endpointSlices().inNamespace(namespace).withLabel("kubernetes.io/service-name", service).list().getItems().stream()
            .anyMatch(slice -> !slice.getEndpoints().isEmpty());
    }

    private List<Pod> pods(String namespace) {
        return client.pods().inNamespace(namespace).list().getItems();
    }

    /** What the control plane has used: all pods of its namespace but the proxies of Gateways and Redis. */
    Use controlPlane() throws IOException {
        return use(podsByUid(pod -> !pod.getMetadata().getLabels().containsKey(OWNING_GATEWAY) && !pod.getMetadata().getName().startsWith("redis")));
    }

    /** What the proxies of the Gateway have used. */
    Use proxies(String gateway) throws IOException {
        return use(proxyPods(gateway));
    }

    private Map<String, Pod> proxyPods(String gateway) {
        return podsByUid(pod -> gateway.equals(pod.getMetadata().getLabels().get(OWNING_GATEWAY)));
    }

    private Map<String, Pod> podsByUid(Predicate<Pod> which) {
        return pods(systemNamespace).stream().filter(which).collect(Collectors.toMap(pod -> pod.getMetadata().getUid(), pod -> pod));
    }

    private static List<Long> processes(Map<String, Pod> byUid) throws IOException {
        List<Long> found = new ArrayList<>();
        eachProcess(byUid, (pod, process) -> found.add(Long.parseLong(process.getFileName().toString())));
        return found;
    }

    private static Use use(Map<String, Pod> byUid) throws IOException {
        Map<String, Double> seconds = new TreeMap<>();
        Map<String, Long> resident = new TreeMap<>();
        eachProcess(byUid, (pod, process) -> {
            String[] fields = Files.readString(process.resolve("stat")).split("\\) ", 2)[1].split(" ");
            String name = pod.getMetadata().getName().replaceFirst("-[a-z0-9]+-[a-z0-9]+$", "");
            seconds.merge(name, (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS_PER_SECOND, Double::sum);
            resident.merge(name, Long.parseLong(fields[21]) * PAGE, Long::sum);
        });
        return new Use(seconds, resident);
    }

    private interface OfProcess {
        void take(Pod pod, Path process) throws IOException;
    }

    private static void eachProcess(Map<String, Pod> byUid, OfProcess action) throws IOException {
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                try {
                    Pod pod = podOf(Files.readString(process.resolve("cgroup")), byUid);
                    if (pod != null && !Files.readString(process.resolve("comm")).startsWith("pause")) {
                        action.take(pod, process);
                    }
                } catch (IOException ended) {
                    // What ended while it was looked at is passed over.
                    if (Files.exists(process)) {
                        throw ended;
                    }
                }
            }
        }
    }

    private static Pod podOf(String cgroup, Map<String, Pod> byUid) {
        for (Map.Entry<String, Pod> each : byUid.entrySet()) {
            if (cgroup.contains(each.getKey()) || cgroup.contains(each.getKey().replace('-', '_'))) {
                return each.getValue();
            }
        }
        return null;
    }

    /** Bytes that the first proxy of the Gateway has received from its control plane, as the kernel counts them on its connection. */
    long configurationBytes(String gateway) throws Exception {
        for (long process : processes(proxyPods(gateway))) {
            Process ss = new ProcessBuilder("nsenter", "-t", Long.toString(process), "-n", "ss", "-tinH", "dport", "=", ":" + XDS_PORT).start();
            Matcher matcher = RECEIVED.matcher(new String(ss.getInputStream().readAllBytes(), StandardCharsets.US_ASCII));
            if (matcher.find()) {
                return Long.parseLong(matcher.group(1));
            }
        }
        throw new IllegalStateException("no proxy of " + gateway + " is connected to port " + XDS_PORT);
    }

    @Override
    public void close() {
        client.close();
    }
}
