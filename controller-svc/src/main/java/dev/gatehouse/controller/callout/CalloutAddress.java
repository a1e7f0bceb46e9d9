package dev.gatehouse.controller.callout;

/**
 * The address on which a gRPC callout service listens.
 *
 * @param host or, with port 0, the path of a Unix socket that the proxy finds in its own file system
 */
public record CalloutAddress(String host, int port) {
    private static final String SOCKET = "unix:";

    public CalloutAddress {
        boolean reachable = port == 0 ? host.startsWith("/") : !host.isBlank() && port > 0 && port <= 65535;
        if (!reachable) {
            throw new IllegalArgumentException(
                    "address: " + host + ":" + port + " (expected: host:port or unix:/path)");
        }
    }

    /** True if it is a Unix socket. */
    public boolean isSocket() {
        return port == 0;
    }

    /** Reads "host:port" or "unix:/path". */
    public static CalloutAddress parse(String text) {
        if (text.startsWith(SOCKET)) {
            return new CalloutAddress(text.substring(SOCKET.length()), 0);
        }
        int colon = text.lastIndexOf(':');
        if (colon < 1 || !text.substring(colon + 1).matches("\\d{1,5}")) {
            throw new IllegalArgumentException("address: \"" + text + "\" (expected: host:port or unix:/path)");
        }
        return new CalloutAddress(text.substring(0, colon), Integer.parseInt(text.substring(colon + 1)));
    }
}
