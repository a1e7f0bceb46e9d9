package dev.gatehouse.standalone.backends;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatehouse.standalone.backends.BackendRequest.Port;
import dev.gatehouse.testkit.FreePorts;
import java.net.ConnectException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

final class BuiltInBackendsTest {
    @Test
    void anAppRunsAsLongAsItIsAskedFor() throws Exception {
        int port = FreePorts.one();
        try (BuiltInBackends backends = new BuiltInBackends()) {
            assertThat(backends.apply(
                            List.of(request("shop-v2", "httpbin", "127.0.0.1", new Port("http", "TCP", port)))))
                    .isEmpty();
            assertThat(answer(port)).startsWith("HTTP/1.1 200").contains("x-gatehouse-backend: shop-v2");

            assertThat(backends.apply(List.of())).isEmpty();

            assertThatThrownBy(() -> new Socket("127.0.0.1", port).close()).isInstanceOf(ConnectException.class);
        }
    }

    @Test
    void anUnchangedRequestKeepsItsConnections() throws Exception {
        int port = FreePorts.one();
        BackendRequest request = request("echo", "httpbin", "127.0.0.1", new Port("tcp", "TCP", port));
        try (BuiltInBackends backends = new BuiltInBackends()) {
            backends.apply(List.of(request));
            try (Socket socket = new Socket("127.0.0.1", port)) {
                backends.apply(List.of(request));
                socket.getOutputStream().write('x');
                assertThat(socket.getInputStream().read()).isEqualTo('x');
            }
        }
    }

    @Test
    void aRequestThatCannotBeIsToldAndTheOthersRun() throws Exception {
        int port = FreePorts.one();
        try (BuiltInBackends backends = new BuiltInBackends()) {
            assertThat(backends.apply(List.of(
                            request("a", "nginx", "127.0.0.1", new Port("http", "TCP", 1)),
                            request("b", "httpbin", "192.0.2.1", new Port("http", "TCP", 1)),
                            request("c", "httpbin", "127.0.0.1", new Port("", "TCP", port)))))
                    .containsExactlyInAnyOrder(
                            "EndpointSlice ns/a: annotation gatehouse.dev/run is \"nginx\"; expected \"httpbin\"",
                            "EndpointSlice ns/b: with the annotation gatehouse.dev/run, addresses are [192.0.2.1];"
                                    + " expected one loopback address, like 127.0.0.1");
            assertThat(answer(port)).startsWith("HTTP/1.1 200");
        }
    }

    private static BackendRequest request(String name, String app, String address, Port port) {
        return new BackendRequest("ns", name, app, List.of(address), List.of(port));
    }

    private static String answer(int port) throws Exception {
        try (Socket socket = new Socket("127.0.0.1", port)) {
            socket.getOutputStream()
                    .write("GET /get HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII)
                    .replace("X-Gatehouse-Backend", "x-gatehouse-backend");
        }
    }
}
