package dev.gatehouse.standalone.httpbin;

import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The ports of the app. Port 0 selects a free port; an empty port leaves that part out.
 *
 * @param name told in the header {@code X-Gatehouse-Backend} of every response, so that two of them can be told apart
 * @param host IP address or name to bind
 * @param unix a Unix domain socket that serves HTTP as well; replaced when it is there
 */
public record HttpbinOptions(
        String name,
        String host,
        int httpPort,
        OptionalInt grpcPort,
        OptionalInt tcpPort,
        OptionalInt udpPort,
        Optional<Path> unix) {

    public HttpbinOptions {
        if (name.isBlank() || !name.chars().allMatch(c -> c > 0x20 && c < 0x7f)) {
            throw new IllegalArgumentException(
                    "name \"" + name + "\" cannot be a header's value; expected visible ASCII without spaces");
        }
        port("HTTP", httpPort);
        grpcPort.ifPresent(port -> port("gRPC", port));
        tcpPort.ifPresent(port -> port("TCP", port));
        udpPort.ifPresent(port -> port("UDP", port));
    }

    private static void port(String what, int port) {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException(what + " port " + port + " is not within 0..65535");
        }
    }

    /** HTTP alone. */
    public static HttpbinOptions http(String name, String host, int port) {
        return new HttpbinOptions(
                name, host, port, OptionalInt.empty(), OptionalInt.empty(), OptionalInt.empty(), Optional.empty());
    }
}
