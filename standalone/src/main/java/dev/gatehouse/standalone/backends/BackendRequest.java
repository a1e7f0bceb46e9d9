package dev.gatehouse.standalone.backends;

import dev.gatehouse.standalone.httpbin.HttpbinOptions;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * An EndpointSlice that requests an app.
 *
 * @param namespace of the EndpointSlice
 * @param name of the EndpointSlice; the app tells it in {@code X-Gatehouse-Backend}
 * @param app value of the annotation {@value #ANNOTATION}
 * @param addresses of all its endpoints
 * @param ports a port named "grpc" is served by the gRPC echo, "tcp" by the TCP echo, one of protocol UDP by the UDP
 * echo, and any other by HTTP
 */
public record BackendRequest(String namespace, String name, String app, List<String> addresses, List<Port> ports) {
    public static final String ANNOTATION = "gatehouse.dev/run";

    private static final String HTTPBIN = "httpbin";

    /** One of the EndpointSlice's ports; the name may be empty. */
    public record Port(String name, String protocol, int port) {}

    /** The requested app, or the reason why the request is invalid. */
    public sealed interface Plan {
        record Run(HttpbinOptions options) implements Plan {}

        /** @param reason one line with the place, the value and the expected one */
        record Refused(String reason) implements Plan {}
    }

    public BackendRequest {
        addresses = List.copyOf(addresses);
        ports = List.copyOf(ports);
    }

    Plan plan() {
        if (!HTTPBIN.equals(app)) {
            return refused("annotation " + ANNOTATION + " is \"" + app + "\"; expected \"" + HTTPBIN + "\"");
        }
        if (addresses.size() != 1 || !loopback(addresses.getFirst())) {
            return refused("with the annotation " + ANNOTATION + ", addresses are " + addresses
                    + "; expected one loopback address, like 127.0.0.1");
        }
        OptionalInt http = OptionalInt.empty();
        OptionalInt grpc = OptionalInt.empty();
        OptionalInt tcp = OptionalInt.empty();
        OptionalInt udp = OptionalInt.empty();
        for (Port port : ports) {
            if ("UDP".equals(port.protocol())) {
                udp = OptionalInt.of(port.port());
            } else if ("grpc".equals(port.name())) {
                grpc = OptionalInt.of(port.port());
            } else if ("tcp".equals(port.name())) {
                tcp = OptionalInt.of(port.port());
            } else {
                http = OptionalInt.of(port.port());
            }
        }
        try {
            return new Plan.Run(
                    new HttpbinOptions(name, addresses.getFirst(), http.orElse(0), grpc, tcp, udp, Optional.empty()));
        } catch (IllegalArgumentException e) {
            return refused(String.valueOf(e.getMessage()));
        }
    }

    private Plan refused(String reason) {
        return new Plan.Refused("EndpointSlice " + namespace + "/" + name + ": " + reason);
    }

    private static boolean loopback(String address) {
        try {
            return InetAddress.ofLiteral(address).isLoopbackAddress();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
