package dev.gatehouse.controller.translate;

import dev.gatehouse.controller.backend.BackendAddresses;
import dev.gatehouse.controller.callout.CalloutAddress;
import dev.gatehouse.controller.extensionserver.ExtensionServers;
import dev.gatehouse.controller.gateway.LimitCalls;
import dev.gatehouse.controller.gateway.ListenerState;
import dev.gatehouse.controller.gateway.TableForm;
import dev.gatehouse.controller.infrastructure.InfrastructureSettings;
import dev.gatehouse.gatewayapi.EnvoyProxy;
import dev.gatehouse.gatewayapi.ProxyTelemetry;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntUnaryOperator;

/**
 * What the translation depends on besides the objects.
 *
 * @param controllerNames the controller names whose GatewayClasses are ours; the first is our own
 * @param boundPort the port that Envoy binds for a listener's port
 * @param callouts where the proxies reach the callout services
 * @param infrastructure where the proxies run
 * @param backendAddresses which addresses backends may have
 * @param extensions what reaches further than Gateway API does
 * @param configured what counts for all proxies
 * @param tables how proxies get route tables where nothing needs them whole
 */
public record Settings(
        List<String> controllerNames,
        IntUnaryOperator boundPort,
        Callouts callouts,
        Infrastructure infrastructure,
        BackendAddresses backendAddresses,
        Extensions extensions,
        Configured configured,
        TableForm tables) {
    /** Gatehouse's own controller name. */
    public static final String CONTROLLER_NAME = "gatehouse.dev/gatewayclass-controller";

    /** Envoy Gateway's, which TEG uses too: its classes are adopted, for migration. */
    public static final String ENVOY_GATEWAY_CONTROLLER_NAME = "gateway.envoyproxy.io/gatewayclass-controller";

    /** The proxies run on this host. */
    public Settings(List<String> controllerNames, IntUnaryOperator boundPort, Callouts callouts) {
        this(controllerNames, boundPort, callouts, new Infrastructure.Host());
    }

    /** Backends may be used. */
    public Settings(
            List<String> controllerNames,
            IntUnaryOperator boundPort,
            Callouts callouts,
            Infrastructure infrastructure) {
        this(
                controllerNames,
                boundPort,
                callouts,
                infrastructure,
                infrastructure.backendAddresses(true, Set.of()),
                Extensions.OFFLINE,
                Configured.NOTHING);
    }

    /** Route tables are whole. */
    public Settings(
            List<String> controllerNames,
            IntUnaryOperator boundPort,
            Callouts callouts,
            Infrastructure infrastructure,
            BackendAddresses backendAddresses,
            Extensions extensions,
            Configured configured) {
        this(
                controllerNames,
                boundPort,
                callouts,
                infrastructure,
                backendAddresses,
                extensions,
                configured,
                TableForm.WHOLE);
    }

    /** The same with another form of route tables. */
    public Settings with(TableForm other) {
        return new Settings(
                controllerNames, boundPort, callouts, infrastructure, backendAddresses, extensions, configured, other);
    }

    /** The same with other extensions. */
    public Settings with(Extensions other) {
        return new Settings(
                controllerNames, boundPort, callouts, infrastructure, backendAddresses, other, configured, tables);
    }

    /** The same with other settings of all proxies. */
    public Settings with(Configured other) {
        return new Settings(
                controllerNames, boundPort, callouts, infrastructure, backendAddresses, extensions, other, tables);
    }

    /**
     * What counts for all proxies.
     *
     * @param proxy below the EnvoyProxies of classes and Gateways
     * @param limits how they call ratelimit-svc
     * @param tracing where they send spans whose EnvoyProxy says nothing of tracing
     */
    public record Configured(Optional<EnvoyProxy> proxy, LimitCalls limits, Optional<ProxyTelemetry.Tracing> tracing) {
        public static final Configured NOTHING = new Configured(Optional.empty(), LimitCalls.DEFAULT, Optional.empty());
    }

    public Settings {
        controllerNames = List.copyOf(controllerNames);
        if (controllerNames.isEmpty()) {
            throw new IllegalArgumentException("controller names: none (expected: at least one)");
        }
    }

    /** The port by which clients reach a listener: on a host the one that is bound; behind a Service the listener's own. */
    int clientPort(ListenerState listener) {
        return switch (infrastructure) {
            case Infrastructure.Host _ -> listener.boundPort();
            case Infrastructure.Cluster _ -> listener.spec().port();
        };
    }

    /** Where TEG has its ConfigMap {@code waf-config}: the controller's namespace; in files Envoy Gateway's. */
    public String namespace() {
        return switch (infrastructure) {
            case Infrastructure.Host _ -> "envoy-gateway-system";
            case Infrastructure.Cluster cluster -> cluster.namespace();
        };
    }

    /** Our own name among those that are served. */
    public String controllerName() {
        return controllerNames.getFirst();
    }

    /** Where the proxies run: what leads clients to them. */
    public sealed interface Infrastructure {
        /**
         * Which addresses backends may have.
         *
         * @param backends Envoy Gateway's Backends may be used
         * @param ownPorts the controller's and other services' on this host; in a cluster the proxies' own count
         */
        default BackendAddresses backendAddresses(boolean backends, Set<Integer> ownPorts) {
            return switch (this) {
                case Host _ -> new BackendAddresses(backends, true, ownPorts);
                case Cluster _ -> new BackendAddresses(backends, false, InfrastructureSettings.PROXY_PORTS);
            };
        }

        /** On this host: a Gateway's addresses are those that it asks for. */
        record Host() implements Infrastructure {}

        /**
         * Behind Services of a Kubernetes cluster, which are known by their labels.
         *
         * @param fleets how the controller runs them
         */
        record Cluster(InfrastructureSettings fleets) implements Infrastructure {
            /** The controller's, where the Services are unless they are in their Gateway's. */
            public String namespace() {
                return fleets.namespace();
            }
        }
    }

    /**
     * The callout services, as the proxies reach them.
     *
     * @param tls by mutual TLS; otherwise in plain text, for one machine or a mesh that encrypts
     */
    public record Callouts(CalloutAddress rateLimit, CalloutAddress waf, CalloutAddress authz, boolean tls) {
        /** In plain text. */
        public Callouts(CalloutAddress rateLimit, CalloutAddress waf, CalloutAddress authz) {
            this(rateLimit, waf, authz, false);
        }
    }

    /**
     * What reaches further than Gateway API does, and is served only where that is wanted.
     *
     * @param patches EnvoyPatchPolicies: who may write one changes the proxies of a Gateway at will
     * @param lua Lua scripts in EnvoyExtensionPolicies
     * @param discovery Secrets that refer to SDS servers: who may write one names a socket beside the proxies
     * @param codeServer the URL where proxies fetch the code of Wasm extensions
     * @param fetches the code is fetched; false: there is no data plane, and the code is taken to be there
     * @param servers that change resources before they are published
     */
    public record Extensions(
            boolean patches,
            boolean lua,
            boolean discovery,
            String codeServer,
            boolean fetches,
            ExtensionServers servers) {
        /** For a translation without a data plane. */
        public static final Extensions OFFLINE =
                new Extensions(false, false, false, "http://127.0.0.1:18110/wasm", false, ExtensionServers.NONE);

        /** The same, with Lua scripts. */
        public Extensions withLua(boolean allowed) {
            return new Extensions(patches, allowed, discovery, codeServer, fetches, servers);
        }

        /** The same, with EnvoyPatchPolicies. */
        public Extensions withPatches(boolean allowed) {
            return new Extensions(allowed, lua, discovery, codeServer, fetches, servers);
        }

        /** The same, with Secrets that refer to SDS servers. */
        public Extensions withDiscovery(boolean allowed) {
            return new Extensions(patches, lua, allowed, codeServer, fetches, servers);
        }

        /** The same, with extension servers. */
        public Extensions withServers(ExtensionServers other) {
            return new Extensions(patches, lua, discovery, codeServer, fetches, other);
        }
    }

    /** Ports below 1024 are bound 10000 higher, as Envoy Gateway does with unprivileged proxies: 80 becomes 10080. */
    public static int shiftPrivileged(int port) {
        return port < 1024 ? port + 10000 : port;
    }
}
