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
 * @param allowedListeners which namespaces may add listeners by a ListenerSet
 * @param backendClientCertificate what Envoy shows to backends that ask for a certificate
 * @param isDefault routes that ask for default Gateways are part of it (GEP-3793)
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

    /** Which routes a Gateway claims that do not name it. */
    enum DefaultScope {
        All,
        None
    }

    /**
     * A requested address (GatewaySpecAddress, GEP-5093).
     *
     * @param value absent, or empty: any
     * @param routability from where it is to be reached: empty for the default, {@link #CLUSTER}, or "prefix/name"
     */
    public record Address(String type, Optional<String> value, String routability) {
        /** The cluster IP of a Kubernetes Service. */
        public static final String CLUSTER = "Cluster";

        private static final Syntax ROUTABILITY = Syntax.of(
                "|Cluster|(?!([^/]*\\.)?k8s\\.io/)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/.+",
                253,
                "empty, \"Cluster\", or a name after a DNS subdomain that is not of k8s.io and \"/\"");

        /** True if it is to be the cluster IP of a Service. */
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

    /** True if it asks for addresses, and only for such as are reached from within the cluster. */
    public boolean onlyInCluster() {
        return !addresses.isEmpty() && addresses.stream().allMatch(Address::inCluster);
    }

    /** What is put on the objects made for the Gateway, and the parameters of this Gateway alone. */
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

    /** FrontendTLSValidation: which CAs may have signed a client's certificate. */
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

        /** True if clients without a valid certificate are let in somewhere. */
        public boolean insecure() {
            return Stream.concat(byDefault.stream(), perPort.values().stream().flatMap(Optional::stream))
                    .anyMatch(validation -> validation.mode() == ValidationMode.AllowInsecureFallback);
        }

        /** What holds for listeners on {@code port}. */
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
