package dev.gatehouse.console.model;

import java.util.List;

/**
 * A Gateway with its listeners.
 *
 * @param fleet the name of the fleet of proxies that serves it
 * @param addresses where clients reach it
 */
public record GatewayEntry(
        String namespace,
        String name,
        String gatewayClass,
        String fleet,
        List<String> addresses,
        State state,
        List<Listener> listeners,
        List<ConditionLine> conditions)
        implements Shown {
    public GatewayEntry {
        addresses = List.copyOf(addresses);
        listeners = List.copyOf(listeners);
        conditions = List.copyOf(conditions);
    }

    @Override
    public Object field(String component) {
        return switch (component) {
            case "namespace" -> namespace;
            case "name" -> name;
            case "gatewayClass" -> gatewayClass;
            case "fleet" -> fleet;
            case "addresses" -> addresses;
            case "state" -> state;
            case "listeners" -> listeners;
            case "conditions" -> conditions;
            default -> throw Shown.unknown(this, component);
        };
    }

    /**
     * One listener of a Gateway.
     *
     * @param owner the ListenerSet that adds it; empty: the Gateway itself
     * @param port as people read it: with the port that Envoy binds where it is another
     * @param hostname empty: any
     * @param url where it is reached on this machine; empty: it is not known
     */
    public record Listener(
            String name,
            String owner,
            String protocol,
            String port,
            String hostname,
            String url,
            int attachedRoutes,
            State state,
            List<ConditionLine> conditions)
            implements Shown {
        public Listener {
            conditions = List.copyOf(conditions);
        }

        @Override
        public Object field(String component) {
            return switch (component) {
                case "name" -> name;
                case "owner" -> owner;
                case "protocol" -> protocol;
                case "port" -> port;
                case "hostname" -> hostname;
                case "url" -> url;
                case "attachedRoutes" -> attachedRoutes;
                case "state" -> state;
                case "conditions" -> conditions;
                default -> throw Shown.unknown(this, component);
            };
        }
    }
}
