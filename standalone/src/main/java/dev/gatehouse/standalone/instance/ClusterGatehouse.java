package dev.gatehouse.standalone.instance;

import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.LocalPortForward;
import io.fabric8.kubernetes.client.dsl.LogWatch;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The pods of a cluster, by port-forwards and logs of its API server. */
public final class ClusterGatehouse implements RunningGatehouse {
    /** Where the manifests install Gatehouse. */
    public static final String USUAL_NAMESPACE = "envoy-gateway-system";

    private static final String GATEWAY_NAME = "gateway.envoyproxy.io/owning-gateway-name";
    private static final String GATEWAY_NAMESPACE = "gateway.envoyproxy.io/owning-gateway-namespace";
    private static final String GATEWAY_CLASS = "gateway.envoyproxy.io/owning-gatewayclass";

    private final KubernetesClient client;
    private final String context;
    private final String namespace;
    private final LoopbackHttp http = new LoopbackHttp();
    private final Map<String, LocalPortForward> forwards = new HashMap<>();

    private ClusterGatehouse(KubernetesClient client, String context, String namespace) {
        this.client = client;
        this.context = context;
        this.namespace = namespace;
    }

    /**
     * Finds the Gatehouse.
     *
     * @param client is closed with this object
     * @param context as messages name the cluster
     * @param wanted the namespace; null: the usual one, or the only one that has a controller-svc
     * @throws CommandFailure it is not there, or there are several
     * @throws KubernetesClientException the cluster cannot be asked
     */
    static ClusterGatehouse find(KubernetesClient client, String context, @Nullable String wanted) {
        return new ClusterGatehouse(client, context, namespace(client, context, wanted));
    }

    private static String namespace(KubernetesClient client, String context, @Nullable String wanted) {
        String first = wanted == null ? USUAL_NAMESPACE : wanted;
        boolean there = !client.pods()
                .inNamespace(first)
                .withLabels(Component.CONTROLLER.labels())
                .list()
                .getItems()
                .isEmpty();
        if (there) {
            return first;
        }
        TreeSet<String> elsewhere = new TreeSet<>();
        try {
            client.pods()
                    .inAnyNamespace()
                    .withLabels(Component.CONTROLLER.labels())
                    .list()
                    .getItems()
                    .forEach(pod -> elsewhere.add(pod.getMetadata().getNamespace()));
        } catch (KubernetesClientException e) {
            throw new CommandFailure("controller-svc has no pod in namespace " + first + " of " + context
                    + ", and other namespaces may not be looked into (expected: a running Gatehouse there; -n names"
                    + " another namespace)");
        }
        if (wanted == null && elsewhere.size() == 1) {
            return elsewhere.first();
        }
        throw new CommandFailure("controller-svc has no pod in namespace " + first + " of " + context
                + (missing(client, first) ? ", which has no such namespace" : "")
                + (elsewhere.isEmpty()
                        ? ", nor in any other (expected: a running Gatehouse; --context names another cluster)"
                        : " (expected: one of " + String.join(", ", elsewhere) + ", where there is one; -n names it)"));
    }

    private static boolean missing(KubernetesClient client, String namespace) {
        try {
            return client.namespaces().withName(namespace).get() == null;
        } catch (KubernetesClientException e) {
            return false;
        }
    }

    @Override
    public String described() {
        return "namespace " + namespace + " of " + context;
    }

    @Override
    public boolean cluster() {
        return true;
    }

    /** The namespace of the services. */
    public String namespace() {
        return namespace;
    }

    /** To read objects of the cluster. */
    public KubernetesClient client() {
        return client;
    }

    @Override
    public List<Replica> replicas(Component component) {
        List<Pod> pods = component == Component.PROXY
                ? proxies()
                : client.pods()
                        .inNamespace(namespace)
                        .withLabels(component.labels())
                        .list()
                        .getItems();
        return pods.stream()
                .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null)
                .map(pod -> replica(component, pod))
                .sorted(Comparator.comparing(Replica::fleet).thenComparing(Replica::name))
                .toList();
    }

    /** Fleets may be in their Gateways' namespaces; who may not list those sees the others. */
    private List<Pod> proxies() {
        try {
            return client.pods()
                    .inAnyNamespace()
                    .withLabels(Component.PROXY.labels())
                    .list()
                    .getItems();
        } catch (KubernetesClientException e) {
            return client.pods()
                    .inNamespace(namespace)
                    .withLabels(Component.PROXY.labels())
                    .list()
                    .getItems();
        }
    }

    private static Replica replica(Component component, Pod pod) {
        Map<String, String> labels =
                Objects.requireNonNullElse(pod.getMetadata().getLabels(), Map.of());
        String fleet = component != Component.PROXY
                ? ""
                : labels.containsKey(GATEWAY_NAME)
                        ? labels.getOrDefault(GATEWAY_NAMESPACE, "") + "/" + labels.get(GATEWAY_NAME)
                        : labels.getOrDefault(GATEWAY_CLASS, "");
        Optional<ContainerStatus> container = pod.getStatus() == null
                ? Optional.empty()
                : pod.getStatus().getContainerStatuses().stream()
                        .filter(each -> each.getName().equals(component.container()))
                        .findFirst();
        boolean ready = container.map(ContainerStatus::getReady).orElse(false);
        String image = Optional.ofNullable(pod.getSpec()).stream()
                .flatMap(spec -> spec.getContainers().stream())
                .filter(each -> each.getName().equals(component.container()))
                .map(each -> Objects.requireNonNullElse(each.getImage(), ""))
                .findFirst()
                .orElse("");
        return new Replica(
                component,
                pod.getMetadata().getNamespace(),
                pod.getMetadata().getName(),
                pod.getMetadata().getName(),
                fleet,
                ready,
                ready ? "ready" : state(pod, container),
                image);
    }

    private static String state(Pod pod, Optional<ContainerStatus> container) {
        Optional<ContainerState> state = container.map(ContainerStatus::getState);
        return state.map(ContainerState::getWaiting)
                .map(waiting -> waiting.getReason()
                        + Optional.ofNullable(waiting.getMessage())
                                .map(message -> ": " + message)
                                .orElse(""))
                .or(() -> state.map(ContainerState::getTerminated)
                        .map(ended -> "ended with exit code " + ended.getExitCode()))
                .or(() -> state.map(ContainerState::getRunning).map(_ -> "runs, is not ready"))
                .orElseGet(() -> pod.getStatus() == null || pod.getStatus().getPhase() == null
                        ? "unknown"
                        : pod.getStatus().getPhase());
    }

    @Override
    public List<Replica> services() {
        return Component.SERVICES.stream()
                .flatMap(each -> replicas(each).stream())
                .toList();
    }

    @Override
    public String get(Replica replica, String path) throws IOException {
        LocalPortForward forward = forward(replica);
        try {
            return http.get("pod " + replica.name(), forward.getLocalPort(), path);
        } catch (PageRefused e) {
            throw e;
        } catch (IOException e) {
            Throwable cause = Stream.concat(
                            forward.getClientThrowables().stream(), forward.getServerThrowables().stream())
                    .findFirst()
                    .orElse(e);
            throw new IOException(
                    "pod " + replica.name() + " does not answer at port "
                            + replica.component().port()
                            + " through the API server: " + reason(cause)
                            + " (expected: that you may create pods/portforward in namespace " + replica.namespace()
                            + ", and that the pod runs)",
                    e);
        }
    }

    private static String reason(Throwable failure) {
        Throwable innermost = failure;
        while (innermost.getCause() != null && innermost.getCause().getMessage() != null) {
            innermost = innermost.getCause();
        }
        return Objects.requireNonNullElse(innermost.getMessage(), innermost.toString());
    }

    private LocalPortForward forward(Replica replica) {
        return forwards.computeIfAbsent(
                replica.namespace() + "/" + replica.name(),
                _ -> client.pods()
                        .inNamespace(replica.namespace())
                        .withName(replica.name())
                        .portForward(replica.component().port(), InetAddress.ofLiteral("127.0.0.1"), 0));
    }

    @Override
    public List<LogLine> logs(Replica replica, Duration since, int atMost) throws IOException {
        try {
            return client.pods()
                    .inNamespace(replica.namespace())
                    .withName(replica.name())
                    .inContainer(replica.component().container())
                    .usingTimestamps()
                    .sinceSeconds(seconds(since))
                    .tailingLines(atMost)
                    .getLog()
                    .lines()
                    .flatMap(line -> LogLine.stamped(line).stream())
                    .toList();
        } catch (KubernetesClientException e) {
            throw new IOException("the log of pod " + replica.name() + " cannot be read: " + reason(e), e);
        }
    }

    @Override
    public void follow(Replica replica, Duration since, Consumer<LogLine> lines)
            throws IOException, InterruptedException {
        try (LogWatch watch = client.pods()
                        .inNamespace(replica.namespace())
                        .withName(replica.name())
                        .inContainer(replica.component().container())
                        .usingTimestamps()
                        .sinceSeconds(seconds(since))
                        .watchLog();
                BufferedReader reader =
                        new BufferedReader(new InputStreamReader(watch.getOutput(), StandardCharsets.UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                LogLine.stamped(line).ifPresent(lines);
            }
        } catch (KubernetesClientException e) {
            throw new IOException("the log of pod " + replica.name() + " cannot be read: " + reason(e), e);
        }
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
    }

    /** The API server takes whole seconds, from one. */
    private static int seconds(Duration since) {
        return (int) Math.clamp(since.plusMillis(999).toSeconds(), 1, Integer.MAX_VALUE);
    }

    @Override
    public void close() {
        for (LocalPortForward forward : forwards.values()) {
            try {
                forward.close();
            } catch (IOException e) {
                // Nobody uses it any more.
            }
        }
        http.close();
        client.close();
    }
}
