package dev.gatehouse.gatewayapi;

import dev.gatehouse.gatewayapi.extension.LuaValidation;
import dev.gatehouse.gatewayapi.extension.ModuleRegistration;
import dev.gatehouse.gatewayapi.merge.JsonPatch;
import dev.gatehouse.gatewayapi.yaml.Fields;
import dev.gatehouse.gatewayapi.yaml.Syntax;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The settings of an EnvoyProxy. Parts of pods and containers are trees (see {@link
 * dev.gatehouse.gatewayapi.yaml.Trees}), which Kubernetes checks.
 *
 * @param mergeGateways one fleet for all Gateways of the class, in the EnvoyProxy of a GatewayClass
 * @param logLevels the log level of each component; "default" is Envoy's own level
 * @param concurrency the number of worker threads
 * @param ipFamily the IP family of the listeners and of the Service
 * @param telemetry access logs, traces and metrics of the proxies
 * @param filterOrder the positions of HTTP filters that are moved from their default position
 * @param backendTls the TLS settings of connections to backends with TLS
 * @param preserveRouteOrder whether a route's rules are tried in the order in which they are written
 * @param luaValidation how scripts are checked before proxies get them
 * @param dynamicModules the libraries that policies may let proxies load
 */
public record EnvoyProxySpec(
        MergeType mergeType,
        boolean mergeGateways,
        KubernetesProvider kubernetes,
        Map<String, String> logLevels,
        Optional<BootstrapChange> bootstrap,
        Optional<Integer> concurrency,
        RoutingType routingType,
        List<String> extraArgs,
        Shutdown shutdown,
        IpFamily ipFamily,
        ProxyTelemetry telemetry,
        List<FilterPosition> filterOrder,
        BackendTls backendTls,
        boolean preserveRouteOrder,
        LuaValidation luaValidation,
        List<ModuleRegistration> dynamicModules,
        Optional<GeoDatabases> geoIp) {
    /** The settings without an EnvoyProxy. */
    public static final EnvoyProxySpec DEFAULT = new EnvoyProxySpec(
            MergeType.Replace,
            false,
            KubernetesProvider.DEFAULT,
            Map.of(),
            Optional.empty(),
            Optional.empty(),
            RoutingType.Endpoint,
            List.of(),
            Shutdown.DEFAULT,
            IpFamily.IPv4,
            ProxyTelemetry.DEFAULT,
            List.of(),
            BackendTls.DEFAULT,
            false,
            LuaValidation.Strict,
            List.of(),
            Optional.empty());

    private static final Syntax LOG_LEVEL = Syntax.of(
            "trace|debug|info|warn|error|off|critical", 16, "trace, debug, info, warn, error, critical or off");

    private static final Set<String> LOG_COMPONENTS = Set.of(
            "default",
            "system",
            "upstream",
            "http",
            "connection",
            "admin",
            "client",
            "filter",
            "main",
            "router",
            "runtime");

    public EnvoyProxySpec {
        logLevels = Map.copyOf(logLevels);
        extraArgs = List.copyOf(extraArgs);
        filterOrder = List.copyOf(filterOrder);
        dynamicModules = List.copyOf(dynamicModules);
    }

    /**
     * The position of an HTTP filter.
     *
     * @param name the filter's name, such as "envoy.filters.http.ext_authz"
     * @param before true: right before {@code anchor}; false: right after it
     * @param anchor another filter
     */
    public record FilterPosition(String name, boolean before, String anchor) {
        private static final Syntax NAME =
                Syntax.of("envoy\\.filters\\.http\\.[a-z0-9_]+", 128, "a filter, for instance envoy.filters.http.cors");

        private static FilterPosition read(Fields f) {
            String name = f.requiredString("name", NAME);
            Optional<String> before = f.string("before", NAME);
            Optional<String> after = f.string("after", NAME);
            if (before.isPresent() == after.isPresent()) {
                f.wrong("expected exactly one of before and after");
            }
            return new FilterPosition(
                    name, before.isPresent(), before.or(() -> after).orElse(""));
        }
    }

    /** A version of TLS; Auto is Envoy's choice. */
    public enum TlsVersion {
        Auto("Auto"),
        V1_0("1.0"),
        V1_1("1.1"),
        V1_2("1.2"),
        V1_3("1.3");

        private final String written;

        TlsVersion(String written) {
            this.written = written;
        }

        private static Optional<TlsVersion> read(Fields f, String name) {
            Optional<String> text = f.string(name, Syntax.of("Auto|1\\.[0-3]", 4, "Auto, 1.0, 1.1, 1.2 or 1.3"));
            return Arrays.stream(values())
                    .filter(version -> text.filter(version.written::equals).isPresent())
                    .findFirst();
        }
    }

    /**
     * TLS to backends.
     *
     * @param clientCertificate the client certificate of Gateways without one of their own
     * @param alpn absent: the protocols of the backend; an empty list: no protocol is offered
     */
    public record BackendTls(
            Optional<ObjectReference> clientCertificate,
            Optional<TlsVersion> minVersion,
            Optional<TlsVersion> maxVersion,
            List<String> ciphers,
            List<String> ecdhCurves,
            List<String> signatureAlgorithms,
            Optional<List<String>> alpn) {
        /** TLS without settings. */
        public static final BackendTls DEFAULT = new BackendTls(
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                List.of(),
                List.of(),
                List.of(),
                Optional.empty());

        public BackendTls {
            ciphers = List.copyOf(ciphers);
            ecdhCurves = List.copyOf(ecdhCurves);
            signatureAlgorithms = List.copyOf(signatureAlgorithms);
            alpn = alpn.map(List::copyOf);
        }

        /** These settings, with absent fields from {@code less}. */
        public BackendTls over(BackendTls less) {
            return new BackendTls(
                    clientCertificate.or(less::clientCertificate),
                    minVersion.or(less::minVersion),
                    maxVersion.or(less::maxVersion),
                    ciphers.isEmpty() ? less.ciphers : ciphers,
                    ecdhCurves.isEmpty() ? less.ecdhCurves : ecdhCurves,
                    signatureAlgorithms.isEmpty() ? less.signatureAlgorithms : signatureAlgorithms,
                    alpn.or(less::alpn));
        }

        static BackendTls read(Fields f) {
            f.passOver("fingerprints", "is not for backends");
            BackendTls tls = new BackendTls(
                    f.object("clientCertificateRef", ObjectReference::readSecret),
                    TlsVersion.read(f, "minVersion"),
                    TlsVersion.read(f, "maxVersion"),
                    f.strings("ciphers", TlsNames.CIPHER),
                    f.strings("ecdhCurves", TlsNames.CURVE),
                    f.strings("signatureAlgorithms", TlsNames.SIGNATURE_ALGORITHM),
                    f.has("alpnProtocols")
                            ? Optional.of(f.strings("alpnProtocols", TlsNames.ALPN_PROTOCOL))
                            : Optional.empty());
            if (tls.minVersion.isPresent()
                    && tls.maxVersion.isPresent()
                    && tls.maxVersion.get() != TlsVersion.Auto
                    && tls.minVersion.get().compareTo(tls.maxVersion.get()) > 0) {
                f.wrong("maxVersion", "is less than minVersion (expected: as much or more)");
            }
            return tls;
        }
    }

    /** How an EnvoyProxy combines with a less specific one. */
    public enum MergeType {
        Replace,
        StrategicMerge,
        JSONMerge
    }

    /** Whether requests go to a Service's endpoints, or to its cluster IP. */
    public enum RoutingType {
        Endpoint,
        Service
    }

    /** The addresses that listeners are bound to. */
    public enum IpFamily {
        IPv4,
        IPv6,
        DualStack
    }

    /** How the default bootstrap is changed. */
    public sealed interface BootstrapChange {
        /** @param yaml the bootstrap that replaces the default one */
        record Replace(String yaml) implements BootstrapChange {}

        /** @param yaml is merged into the default bootstrap as protobuf messages are: fields override, lists are joined */
        record Merge(String yaml) implements BootstrapChange {}

        /** Operations on the default bootstrap. */
        record Patch(List<JsonPatch.Operation> operations) implements BootstrapChange {
            public Patch {
                operations = List.copyOf(operations);
            }
        }
    }

    /**
     * The graceful end of a proxy.
     *
     * @param healthCheckFailureDelay the delay before health checks fail, during which listeners already drain
     * @param drainTimeout how long connections may stay open
     * @param minDrainDuration the shortest duration of the drain, in which load balancers can notice it
     */
    public record Shutdown(
            Optional<Duration> healthCheckFailureDelay,
            Optional<Duration> drainTimeout,
            Optional<Duration> minDrainDuration) {
        static final Shutdown DEFAULT = new Shutdown(Optional.empty(), Optional.empty(), Optional.empty());

        /** The drain timeout, 60 s by default. */
        public Duration drainTimeoutOrDefault() {
            return drainTimeout.orElse(Duration.ofSeconds(60));
        }

        private static Shutdown read(Fields f) {
            return new Shutdown(
                    f.duration("healthCheckFailureDelay"), f.duration("drainTimeout"), f.duration("minDrainDuration"));
        }
    }

    /** A patch of an object that is made for a proxy. */
    public record Patch(Type type, Map<String, Object> value) {
        /** The kinds of patches. */
        public enum Type {
            StrategicMerge,
            JSONMerge
        }

        private static Patch read(Fields f) {
            Type type = f.choice("type", Type.class).orElse(Type.StrategicMerge);
            Optional<Map<String, Object>> value = f.tree("value");
            if (!f.has("value")) {
                f.wrong("value", "is missing (expected: an object)");
            }
            return new Patch(type, value.orElse(Map.of()));
        }
    }

    /** KubernetesPodSpec. */
    public record Pod(
            Map<String, String> annotations,
            Map<String, String> labels,
            Optional<Map<String, Object>> securityContext,
            Optional<Map<String, Object>> affinity,
            List<Map<String, Object>> tolerations,
            List<Map<String, Object>> volumes,
            List<Map<String, Object>> imagePullSecrets,
            Map<String, String> nodeSelector,
            List<Map<String, Object>> topologySpreadConstraints,
            Optional<String> priorityClassName) {
        static final Pod DEFAULT = new Pod(
                Map.of(),
                Map.of(),
                Optional.empty(),
                Optional.empty(),
                List.of(),
                List.of(),
                List.of(),
                Map.of(),
                List.of(),
                Optional.empty());

        public Pod {
            annotations = Map.copyOf(annotations);
            labels = Map.copyOf(labels);
            nodeSelector = Map.copyOf(nodeSelector);
        }

        private static Pod read(Fields f) {
            return new Pod(
                    f.stringMap("annotations"),
                    f.stringMap("labels"),
                    f.tree("securityContext"),
                    f.tree("affinity"),
                    f.trees("tolerations"),
                    f.trees("volumes"),
                    f.trees("imagePullSecrets"),
                    f.stringMap("nodeSelector"),
                    f.trees("topologySpreadConstraints"),
                    f.string("priorityClassName"));
        }
    }

    /**
     * KubernetesContainerSpec: of the container "envoy".
     *
     * @param imageRepository replaces {@code image}, with the default image's tag
     */
    public record Container(
            List<Map<String, Object>> env,
            Optional<Map<String, Object>> resources,
            Optional<Map<String, Object>> securityContext,
            Optional<String> image,
            Optional<String> imageRepository,
            List<Map<String, Object>> volumeMounts) {
        private static final Syntax IMAGE = Syntax.of(
                "[a-zA-Z0-9._-]+(:[0-9]+)?(/[a-zA-Z0-9._/-]+)?(:[a-zA-Z0-9._-]+)?(@sha256:[a-z0-9]+)?",
                512,
                "an image, for instance repository/name:tag");
        private static final Syntax REPOSITORY =
                Syntax.of("[a-zA-Z0-9._-]+(:[0-9]+)?[a-zA-Z0-9._/-]+", 512, "an image's repository without a tag");

        static final Container DEFAULT = new Container(
                List.of(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), List.of());

        private static Container read(Fields f) {
            Container container = new Container(
                    f.trees("env"),
                    f.tree("resources"),
                    f.tree("securityContext"),
                    f.string("image", IMAGE),
                    f.string("imageRepository", REPOSITORY),
                    f.trees("volumeMounts"));
            if (container.image.isPresent() && container.imageRepository.isPresent()) {
                f.wrong("imageRepository", "goes not together with image (expected: one of them)");
            }
            return container;
        }
    }

    /**
     * How the proxies' pods are run.
     *
     * @param daemonSet true: a DaemonSet with a pod on each node; false: a Deployment
     * @param replicas the number of a Deployment's pods
     * @param strategy the strategy of updates
     */
    public record Workload(
            boolean daemonSet,
            Optional<Integer> replicas,
            Optional<Map<String, Object>> strategy,
            Pod pod,
            Container container,
            List<Map<String, Object>> initContainers,
            Optional<String> name,
            Optional<Patch> patch) {
        static final Workload DEFAULT = new Workload(
                false,
                Optional.empty(),
                Optional.empty(),
                Pod.DEFAULT,
                Container.DEFAULT,
                List.of(),
                Optional.empty(),
                Optional.empty());

        private static Workload deployment(Fields f) {
            return read(f, false, f.integer("replicas", 0, Integer.MAX_VALUE), f.trees("initContainers"));
        }

        private static Workload daemonSet(Fields f) {
            return read(f, true, Optional.empty(), List.of());
        }

        private static Workload read(
                Fields f, boolean daemonSet, Optional<Integer> replicas, List<Map<String, Object>> initContainers) {
            return new Workload(
                    daemonSet,
                    replicas,
                    f.tree("strategy"),
                    f.object("pod", Pod::read).orElse(Pod.DEFAULT),
                    f.object("container", Container::read).orElse(Container.DEFAULT),
                    initContainers,
                    f.string("name", Syntax.DNS_NAME),
                    f.object("patch", Patch::read));
        }
    }

    /** The types of a proxy's Service. */
    public enum ServiceType {
        LoadBalancer,
        ClusterIP,
        NodePort
    }

    /** Which nodes' endpoints get traffic from outside. */
    public enum ExternalTrafficPolicy {
        Local,
        Cluster
    }

    /** KubernetesServiceSpec. */
    public record ServiceSettings(
            Map<String, String> annotations,
            Map<String, String> labels,
            ServiceType type,
            Optional<String> loadBalancerClass,
            Optional<Boolean> allocateLoadBalancerNodePorts,
            List<String> loadBalancerSourceRanges,
            Optional<String> loadBalancerIp,
            ExternalTrafficPolicy externalTrafficPolicy,
            Optional<Patch> patch,
            Optional<String> name) {
        private static final Syntax IPV4 = Syntax.of(
                "((25[0-5]|2[0-4]\\d|[01]?\\d?\\d)\\.){3}(25[0-5]|2[0-4]\\d|[01]?\\d?\\d)", 15, "an IPv4 address");
        private static final Syntax CIDR =
                Syntax.of("[0-9a-fA-F:.]+/\\d{1,3}", 64, "an IP range, for instance 10.0.0.0/8");

        static final ServiceSettings DEFAULT = new ServiceSettings(
                Map.of(),
                Map.of(),
                ServiceType.LoadBalancer,
                Optional.empty(),
                Optional.empty(),
                List.of(),
                Optional.empty(),
                ExternalTrafficPolicy.Local,
                Optional.empty(),
                Optional.empty());

        public ServiceSettings {
            annotations = Map.copyOf(annotations);
            labels = Map.copyOf(labels);
        }

        private static ServiceSettings read(Fields f) {
            ServiceSettings settings = new ServiceSettings(
                    f.stringMap("annotations"),
                    f.stringMap("labels"),
                    f.choice("type", ServiceType.class).orElse(ServiceType.LoadBalancer),
                    f.string("loadBalancerClass"),
                    f.bool("allocateLoadBalancerNodePorts"),
                    f.strings("loadBalancerSourceRanges", CIDR),
                    f.string("loadBalancerIP", IPV4),
                    f.choice("externalTrafficPolicy", ExternalTrafficPolicy.class)
                            .orElse(ExternalTrafficPolicy.Local),
                    f.object("patch", Patch::read),
                    f.string("name", Syntax.DNS_LABEL));
            if (settings.type != ServiceType.LoadBalancer) {
                for (String field : List.of(
                        "loadBalancerClass",
                        "allocateLoadBalancerNodePorts",
                        "loadBalancerSourceRanges",
                        "loadBalancerIP")) {
                    if (f.has(field)) {
                        f.wrong(field, "is for type LoadBalancer (the type here: " + settings.type + ")");
                    }
                }
            }
            return settings;
        }
    }

    /** KubernetesHorizontalPodAutoscalerSpec. */
    public record Autoscaler(
            Optional<Integer> minReplicas,
            int maxReplicas,
            List<Map<String, Object>> metrics,
            Optional<Map<String, Object>> behavior,
            Optional<Patch> patch,
            Optional<String> name) {
        private static Autoscaler read(Fields f) {
            Autoscaler autoscaler = new Autoscaler(
                    f.integer("minReplicas", 1, Integer.MAX_VALUE),
                    f.requiredInteger("maxReplicas", 1, Integer.MAX_VALUE),
                    f.trees("metrics"),
                    f.tree("behavior"),
                    f.object("patch", Patch::read),
                    f.string("name", Syntax.DNS_NAME));
            if (autoscaler.minReplicas.orElse(1) > autoscaler.maxReplicas) {
                f.wrong(
                        "maxReplicas",
                        autoscaler.maxReplicas + " is less than minReplicas, " + autoscaler.minReplicas.orElse(1)
                                + " (expected: as much or more)");
            }
            return autoscaler;
        }
    }

    /** KubernetesPodDisruptionBudgetSpec; the amounts are numbers or percentages, as text. */
    public record DisruptionBudget(
            Optional<String> minAvailable,
            Optional<String> maxUnavailable,
            Optional<Patch> patch,
            Optional<String> name) {
        private static DisruptionBudget read(Fields f) {
            DisruptionBudget budget = new DisruptionBudget(
                    f.stringOrInteger("minAvailable"),
                    f.stringOrInteger("maxUnavailable"),
                    f.object("patch", Patch::read),
                    f.string("name", Syntax.DNS_NAME));
            if (budget.minAvailable.isPresent() && budget.maxUnavailable.isPresent()) {
                f.wrong("maxUnavailable", "goes not together with minAvailable (expected: one of them)");
            }
            return budget;
        }
    }

    /** EnvoyProxyKubernetesProvider. */
    public record KubernetesProvider(
            Workload workload,
            ServiceSettings service,
            Optional<Autoscaler> autoscaler,
            Optional<DisruptionBudget> disruptionBudget,
            Optional<String> serviceAccountName,
            boolean useListenerPortAsContainerPort) {
        static final KubernetesProvider DEFAULT = new KubernetesProvider(
                Workload.DEFAULT, ServiceSettings.DEFAULT, Optional.empty(), Optional.empty(), Optional.empty(), false);

        private enum Type {
            Kubernetes,
            Host
        }

        private static KubernetesProvider readProvider(Fields f) {
            f.requiredChoice("type", Type.class);
            f.known("host");
            return f.object("kubernetes", KubernetesProvider::read).orElse(DEFAULT);
        }

        private static KubernetesProvider read(Fields f) {
            Optional<Workload> deployment = f.object("envoyDeployment", Workload::deployment);
            Optional<Workload> daemonSet = f.object("envoyDaemonSet", Workload::daemonSet);
            Optional<Autoscaler> autoscaler = f.object("envoyHpa", Autoscaler::read);
            if (deployment.isPresent() && daemonSet.isPresent()) {
                f.wrong("envoyDaemonSet", "goes not together with envoyDeployment (expected: one of them)");
            }
            if (autoscaler.isPresent() && daemonSet.isPresent()) {
                f.wrong("envoyHpa", "goes not together with envoyDaemonSet (expected: one of them)");
            }
            return new KubernetesProvider(
                    daemonSet.or(() -> deployment).orElse(Workload.DEFAULT),
                    f.object("envoyService", ServiceSettings::read).orElse(ServiceSettings.DEFAULT),
                    autoscaler,
                    f.object("envoyPDB", DisruptionBudget::read),
                    f.object("envoyServiceAccount", account -> account.string("name", Syntax.DNS_NAME))
                            .flatMap(name -> name),
                    f.bool("useListenerPortAsContainerPort").orElse(false));
        }
    }

    static EnvoyProxySpec read(Fields f) {
        // The field has no effect, since routes with the same backend always share its cluster.
        f.object("mergeBackends", x -> x.object("selector", LabelSelector::read));
        return new EnvoyProxySpec(
                f.choice("mergeType", MergeType.class).orElse(MergeType.Replace),
                f.bool("mergeGateways").orElse(false),
                f.object("provider", KubernetesProvider::readProvider).orElse(KubernetesProvider.DEFAULT),
                f.object("logging", EnvoyProxySpec::logLevels).orElse(Map.of()),
                f.object("bootstrap", EnvoyProxySpec::bootstrapChange),
                f.integer("concurrency", 0, 4096),
                f.choice("routingType", RoutingType.class).orElse(RoutingType.Endpoint),
                f.strings("extraArgs"),
                f.object("shutdown", Shutdown::read).orElse(Shutdown.DEFAULT),
                f.choice("ipFamily", IpFamily.class).orElse(IpFamily.IPv4),
                f.object("telemetry", ProxyTelemetry::read).orElse(ProxyTelemetry.DEFAULT),
                f.list("filterOrder", FilterPosition::read),
                f.object("backendTLS", BackendTls::read).orElse(BackendTls.DEFAULT),
                f.bool("preserveRouteOrder").orElse(false),
                f.choice("luaValidation", LuaValidation.class).orElse(LuaValidation.Strict),
                f.list("dynamicModules", ModuleRegistration::read),
                f.object("geoIP", GeoDatabases::read).flatMap(each -> each));
    }

    private static Map<String, String> logLevels(Fields f) {
        return f.object("level", levels -> {
                    Map<String, String> read = new HashMap<>();
                    for (String component : LOG_COMPONENTS) {
                        levels.string(component, LOG_LEVEL).ifPresent(level -> read.put(component, level));
                    }
                    return read;
                })
                .orElse(new HashMap<>());
    }

    private enum BootstrapChangeType {
        Replace,
        Merge,
        JSONPatch
    }

    private static BootstrapChange bootstrapChange(Fields f) {
        BootstrapChangeType type = f.choice("type", BootstrapChangeType.class).orElse(BootstrapChangeType.Replace);
        Optional<String> value = f.string("value");
        List<JsonPatch.Operation> patches = f.list("jsonPatches", EnvoyProxySpec::operation);
        if (type == BootstrapChangeType.JSONPatch && patches.isEmpty()) {
            f.wrong("jsonPatches", "is missing (expected: at least one operation for type JSONPatch)");
        }
        if (type != BootstrapChangeType.JSONPatch && value.isEmpty()) {
            f.wrong("value", "is missing (expected: a bootstrap as a YAML string for type " + type + ")");
        }
        return switch (type) {
            case Replace -> new BootstrapChange.Replace(value.orElse(""));
            case Merge -> new BootstrapChange.Merge(value.orElse(""));
            case JSONPatch -> new BootstrapChange.Patch(patches);
        };
    }

    private static JsonPatch.Operation operation(Fields f) {
        JsonPatch.Operation operation = PatchOperation.read(f);
        PatchOperation.problem(f, operation).ifPresent(f::wrong);
        return operation;
    }

    /** A copy with other telemetry. */
    public EnvoyProxySpec with(ProxyTelemetry other) {
        return new EnvoyProxySpec(
                mergeType,
                mergeGateways,
                kubernetes,
                logLevels,
                bootstrap,
                concurrency,
                routingType,
                extraArgs,
                shutdown,
                ipFamily,
                other,
                filterOrder,
                backendTls,
                preserveRouteOrder,
                luaValidation,
                dynamicModules,
                geoIp);
    }
}
