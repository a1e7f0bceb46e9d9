package dev.gatehouse.gatewayapi;

import dev.gatehouse.gatewayapi.yaml.Fields;
import dev.gatehouse.gatewayapi.yaml.Syntax;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A listener of a Gateway, or a ListenerSet's ListenerEntry.
 *
 * @param protocol "HTTP", "HTTPS", "TLS", "TCP", "UDP"; any other value is valid and reported in a condition
 * @param filters run on every request before a route is selected, in this order; if one cannot run, no request may pass
 */
public record Listener(
        String name,
        Optional<String> hostname,
        int port,
        String protocol,
        Optional<Tls> tls,
        AllowedRoutes allowedRoutes,
        List<ListenerFilter> filters) {
    public Listener {
        filters = List.copyOf(filters);
    }

    /** Whether the Gateway or the backend terminates TLS. */
    public enum TlsMode {
        Terminate,
        Passthrough
    }

    /** ListenerTLSConfig. */
    public record Tls(TlsMode mode, List<ObjectReference> certificateRefs, Map<String, String> options) {
        public Tls {
            certificateRefs = List.copyOf(certificateRefs);
            options = Map.copyOf(options);
        }

        static Tls read(Fields f) {
            Tls tls = new Tls(
                    f.choice("mode", TlsMode.class).orElse(TlsMode.Terminate),
                    f.list("certificateRefs", 0, 64, ObjectReference::readSecret),
                    f.stringMap("options"));
            if (tls.mode == TlsMode.Terminate && tls.certificateRefs.isEmpty() && tls.options.isEmpty()) {
                f.wrong("certificateRefs", "is empty (expected: at least one Secret when mode is Terminate)");
            }
            return tls;
        }
    }

    /** Selects namespaces: all, the same, by labels, or none. */
    public enum From {
        All,
        Selector,
        Same,
        None
    }

    /** A set of namespaces. */
    public record Namespaces(From from, Optional<LabelSelector> selector) {
        static Namespaces read(Fields f, From otherwise) {
            Namespaces namespaces = new Namespaces(
                    f.choice("from", From.class).orElse(otherwise), f.object("selector", LabelSelector::read));
            if (namespaces.from == From.Selector && namespaces.selector.isEmpty()) {
                f.wrong("selector", "is missing (expected: a label selector when from is Selector)");
            }
            return namespaces;
        }
    }

    /** A kind of route. */
    public record RouteGroupKind(String group, String kind) {
        static RouteGroupKind read(Fields f) {
            return new RouteGroupKind(f.string("group").orElse(Kinds.GATEWAY_GROUP), f.requiredString("kind"));
        }
    }

    /** @param kinds empty: the kinds that fit the protocol */
    public record AllowedRoutes(Namespaces namespaces, List<RouteGroupKind> kinds) {
        static final AllowedRoutes DEFAULT = new AllowedRoutes(new Namespaces(From.Same, Optional.empty()), List.of());

        public AllowedRoutes {
            kinds = List.copyOf(kinds);
        }

        static AllowedRoutes read(Fields f) {
            return new AllowedRoutes(
                    f.object("namespaces", n -> Namespaces.read(n, From.Same)).orElse(DEFAULT.namespaces),
                    f.list("kinds", 0, 8, RouteGroupKind::read));
        }
    }

    static Listener read(Fields f) {
        Listener listener = new Listener(
                f.requiredString("name", Syntax.DNS_NAME),
                f.string("hostname", Syntax.HOSTNAME),
                f.requiredInteger("port", 1, 65535),
                f.requiredString("protocol", Syntax.NOT_EMPTY),
                f.object("tls", Tls::read),
                f.object("allowedRoutes", AllowedRoutes::read).orElse(AllowedRoutes.DEFAULT),
                f.object("filters", filters -> filters.list("requests", 0, 16, ListenerFilter::read))
                        .orElse(List.of()));
        if (f.has("filters") && !listener.protocol.equals("HTTP") && !listener.protocol.equals("HTTPS")) {
            f.wrong(
                    "filters",
                    "is set (expected: none for protocol " + listener.protocol + ", only for HTTP and HTTPS)");
        }
        switch (listener.protocol) {
            case "HTTP", "TCP", "UDP" -> {
                if (listener.tls.isPresent()) {
                    f.wrong("tls", "is set (expected: none for protocol " + listener.protocol + ")");
                }
            }
            case "HTTPS" -> {
                if (listener.tls.map(tls -> tls.mode == TlsMode.Passthrough).orElse(false)) {
                    f.wrong("tls.mode", "\"Passthrough\" (expected: Terminate for protocol HTTPS)");
                }
            }
            default -> {
                // TLS permits both modes. Other protocols are reported by the condition UnsupportedProtocol.
            }
        }
        if ((listener.protocol.equals("TCP") || listener.protocol.equals("UDP")) && listener.hostname.isPresent()) {
            f.wrong("hostname", "is set (expected: none for protocol " + listener.protocol + ")");
        }
        return listener;
    }

    /**
     * Reads a list of listeners and reports duplicate names. Conflicts of ports and hostnames are not checked here,
     * since they also concern other objects' listeners.
     */
    static List<Listener> readAll(Fields f) {
        List<Listener> listeners = f.list("listeners", 1, 64, Listener::read);
        for (int i = 0; i < listeners.size(); i++) {
            String name = listeners.get(i).name;
            for (int j = 0; j < i; j++) {
                if (listeners.get(j).name.equals(name)) {
                    f.wrong(
                            "listeners[" + i + "].name",
                            "\"" + name + "\" is the name of listeners[" + j + "] too (expected: unique names)");
                }
            }
        }
        return listeners;
    }
}
