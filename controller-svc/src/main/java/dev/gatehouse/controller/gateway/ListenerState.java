package dev.gatehouse.controller.gateway;

import dev.gatehouse.controller.status.Condition;
import dev.gatehouse.gatewayapi.Listener;
import dev.gatehouse.gatewayapi.ObjectKey;
import java.util.List;
import java.util.Optional;

/**
 * A listener with all that it refers to resolved.
 *
 * @param boundPort the port that Envoy binds for it, which may differ from the listener's
 * @param protocol absent where the listener's protocol is not one that is served
 * @param supportedKinds the kinds of routes that may attach
 * @param certificates the Secrets with its certificates, those that are valid
 * @param filters run on every request before a route is selected, in this order
 * @param closed its filters cannot run: every request is answered with 503
 * @param conditions Accepted, Conflicted and ResolvedRefs
 * @param serving false: Envoy gets no such listener
 */
public record ListenerState(
        ListenerKey key,
        Listener spec,
        int boundPort,
        Optional<Protocol> protocol,
        List<Listener.RouteGroupKind> supportedKinds,
        List<ObjectKey> certificates,
        List<PreRouting> filters,
        boolean closed,
        List<Condition> conditions,
        boolean serving) {
    public ListenerState {
        supportedKinds = List.copyOf(supportedKinds);
        certificates = List.copyOf(certificates);
        filters = List.copyOf(filters);
        conditions = List.copyOf(conditions);
    }

    /** The same listener of a Gateway that shows {@code certificate} to its backends. */
    ListenerState presenting(ObjectKey certificate) {
        return new ListenerState(
                key,
                spec,
                boundPort,
                protocol,
                supportedKinds,
                certificates,
                filters.stream().map(filter -> filter.presenting(certificate)).toList(),
                closed,
                conditions,
                serving);
    }

    /** What a listener speaks. */
    public enum Protocol {
        HTTP,
        HTTPS,
        TLS_PASSTHROUGH,
        TLS_TERMINATE,
        TCP,
        UDP;

        /** True where connections are told apart by their SNI. */
        public boolean bySni() {
            return this == HTTPS || this == TLS_PASSTHROUGH || this == TLS_TERMINATE;
        }

        /** True where requests are routed by HTTP. */
        public boolean http() {
            return this == HTTP || this == HTTPS;
        }
    }
}
