package dev.gatehouse.controller.gateway;

import dev.gatehouse.controller.status.Condition;
import dev.gatehouse.gatewayapi.Listener;
import dev.gatehouse.gatewayapi.ObjectKey;
import java.util.List;
import java.util.Optional;

/**
 * A listener with its references resolved.
 *
 * @param boundPort the port that Envoy binds for it, which may differ from the listener's
 * @param protocol absent if Gatehouse does not serve the listener's protocol
 * @param supportedKinds the kinds of routes that may attach
 * @param certificates the Secrets with its valid certificates
 * @param filters run on every request before a route is selected, in this order
 * @param closed true if its filters cannot run: every request is answered with 503
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

    /** A copy whose Gateway has the client certificate {@code certificate} for backends. */
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

    /** The protocol of a listener. */
    public enum Protocol {
        HTTP,
        HTTPS,
        TLS_PASSTHROUGH,
        TLS_TERMINATE,
        TCP,
        UDP;

        /** True if listeners of one port are distinguished by the SNI of connections. */
        public boolean bySni() {
            return this == HTTPS || this == TLS_PASSTHROUGH || this == TLS_TERMINATE;
        }

        /** True if the listener routes HTTP requests. */
        public boolean http() {
            return this == HTTP || this == HTTPS;
        }
    }
}
