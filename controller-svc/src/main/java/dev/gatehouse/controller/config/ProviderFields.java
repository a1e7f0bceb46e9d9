package dev.gatehouse.controller.config;

import dev.gatehouse.gatewayapi.LabelSelector;
import dev.gatehouse.gatewayapi.yaml.Fields;
import dev.gatehouse.gatewayapi.yaml.Syntax;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads {@code provider}: where objects come from, and how the cluster is used. */
final class ProviderFields {
    private static final String KUBERNETES = "gatehouse.controller.kubernetes.";
    private static final String ELECTION = KUBERNETES + "leader-election.";
    private static final String GATEWAY_NAMESPACE = "gatehouse.controller.fleet.gateway-namespace";
    private static final String DEPLOYED =
            "is not served: ratelimit-svc is deployed with Gatehouse (deploy/base/ratelimit)";

    private enum DeployType {
        ControllerNamespace,
        GatewayNamespace
    }

    private enum ProviderType {
        Kubernetes,
        Custom
    }

    private enum WatchType {
        Namespaces,
        NamespaceSelector
    }

    private enum ResourceType {
        File,
        Kubernetes
    }

    private enum InfrastructureType {
        Host,
        Remote
    }

    private ProviderFields() {}

    static String read(Fields f, Map<String, String> properties) {
        Optional<ProviderType> type = f.choice("type", ProviderType.class);
        f.object("kubernetes", kubernetes -> {
            infrastructure(kubernetes, properties);
            configuration(kubernetes, properties);
            return "";
        });
        f.object("custom", custom -> custom(custom, properties));
        if (type.filter(each -> each == ProviderType.Custom).isPresent() && !f.has("custom")) {
            f.wrong("custom", "is missing (expected: where objects come from, since type is Custom)");
        }
        return "";
    }

    private static void infrastructure(Fields f, Map<String, String> properties) {
        f.object("deploy", deploy -> {
            deploy.choice("type", DeployType.class)
                    .ifPresent(type ->
                            properties.put(GATEWAY_NAMESPACE, Boolean.toString(type == DeployType.GatewayNamespace)));
            return "";
        });
        f.passOver("shutdownManager", "is GATEHOUSE_CONTROLLER_FLEET_SHUTDOWN_MANAGER_IMAGE, an image of Gatehouse's");
        f.passOver("rateLimitDeployment", DEPLOYED);
        f.passOver("rateLimitHpa", DEPLOYED);
        f.passOver("rateLimitPDB", DEPLOYED);
        f.passOver("proxyTopologyInjector", "is not served: proxies learn their zone from their node");
    }

    private static void configuration(Fields f, Map<String, String> properties) {
        f.object("watch", watch -> watch(watch, properties));
        f.object("leaderElection", election -> election(election, properties));
        f.passOver("client", "is not served: the calls of Gatehouse's Kubernetes client are not limited");
        f.passOver("cacheSyncPeriod", "is not served: a watch that was interrupted lists all objects again");
    }

    private static String watch(Fields f, Map<String, String> properties) {
        Optional<WatchType> type = f.choice("type", WatchType.class);
        List<String> namespaces = f.strings("namespaces", Syntax.DNS_LABEL);
        Optional<LabelSelector> selector = f.object("namespaceSelector", LabelSelector::read);
        if (type.isEmpty()) {
            if (!namespaces.isEmpty() || selector.isPresent()) {
                f.wrong("type", "is missing (expected: Namespaces or NamespaceSelector)");
            }
            return "";
        }
        switch (type.get()) {
            case Namespaces -> {
                if (namespaces.isEmpty()) {
                    f.wrong("namespaces", "is empty (expected: at least one namespace, since type is Namespaces)");
                }
                properties.put(KUBERNETES + "namespaces", String.join(",", namespaces));
            }
            case NamespaceSelector -> {
                if (selector.isEmpty()) {
                    f.wrong("namespaceSelector", "is missing (expected: a selector, since type is NamespaceSelector)");
                }
                selector.ifPresent(each -> properties.put(KUBERNETES + "namespace-selector", each.asText()));
            }
        }
        return "";
    }

    private static String election(Fields f, Map<String, String> properties) {
        Optional<Duration> lease = f.duration("leaseDuration");
        Optional<Duration> renew = f.duration("renewDeadline");
        Optional<Duration> retry = f.duration("retryPeriod");
        lease.ifPresent(each -> properties.put(ELECTION + "lease-duration", each.toString()));
        renew.ifPresent(each -> properties.put(ELECTION + "renew-deadline", each.toString()));
        retry.ifPresent(each -> properties.put(ELECTION + "retry-period", each.toString()));
        f.bool("disable").ifPresent(off -> properties.put(ELECTION + "enabled", Boolean.toString(!off)));
        Duration lasting = lease.orElse(Duration.ofSeconds(15));
        Duration renewed = renew.orElse(Duration.ofSeconds(10));
        if (lasting.compareTo(renewed) <= 0) {
            f.wrong(
                    "leaseDuration",
                    lasting.toSeconds() + "s (expected: more than renewDeadline, " + renewed.toSeconds() + "s)");
        }
        if (renewed.compareTo(retry.orElse(Duration.ofSeconds(2))) <= 0) {
            f.wrong("renewDeadline", renewed.toSeconds() + "s (expected: more than retryPeriod)");
        }
        return "";
    }

    private static String custom(Fields f, Map<String, String> properties) {
        f.requiredObject("resource", resource -> {
            Optional<ResourceType> type = resource.choice("type", ResourceType.class);
            List<String> paths =
                    resource.object("file", file -> file.strings("paths")).orElse(List.of());
            resource.object("kubernetes", kubernetes -> {
                configuration(kubernetes, properties);
                return "";
            });
            if (type.isEmpty()) {
                resource.wrong("type", "is missing (expected: File or Kubernetes)");
            } else if (type.get() == ResourceType.Kubernetes) {
                properties.put("gatehouse.controller.source", "kubernetes");
            } else if (paths.isEmpty()) {
                resource.wrong("file", "names no path (expected: at least one file or folder, since type is File)");
            } else {
                properties.put("gatehouse.controller.source", "files");
                properties.put(
                        EnvoyGatewayFile.FILES,
                        String.join(
                                ",",
                                paths.stream()
                                        .map(path -> path.replace("\\", "\\\\").replace(",", "\\,"))
                                        .toList()));
            }
            return "";
        });
        f.object("infrastructure", infrastructure -> {
            Optional<InfrastructureType> type = infrastructure.choice("type", InfrastructureType.class);
            infrastructure.known("host");
            infrastructure.known("remote");
            if (type.filter(each -> each == InfrastructureType.Remote).isPresent()) {
                infrastructure.wrong(
                        "type",
                        "Remote is not served (expected: Host: gatehouse run starts the proxies; proxies of your own may"
                                + " connect to xds-svc)");
            }
            return "";
        });
        return "";
    }
}
