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
        /** The controller's own namespace: for its Lease, and where the proxies' Services are. */
        @WithDefault("${POD_NAMESPACE:envoy-gateway-system}")
        String namespace();

        /** The name of the Lease by which replicas agree who writes to the cluster. */
        @WithDefault("gatehouse-controller")
        String lease();

        /** The namespaces in which Secrets are read, separated by commas; default: all. Its own has to be among them. */
        Optional<List<String>> secretNamespaces();

        /** The namespaces whose objects are followed, separated by commas; default: all. Its own is always among them. */
        Optional<List<String>> namespaces();

        /** The same by their labels, as kubectl takes a selector. */
        Optional<String> namespaceSelector();

        LeaderElection leaderElection();

        /** How replicas agree on the leader. */
        interface LeaderElection {
            /** False: this is the only replica, and it leads. */
            @WithDefault("true")
            boolean enabled();

            /** How long a leader that is silent leads on. */
            @WithDefault("15s")
            Duration leaseDuration();

            /** How long the leader tries to renew its lease. */
            @WithDefault("10s")
            Duration renewDeadline();

            /** Between two tries. */
            @WithDefault("2s")
            Duration retryPeriod();
        }

        /** This replica's name, unique among them. */
        @WithDefault("${POD_NAME:${HOSTNAME:controller}}")
        String identity();
    }

    Fleet fleet();

    /** How fleets of proxies are run on Kubernetes, besides what EnvoyProxies say. */
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

        /** Let the proxies reach xds-svc by mutual TLS: where this service has it too. */
        @WithDefault("${gatehouse.tls.supplied:false}")
        boolean xdsTls();
    }

    /** Files and folders with the objects, separated by commas; watched. */
    Optional<List<String>> files();

    /** The controller names whose GatewayClasses are served, separated by commas; the first is our own. */
    @WithDefault("gatehouse.dev/gatewayclass-controller,gateway.envoyproxy.io/gatewayclass-controller")
    List<String> names();

    /** Bind ports below 1024 as they are, instead of 10000 higher. */
    @WithDefault("false")
    boolean privilegedPorts();

    /** Where the proxies reach ratelimit-svc, as host:port. */
    @WithDefault("localhost:18020")
    String ratelimitAddress();

    /**
     * Where proxies send the span of every request whose EnvoyProxy says nothing of {@code telemetry.tracing}: {@code http://host:port}, of a collector
     * of OpenTelemetry's protocol. Port 4318 is HTTP, all others are gRPC.
     */
    Optional<URI> proxyTracing();

    /** How many changes of the configuration begin a trace, in a minute at most, where {@code gatehouse.tracing} sends spans at all; 0: none. */
    @WithDefault("0")
    int tracedChangesPerMinute();

    Limits limits();

    /** How the proxies call ratelimit-svc. */
    interface Limits {
        /** After which it counts as away. */
        @WithDefault("100ms")
        Duration timeout();

        /** Answer requests with 500 while it is away, instead of letting them pass. */
        @WithDefault("false")
        boolean failClosed();
    }

    /** Where the proxies reach waf-svc; {@code unix:/path} where it is in their pods. */
    @WithDefault("localhost:18030")
    String wafAddress();

    /** Where the proxies reach authz-svc. */
    @WithDefault("localhost:18040")
    String authzAddress();

    /**
     * Let the proxies reach these three by mutual TLS, with the certificate in their SDS files {@code /sds/xds-certificate.json}
     * and {@code /sds/xds-trusted-ca.json}: where this service makes the certificates.
     */
    @WithDefault("${gatehouse.tls.supplied:false}")
    boolean calloutTls();

    ExtensionApis extensionApis();

    /** Kinds of Envoy Gateway's API that reach further than Gateway API does. */
    interface ExtensionApis {
        /** Serve Backends: who may write one names any address outside of the cluster's Services. */
        @WithDefault("true")
        boolean backend();

        /** Serve EnvoyPatchPolicies: who may write one changes the proxies of a Gateway at will. */
        @WithDefault("false")
        boolean envoyPatchPolicy();

        /** Let EnvoyExtensionPolicies have Lua scripts: who may write one runs code in the proxies. */
        @WithDefault("false")
        boolean lua();

        /** Let Secrets refer to SDS servers: who may write one names a socket beside the proxies that they connect to. */
        @WithDefault("false")
        boolean sdsSecretRef();
    }

    Wasm wasm();

    /** The code of Wasm extensions, which this service fetches and serves to the proxies. */
    interface Wasm {
        /** Where the proxies reach this service by HTTP, as host:port. */
        @WithDefault("localhost:18110")
        String address();

        /** The folder that keeps the code; default: one for temporary files. */
        Optional<Path> cache();
    }

    /**
     * Ports of Gatehouse's own on this host, separated by commas, that no backend may name: of its services, where the objects come from
     * files.
     */
    Optional<Set<Integer>> ownPorts();

    DynamicResolver dynamicResolver();

    /** Backends of type DynamicResolver: the host of a request says where it goes. */
    interface DynamicResolver {
        /** CIDRs that the host of a request must not lead to, separated by commas; default: loopback, link-local and the like. */
        Optional<List<String>> refuses();
    }

    Seal seal();

    interface Seal {
        /**
         * Keys that seal secrets in the config log: {@code id:base64} of 32 bytes, separated by commas; the first seals. Without
         * them no secret leaves this process.
         */
        Optional<String> keys();

        /** A file with such keys, read again as it changes; a mounted Secret. Takes the place of {@code keys}. */
        Optional<Path> file();
    }
}
