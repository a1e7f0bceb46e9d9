package dev.gatehouse.console.model;

/**
 * A request that a proxy refused.
 *
 * @param at when, in ISO 8601
 * @param path without its query, whose values may be secrets
 * @param client its address
 */
public record RefusedRequest(
        Kind kind,
        String at,
        String gateway,
        String method,
        String host,
        String path,
        String status,
        String client,
        String route,
        String reason,
        String requestId)
        implements Shown {
    @Override
    public Object field(String component) {
        return switch (component) {
            case "kind" -> kind;
            case "at" -> at;
            case "gateway" -> gateway;
            case "method" -> method;
            case "host" -> host;
            case "path" -> path;
            case "status" -> status;
            case "client" -> client;
            case "route" -> route;
            case "reason" -> reason;
            case "requestId" -> requestId;
            case "time" -> at.length() < 19 ? at : at.substring(0, 19).replace('T', ' ');
            default -> throw Shown.unknown(this, component);
        };
    }

    /** Who refused it. */
    public enum Kind {
        /** A WAFPolicy. */
        BLOCKED,
        /** A rate limit. */
        LIMITED,
        /** A SecurityPolicy or AccessPolicy. */
        DENIED
    }
}
