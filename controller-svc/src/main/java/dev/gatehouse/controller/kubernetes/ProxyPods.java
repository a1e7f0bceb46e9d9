package dev.gatehouse.controller.kubernetes;

import dev.gatehouse.console.LiveTraffic;
import dev.gatehouse.console.ProxyCounters;
import dev.gatehouse.console.RecentRefusals;
import dev.gatehouse.console.RefusalLine;
import dev.gatehouse.console.RefusedRequests;
import dev.gatehouse.console.model.RefusedRequest;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;

/**
 * The pods of the fleets, as the console asks them: their counters by their metrics port, and the requests that they refused by their access logs, which the
 * API server hands out. Nothing is asked while nobody looks. A pod that does not answer within seconds is left out. Thread-safe.
 */
public final class ProxyPods implements RefusedRequests {
    private static final System.Logger LOG = System.getLogger(ProxyPods.class.getName());

    private static final Map<String, String> LABELS = Map.of(
            "app.kubernetes.io/name", "envoy",
            "app.kubernetes.io/component", "proxy",
            "app.kubernetes.io/managed-by", "envoy-gateway");

    private static final String GATEWAY = "gateway.envoyproxy.io/owning-gateway-name";
    private static final String GATEWAY_NAMESPACE = "gateway.envoyproxy.io/owning-gateway-namespace";
    private static final String CLASS = "gateway.envoyproxy.io/owning-gatewayclass";
    private static final String CONTAINER = "envoy";
    private static final String COUNTERS = "/stats/prometheus?filter=downstream_rq_";

    /** Pods whose counters are read at most, every two seconds while someone looks at the plots. */
    private static final int MOST_COUNTED = 200;

    /** Pods whose logs are read at most, and how many lines of each. */
    private static final int MOST_LOGS = 30;

    private static final int LINES = 2_000;
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    /** How long what was read of the logs is shown again. */
    private static final Duration FRESH = Duration.ofSeconds(5);

    private final KubernetesClient client;
    private final Optional<String> namespace;
    private final int metricsPort;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(1)).build();
    private final ReentrantLock lock = new ReentrantLock();
    // Guarded by lock.
    private RecentRefusals refusals = new RecentRefusals();
    private long refusalsReadAt = System.nanoTime() - FRESH.toNanos();

    /**
     * @param namespace where all fleets are; empty: each is in its Gateway's namespace
     * @param metricsPort of the proxies
     */
    public ProxyPods(KubernetesClient client, Optional<String> namespace, int metricsPort) {
        this.client = client;
        this.namespace = namespace;
        this.metricsPort = metricsPort;
    }

    /** Asks all proxies for their counters. */
    public Map<LiveTraffic.Proxy, ProxyCounters> counters() {
        Map<LiveTraffic.Proxy, ProxyCounters> counters = new HashMap<>();
        ask(pods(MOST_COUNTED), this::counters).forEach((pod, read) -> counters.put(proxy(pod), read));
        return counters;
    }

    private ProxyCounters counters(Pod pod) throws IOException, InterruptedException {
        String ip = pod.getStatus().getPodIP();
        String host = ip.contains(":") ? "[" + ip + "]" : ip;
        HttpResponse<String> answer = http.send(
                HttpRequest.newBuilder(URI.create("http://" + host + ":" + metricsPort + COUNTERS))
                        .timeout(PATIENCE)
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new IOException("status " + answer.statusCode());
        }
        return ProxyCounters.of(answer.body());
    }

    @Override
    public List<RefusedRequest> latest(Iterable<RefusedRequest.Kind> kinds) {
        lock.lock();
        try {
            if (System.nanoTime() - refusalsReadAt >= FRESH.toNanos()) {
                refusals = readLogs();
                refusalsReadAt = System.nanoTime();
            }
            return refusals.latest(kinds);
        } finally {
            lock.unlock();
        }
    }

    private RecentRefusals readLogs() {
        List<RefusedRequest> all = new ArrayList<>();
        ask(pods(MOST_LOGS), this::log)
                .forEach((pod, lines) -> lines.lines()
                        .flatMap(line -> RefusalLine.read(proxy(pod).fleet(), line).stream())
                        .forEach(all::add));
        RecentRefusals read = new RecentRefusals();
        all.stream().sorted(Comparator.comparing(RefusedRequest::at)).forEach(read::add);
        return read;
    }

    /** Read as it is: the client's own way of reading logs waits for the pod to be ready, by a watch. */
    private String log(Pod pod) {
        return Objects.requireNonNullElse(
                client.raw("/api/v1/namespaces/" + pod.getMetadata().getNamespace() + "/pods/"
                        + pod.getMetadata().getName() + "/log?container=" + CONTAINER + "&tailLines=" + LINES),
                "");
    }

    /** The proxies that run, by name, so that the same ones are asked each time. */
    private List<Pod> pods(int most) {
        try {
            Stream<Pod> pods = namespace
                    .map(only -> client.pods()
                            .inNamespace(only)
                            .withLabels(LABELS)
                            .list()
                            .getItems())
                    .orElseGet(() -> client.pods()
                            .inAnyNamespace()
                            .withLabels(LABELS)
                            .list()
                            .getItems())
                    .stream();
            return pods.filter(pod -> "Running".equals(pod.getStatus().getPhase())
                            && pod.getStatus().getPodIP() != null)
                    .sorted(Comparator.comparing((Pod pod) -> pod.getMetadata().getNamespace())
                            .thenComparing(pod -> pod.getMetadata().getName()))
                    .limit(most)
                    .toList();
        } catch (KubernetesClientException e) {
            LOG.log(Level.WARNING, "The proxies'' pods cannot be listed for the console: {0}", e.getMessage());
            return List.of();
        }
    }

    private interface Question<T> {
        T of(Pod pod) throws IOException, InterruptedException;
    }

    private static <T> Map<Pod, T> ask(List<Pod> pods, Question<T> question) {
        Map<Pod, T> answers = new HashMap<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<T>> calls = pods.stream()
                    .<Callable<T>>map(pod -> () -> question.of(pod))
                    .toList();
            List<Future<T>> done = threads.invokeAll(calls, PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            for (int i = 0; i < pods.size(); i++) {
                try {
                    answers.put(pods.get(i), done.get(i).get());
                } catch (ExecutionException | CancellationException e) {
                    LOG.log(
                            Level.DEBUG,
                            "The pod {0} does not answer the console: {1}",
                            pods.get(i).getMetadata().getName(),
                            e.toString());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return answers;
    }

    private static LiveTraffic.Proxy proxy(Pod pod) {
        Map<String, String> labels = pod.getMetadata().getLabels();
        String gateway = labels.get(GATEWAY);
        String fleet = gateway == null
                ? labels.getOrDefault(CLASS, "")
                : labels.getOrDefault(GATEWAY_NAMESPACE, pod.getMetadata().getNamespace()) + "/" + gateway;
        return new LiveTraffic.Proxy(
                fleet,
                pod.getMetadata().getNamespace() + "/" + pod.getMetadata().getName());
    }
}
