package dev.gatehouse.standalone;

import dev.gatehouse.console.Console;
import dev.gatehouse.standalone.instance.ClusterGatehouse;
import dev.gatehouse.standalone.instance.CommandFailure;
import dev.gatehouse.standalone.instance.InstanceOptions;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.LocalPortForward;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "dashboard",
        mixinStandardHelpOptions = true,
        description = {
            "Open the console of the Gatehouse on a cluster: a port of this machine leads to the replica of controller-svc that"
                    + " leads, through the API server, with your rights. Follows the lead to another replica. Ends with Ctrl-C.",
            "",
            "An instance of 'gatehouse run' has its console on its admin port, and needs no such command.",
            ""
        },
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  gatehouse dashboard",
            "  gatehouse dashboard --context prod -n gatehouse --port 8080",
            "",
            "You need to be allowed to list pods and to create pods/portforward in the namespace."
        })
final class DashboardCommand implements Callable<Integer> {
    /** The HTTP port of controller-svc. */
    private static final int CONSOLE_PORT = 18110;

    private static final Duration LOOK_EVERY = Duration.ofSeconds(5);
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(10);
    private static final Map<String, String> LEADER =
            Map.of("app.kubernetes.io/name", "controller-svc", "gatehouse.dev/leader", "true");

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    private InstanceOptions instance;

    @Option(
            names = "--port",
            paramLabel = "PORT",
            defaultValue = "19910",
            description = "Port on loopback; 0: one that is free (${DEFAULT-VALUE}).")
    private int port;

    @Override
    public Integer call() throws IOException {
        if (port != 0 && taken(port)) {
            throw new CommandFailure(
                    "port " + port + " on loopback is in use (expected: a free port; choose another by --port)");
        }
        try (ClusterGatehouse gatehouse = instance.openCluster()) {
            return follow(gatehouse.client(), gatehouse.namespace());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 0;
        }
    }

    private int follow(KubernetesClient client, String namespace) throws IOException, InterruptedException {
        int local = port;
        boolean told = false;
        while (true) {
            Optional<String> leader = leader(client, namespace);
            if (leader.isEmpty() && !told) {
                throw new CommandFailure("no replica of controller-svc leads in namespace " + namespace
                        + " (expected: a running Gatehouse there; -n names another namespace)");
            }
            if (leader.isPresent()) {
                try (LocalPortForward forward = client.pods()
                        .inNamespace(namespace)
                        .withName(leader.get())
                        .portForward(CONSOLE_PORT, InetAddress.ofLiteral("127.0.0.1"), local)) {
                    local = forward.getLocalPort();
                    Optional<String> problem = problem(local);
                    if (problem.isPresent() && !told) {
                        throw new CommandFailure("pod " + leader.get() + ": " + problem.get());
                    }
                    print(
                            told
                                    ? "Pod " + leader.get() + " leads now."
                                    : "Console: http://localhost:" + local + Console.ROOT + " (pod " + leader.get()
                                            + " in " + namespace + ")\nCtrl-C ends it.");
                    told = true;
                    awaitAnother(client, namespace, leader.get(), forward);
                }
            }
            Thread.sleep(LOOK_EVERY);
        }
    }

    /** Returns when another pod leads. While the API server is away, nothing is known, and nothing is changed. */
    private void awaitAnother(KubernetesClient client, String namespace, String leader, LocalPortForward forward)
            throws InterruptedException {
        while (forward.isAlive()) {
            Thread.sleep(LOOK_EVERY);
            try {
                if (!leader(client, namespace).equals(Optional.of(leader))) {
                    return;
                }
            } catch (KubernetesClientException e) {
                print("The cluster does not answer: " + e.getMessage());
            }
        }
    }

    private Optional<String> leader(KubernetesClient client, String namespace) {
        return client.pods().inNamespace(namespace).withLabels(LEADER).list().getItems().stream()
                .filter(pod -> pod.getStatus() != null
                        && "Running".equals(pod.getStatus().getPhase()))
                .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null)
                .map(Pod::getMetadata)
                .map(metadata -> metadata.getName())
                .findFirst();
    }

    /** Why the console is not there; empty: it answers. */
    private static Optional<String> problem(int local) throws InterruptedException {
        try (HttpClient http = HttpClient.newHttpClient()) {
            int status = http.send(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + local + Console.ROOT))
                                    .timeout(ANSWER_WITHIN)
                                    .build(),
                            HttpResponse.BodyHandlers.discarding())
                    .statusCode();
            return status == 200
                    ? Optional.empty()
                    : Optional.of("it answers " + status + " to " + Console.ROOT
                            + " (expected: 200; a controller-svc of another version may have no console, or"
                            + " GATEHOUSE_CONSOLE_ENABLED is false)");
        } catch (IOException e) {
            return Optional.of("it does not answer through the API server: " + e.getMessage()
                    + " (expected: that you may create pods/portforward there)");
        }
    }

    private static boolean taken(int port) {
        try (ServerSocket probe = new ServerSocket()) {
            probe.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    private void print(String text) {
        spec.commandLine().getOut().println(text);
        spec.commandLine().getOut().flush();
    }
}
