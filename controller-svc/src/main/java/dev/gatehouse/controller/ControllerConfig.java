package dev.gatehouse.controller;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** {@code gatehouse.controller.*}. As environment variables: {@code GATEHOUSE_CONTROLLER_FILES} and so on. */
@ConfigMapping(prefix = "gatehouse.controller")
interface ControllerConfig {
    /** An EnvoyGateway configuration file, whose fields are settings here; {@link EnvoyGatewayConfigSource} reads it. */
    Optional<Path> config();

    /** Where the objects come from. */
    @WithDefault("files")
    Source source();

    /** Where objects can come from. */
    enum Source {
        /** The files and folders of {@link #files()}. */
        FILES,
        /** The cluster that the process runs in, or that the kubeconfig names. */
        KUBERNETES
    }

    Kubernetes kubernetes();

    interface Kubernetes {
        /** The controller's own namespace. Its Lease and the proxies' Services are in it. */
        @WithDefault("${POD_NAMESPACE:envoy-gateway-system}")
        String namespace();

        /** The name of the Lease by which replicas agree who writes to the cluster. */
        @WithDefault("gatehouse-controller")
        String lease();

        /**
         * The namespaces in which Secrets are read, separated by commas; default: all. The list must include the
         * controller's own namespace.
         */
        Optional<List<String>> secretNamespaces();

        /**
         * The namespaces whose objects are followed, separated by commas; default: all. The controller's own namespace
         * is always followed.
         */
        Optional<List<String>> namespaces();

        /** Selects the followed namespaces by their labels, in kubectl's selector syntax. */
        Optional<String> namespaceSelector();

        LeaderElection leaderElection();

        /** How replicas agree on the leader. */
        interface LeaderElection {
            /** False: this is the only replica, and it leads. */
            @WithDefault("true")
            boolean enabled();

            /** How long a leader that does not renew its lease stays the leader. */
            @WithDefault("15s")
            Duration leaseDuration();

            /** How long the leader tries to renew its lease. */
            @WithDefault("10s")
            Duration renewDeadline();

            /** The wait between two attempts to acquire or renew the lease. */
            @WithDefault("2s")
            Duration retryPeriod();
        }

        /** This replica's name, unique among the replicas. */
        @WithDefault("${POD_NAME:${HOSTNAME:controller}}")
        String identity();
    }

    Fleet fleet();

    /** How fleets of proxies run on Kubernetes. EnvoyProxies add settings per Gateway and class. */
    interface Fleet {
        /** Envoy's image. */
        @WithDefault("docker.io/envoyproxy/envoy:distroless-v1.40.0")
        String proxyImage();

        /** The image of the container that drains Envoy before it ends. */
        @WithDefault("gatehouse/shutdown-manager:latest")
        String shutdownManagerImage();

        /** Run a Gateway's proxies in the Gateway's namespace, instead of in the controller's. */
        @WithDefault("false")
        boolean gatewayNamespace();

        /** The cluster's DNS domain. */
        @WithDefault("cluster.local")
        String clusterDomain();

        /** The proxies reach xds-svc by mutual TLS. Needs mutual TLS of this service too. */
        @WithDefault("${gatehouse.tls.supplied:false}")
        boolean xdsTls();
    }

    /** Files and folders with the objects, separated by commas; watched. */
    Optional<List<String>> files();

    /** The controller names whose GatewayClasses are served, separated by commas; the first is our own. */
    @WithDefault("gatehouse.dev/gatewayclass-controller,gateway.envoyproxy.io/gatewayclass-controller")
    List<String> names();

    /** Envoy binds a listener's port below 1024 as it is, instead of the port number plus 10000. */
    @WithDefault("false")
    boolean privilegedPorts();

    /** Where the proxies reach ratelimit-svc, as host:port. */
    @WithDefault("localhost:18020")
    String ratelimitAddress();

    /**
     * The collector (OpenTelemetry protocol) of the request spans of proxies whose EnvoyProxy has no {@code
     * telemetry.tracing}: {@code http://host:port}. Port 4318 is HTTP, all others are gRPC.
     */
    Optional<URI> proxyTracing();

    /**
     * The most configuration changes per minute that begin a trace; 0: none. Has no effect unless {@code
     * gatehouse.tracing} exports spans.
     */
    @WithDefault("0")
    int tracedChangesPerMinute();

    Limits limits();

    /** How the proxies call ratelimit-svc. */
    interface Limits {
        /** How long a proxy waits for an answer before it counts ratelimit-svc as unavailable. */
        @WithDefault("100ms")
        Duration timeout();

        /** True: requests are answered with 500 while ratelimit-svc is unavailable. False: they pass. */
        @WithDefault("false")
        boolean failClosed();
    }

    /** Where the proxies reach waf-svc: host:port, or {@code unix:/path} if waf-svc runs in the proxies' pods. */
    @WithDefault("localhost:18030")
    String wafAddress();

    /** Where the proxies reach authz-svc. */
    @WithDefault("localhost:18040")
    String authzAddress();

    /**
     * The proxies reach ratelimit-svc, waf-svc and authz-svc by mutual TLS. Their certificate is in the SDS files
     * {@code /sds/xds-certificate.json} and {@code /sds/xds-trusted-ca.json}, which exist if this service issues the
     * certificates.
     */
    @WithDefault("${gatehouse.tls.supplied:false}")
    boolean calloutTls();

    ExtensionApis extensionApis();

    /** Features of Envoy Gateway's API that give their users more rights than Gateway API does. */
    interface ExtensionApis {
        /** Serve Backends. The author of a Backend can send requests to any address outside the cluster's Services. */
        @WithDefault("true")
        boolean backend();

        /** Serve EnvoyPatchPolicies. The author of an EnvoyPatchPolicy can change a Gateway's proxies at will. */
        @WithDefault("false")
        boolean envoyPatchPolicy();

        /** Serve Lua scripts of EnvoyExtensionPolicies. The author of a script runs code in the proxies. */
        @WithDefault("false")
        boolean lua();

        /**
         * Serve Secrets that refer to SDS servers. The author of such a Secret names a socket in the proxies' pods, to
         * which the proxies connect.
         */
        @WithDefault("false")
        boolean sdsSecretRef();
    }

    Wasm wasm();

    /** The code of Wasm extensions, which this service fetches and serves to the proxies. */
    interface Wasm {
        /** Where the proxies reach this service by HTTP, as host:port. */
        @WithDefault("localhost:18110")
        String address();

        /** The folder that keeps the code; default: a temporary folder. */
        Optional<Path> cache();
    }

    /**
     * The ports of Gatehouse's own services on this host, separated by commas, which no backend may name. Used if the
     * objects come from files.
     */
    Optional<Set<Integer>> ownPorts();

    DynamicResolver dynamicResolver();

    /** Backends of type DynamicResolver: the host of a request is the address that the request is sent to. */
    interface DynamicResolver {
        /** CIDRs that the host of a request must not lead to, separated by commas; default: loopback, link-local and the like. */
        Optional<List<String>> refuses();
    }

    Seal seal();

    interface Seal {
        /**
         * Keys that seal secrets in the config log: {@code id:base64} of 32 bytes, separated by commas. The first key
         * seals, all keys open. Without a key no secret leaves this process.
         */
        Optional<String> keys();

        /** A file with such keys, read again as it changes; a mounted Secret. Takes the place of {@code keys}. */
        Optional<Path> file();
    }
}
