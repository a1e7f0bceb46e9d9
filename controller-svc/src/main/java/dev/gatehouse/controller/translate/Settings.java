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
 * The settings that the translation depends on besides the objects.
 *
 * @param controllerNames the controller names whose GatewayClasses are served; the first is Gatehouse's own
 * @param boundPort the port that Envoy binds for a listener's port
 * @param callouts the addresses of the callout services, as the proxies reach them
 * @param infrastructure where the proxies run
 * @param backendAddresses the addresses that backends may have
 * @param extensions the features that give their users more rights than Gateway API does
 * @param configured the settings of all proxies
 * @param tables how proxies get route tables, unless a feature needs whole tables
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

    /** Envoy Gateway's controller name, which TEG uses too. GatewayClasses of this name are served, for migration. */
    public static final String ENVOY_GATEWAY_CONTROLLER_NAME = "gateway.envoyproxy.io/gatewayclass-controller";

    /** Settings for proxies that run on this host. */
    public Settings(List<String> controllerNames, IntUnaryOperator boundPort, Callouts callouts) {
        this(controllerNames, boundPort, callouts, new Infrastructure.Host());
    }

    /** Settings that permit Backends. */
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

    /** Settings with whole route tables. */
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

    /** A copy with another form of route tables. */
    public Settings with(TableForm other) {
        return new Settings(
                controllerNames, boundPort, callouts, infrastructure, backendAddresses, extensions, configured, other);
    }

    /** A copy with other extensions. */
    public Settings with(Extensions other) {
        return new Settings(
                controllerNames, boundPort, callouts, infrastructure, backendAddresses, other, configured, tables);
    }

    /** A copy with other settings of all proxies. */
    public Settings with(Configured other) {
        return new Settings(
                controllerNames, boundPort, callouts, infrastructure, backendAddresses, extensions, other, tables);
    }

    /**
     * The settings of all proxies.
     *
     * @param proxy settings that EnvoyProxies of classes and Gateways override
     * @param limits how the proxies call ratelimit-svc
     * @param tracing the tracing of proxies whose EnvoyProxy has none
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

    /** The port at which clients reach a listener: on a host the bound port, behind a Service the listener's own port. */
    int clientPort(ListenerState listener) {
        return switch (infrastructure) {
            case Infrastructure.Host _ -> listener.boundPort();
            case Infrastructure.Cluster _ -> listener.spec().port();
        };
    }

    /** The namespace of TEG's ConfigMap {@code waf-config}: the controller's namespace; with files, Envoy Gateway's namespace. */
    public String namespace() {
        return switch (infrastructure) {
            case Infrastructure.Host _ -> "envoy-gateway-system";
            case Infrastructure.Cluster cluster -> cluster.namespace();
        };
    }

    /** Gatehouse's own name among the served controller names. */
    public String controllerName() {
        return controllerNames.getFirst();
    }

    /** Where the proxies run, which decides how clients reach them. */
    public sealed interface Infrastructure {
        /**
         * The addresses that backends may have.
         *
         * @param backends whether Envoy Gateway's Backends may be used
         * @param ownPorts the ports of Gatehouse's services on this host; ignored in a cluster, where the proxies' own
         * ports are used
         */
        default BackendAddresses backendAddresses(boolean backends, Set<Integer> ownPorts) {
            return switch (this) {
                case Host _ -> new BackendAddresses(backends, true, ownPorts);
                case Cluster _ -> new BackendAddresses(backends, false, InfrastructureSettings.PROXY_PORTS);
            };
        }

        /** The proxies run on this host. A Gateway has the addresses that it requests. */
        record Host() implements Infrastructure {}

        /**
         * The proxies run behind Services of a Kubernetes cluster, which are identified by their labels.
         *
         * @param fleets how the controller runs the fleets
         */
        record Cluster(InfrastructureSettings fleets) implements Infrastructure {
            /** The controller's namespace. It has the Services, unless they are in their Gateway's namespace. */
            public String namespace() {
                return fleets.namespace();
            }
        }
    }

    /**
     * The callout services, as the proxies reach them.
     *
     * @param tls true: mutual TLS; false: plain text, for a single machine or a mesh that encrypts
     */
    public record Callouts(CalloutAddress rateLimit, CalloutAddress waf, CalloutAddress authz, boolean tls) {
        /** Callout services that are reached in plain text. */
        public Callouts(CalloutAddress rateLimit, CalloutAddress waf, CalloutAddress authz) {
            this(rateLimit, waf, authz, false);
        }
    }

    /**
     * Features that give their users more rights than Gateway API does. They are served only if switched on.
     *
     * @param patches EnvoyPatchPolicies, whose authors can change a Gateway's proxies at will
     * @param lua Lua scripts in EnvoyExtensionPolicies
     * @param discovery Secrets that refer to SDS servers, whose authors name a socket beside the proxies
     * @param codeServer the URL where proxies fetch the code of Wasm extensions
     * @param fetches true: the code of Wasm extensions is fetched; false: there is no data plane, and the code counts
     * as fetched
     * @param servers the extension servers, which change resources before they are published
     */
    public record Extensions(
            boolean patches,
            boolean lua,
            boolean discovery,
            String codeServer,
            boolean fetches,
            ExtensionServers servers) {
        /** The extensions of a translation without a data plane. */
        public static final Extensions OFFLINE =
                new Extensions(false, false, false, "http://127.0.0.1:18110/wasm", false, ExtensionServers.NONE);

        /** A copy that allows Lua scripts or not. */
        public Extensions withLua(boolean allowed) {
            return new Extensions(patches, allowed, discovery, codeServer, fetches, servers);
        }

        /** A copy that allows EnvoyPatchPolicies or not. */
        public Extensions withPatches(boolean allowed) {
            return new Extensions(allowed, lua, discovery, codeServer, fetches, servers);
        }

        /** A copy that allows Secrets that refer to SDS servers or not. */
        public Extensions withDiscovery(boolean allowed) {
            return new Extensions(patches, lua, allowed, codeServer, fetches, servers);
        }

        /** A copy with other extension servers. */
        public Extensions withServers(ExtensionServers other) {
            return new Extensions(patches, lua, discovery, codeServer, fetches, other);
        }
    }

    /** Adds 10000 to ports below 1024, as Envoy Gateway does for unprivileged proxies: 80 becomes 10080. */
    public static int shiftPrivileged(int port) {
        return port < 1024 ? port + 10000 : port;
    }
}
