package dev.gatehouse.console.model;

import java.util.List;

/** A connected proxy or callout service, with the configuration that it was sent and has acknowledged. */
public record ProxyEntry(
        String node, String fleet, String version, String protocol, String since, State state, List<Type> types)
        implements Shown {
    public ProxyEntry {
        types = List.copyOf(types);
    }

    @Override
    public Object field(String component) {
        return switch (component) {
            case "node" -> node;
            case "fleet" -> fleet;
            case "version" -> version;
            case "protocol" -> protocol;
            case "since" -> since;
            case "state" -> state;
            case "types" -> types;
            default -> throw Shown.unknown(this, component);
        };
    }

    /**
     * A type of resource of a proxy.
     *
     * @param lastAck how long ago, such as "12 s ago"; empty: not known
     * @param refused names of the resources that it refuses
     * @param error its own words; empty: it refuses nothing
     */
    public record Type(
            String name,
            String sent,
            String acknowledged,
            String lastAck,
            String resources,
            String subscribed,
            List<String> refused,
            String error)
            implements Shown {
        public Type {
            refused = List.copyOf(refused);
        }

        @Override
        public Object field(String component) {
            return switch (component) {
                case "name" -> name;
                case "sent" -> sent;
                case "acknowledged" -> acknowledged;
                case "lastAck" -> lastAck;
                case "resources" -> resources;
                case "subscribed" -> subscribed;
                case "refused" -> refused;
                case "error" -> error;
                default -> throw Shown.unknown(this, component);
            };
        }
    }
}
