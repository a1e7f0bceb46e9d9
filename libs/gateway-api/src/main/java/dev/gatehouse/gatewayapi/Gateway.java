package dev.gatehouse.gatewayapi;

import dev.gatehouse.gatewayapi.yaml.Fields;
import dev.gatehouse.gatewayapi.yaml.Syntax;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Gateway: a request for listeners.
 *
 * @param allowedListeners the namespaces whose ListenerSets may add listeners
 * @param backendClientCertificate the client certificate for backends that request one
 * @param isDefault whether routes that use default Gateways attach to it (GEP-3793)
 */
public record Gateway(
        String gatewayClassName,
        List<Listener> listeners,
        List<Address> addresses,
        Infrastructure infrastructure,
        Listener.Namespaces allowedListeners,
        Optional<ObjectReference> backendClientCertificate,
        Optional<FrontendTls> frontendTls,
        boolean isDefault) {
    public Gateway {
        listeners = List.copyOf(listeners);
        addresses = List.copyOf(addresses);
    }

    /** The routes that attach to a Gateway without naming it. */
    enum DefaultScope {
        All,
        None
    }

    /**
     * A requested address (GatewaySpecAddress, GEP-5093).
     *
     * @param value absent or empty: any address
     * @param routability from where the address must be reachable: empty for the default, {@link #CLUSTER}, or
     * "prefix/name"
     */
    public record Address(String type, Optional<String> value, String routability) {
        /** The cluster IP of a Kubernetes Service. */
        public static final String CLUSTER = "Cluster";

        private static final Syntax ROUTABILITY = Syntax.of(
                "|Cluster|(?!([^/]*\\.)?k8s\\.io/)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/.+",
                253,
                "empty, \"Cluster\", or a name after a DNS subdomain that is not of k8s.io and \"/\"");

        /** True if the address must be the cluster IP of a Service. */
        public boolean inCluster() {
            return routability.equals(CLUSTER);
        }

        static Address read(Fields f) {
            return new Address(
                    f.string("type").orElse("IPAddress"),
                    f.string("value"),
                    f.string("routability", ROUTABILITY).orElse(""));
        }
    }

    /** True if it requests addresses, and only cluster addresses. */
    public boolean onlyInCluster() {
        return !addresses.isEmpty() && addresses.stream().allMatch(Address::inCluster);
    }

    /** The labels and annotations for the Gateway's generated objects, and the reference to the Gateway's own EnvoyProxy. */
    public record Infrastructure(
            Map<String, String> labels, Map<String, String> annotations, Optional<ObjectReference> parametersRef) {
        static final Infrastructure NONE = new Infrastructure(Map.of(), Map.of(), Optional.empty());

        public Infrastructure {
            labels = Map.copyOf(labels);
            annotations = Map.copyOf(annotations);
        }

        static Infrastructure read(Fields f) {
            return new Infrastructure(
                    f.stringMap("labels"),
                    f.stringMap("annotations"),
                    f.object("parametersRef", ObjectReference::readLocal));
        }
    }

    /** How strictly a client's certificate is checked. */
    public enum ValidationMode {
        AllowValidOnly,
        AllowInsecureFallback
    }

    /** FrontendTLSValidation: the CAs that clients' certificates are verified with. */
    public record Validation(List<ObjectReference> caCertificateRefs, ValidationMode mode) {
        public Validation {
            caCertificateRefs = List.copyOf(caCertificateRefs);
        }

        static Validation read(Fields f) {
            return new Validation(
                    f.list("caCertificateRefs", 1, 8, ObjectReference::read),
                    f.choice("mode", ValidationMode.class).orElse(ValidationMode.AllowValidOnly));
        }
    }

    /** FrontendTLSConfig: validation of client certificates for all ports, and for single ones. */
    public record FrontendTls(Optional<Validation> byDefault, Map<Integer, Optional<Validation>> perPort) {
        public FrontendTls {
            perPort = Map.copyOf(perPort);
        }

        /** True if some port accepts clients without a valid certificate. */
        public boolean insecure() {
            return Stream.concat(byDefault.stream(), perPort.values().stream().flatMap(Optional::stream))
                    .anyMatch(validation -> validation.mode() == ValidationMode.AllowInsecureFallback);
        }

        /** The validation for a listener. One that does not speak HTTPS has none (GEP-91). */
        public Optional<Validation> of(Listener listener) {
            return listener.protocol().equals("HTTPS") ? on(listener.port()) : Optional.empty();
        }

        /** The validation for listeners that speak HTTPS on {@code port}. */
        public Optional<Validation> on(int port) {
            return perPort.getOrDefault(port, byDefault);
        }

        private record Port(int port, Optional<Validation> validation) {
            static Port read(Fields f) {
                return new Port(
                        f.requiredInteger("port", 1, 65535),
                        f.requiredObject("tls", tls -> tls.object("validation", Validation::read)));
            }
        }

        static FrontendTls read(Fields f) {
            Optional<Validation> byDefault =
                    f.requiredObject("default", tls -> tls.object("validation", Validation::read));
            Map<Integer, Optional<Validation>> perPort = new HashMap<>();
            for (Port port : f.list("perPort", 0, 64, Port::read)) {
                perPort.put(port.port(), port.validation());
            }
            return new FrontendTls(byDefault, perPort);
        }
    }

    private record GatewayTls(Optional<ObjectReference> backend, Optional<FrontendTls> frontend) {
        static final GatewayTls NONE = new GatewayTls(Optional.empty(), Optional.empty());

        static GatewayTls read(Fields f) {
            return new GatewayTls(
                    f.object("backend", b -> b.object("clientCertificateRef", ObjectReference::readSecret))
                            .flatMap(reference -> reference),
                    f.object("frontend", FrontendTls::read));
        }
    }

    static Gateway read(Fields f) {
        GatewayTls tls = f.object("tls", GatewayTls::read).orElse(GatewayTls.NONE);
        return new Gateway(
                f.requiredString("gatewayClassName"),
                Listener.readAll(f),
                f.list("addresses", 0, 16, Address::read),
                f.object("infrastructure", Infrastructure::read).orElse(Infrastructure.NONE),
                f.object(
                                "allowedListeners",
                                a -> a.object("namespaces", n -> Listener.Namespaces.read(n, Listener.From.None)))
                        .flatMap(namespaces -> namespaces)
                        .orElse(new Listener.Namespaces(Listener.From.None, Optional.empty())),
                tls.backend(),
                tls.frontend(),
                f.choice("defaultScope", DefaultScope.class).equals(Optional.of(DefaultScope.All)));
    }
}
