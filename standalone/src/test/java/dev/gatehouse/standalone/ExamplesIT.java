package dev.gatehouse.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.standalone.httpbin.echo.EchoGrpc;
import dev.gatehouse.standalone.httpbin.echo.EchoRequest;
import dev.gatehouse.standalone.httpbin.echo.EchoResponse;
import dev.gatehouse.standalone.process.ChildJvm;
import dev.gatehouse.standalone.process.ExampleFiles;
import dev.gatehouse.standalone.process.WebClient;
import dev.gatehouse.testkit.FreePorts;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Every protocol that the examples show, through one instance with all of them: an Envoy for each. */
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ExamplesIT {
    private static final int SECONDS = 20;
    private static final String HOST = "www.example.test";

    private final WebClient web = new WebClient();
    // Listeners: canary, grpc, tls, tcp and udp (one number). Then the backends.
    private final List<Integer> ports = FreePorts.some(9);
    private final int canary = ports.get(0);
    private final int grpc = ports.get(1);
    private final int tls = ports.get(2);
    private final int wire = ports.get(3);

    @SuppressWarnings("NullAway.Init")
    private ChildJvm gatehouse;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        ExampleFiles.copy("canary", folder)
                .listenerPorts("gateway.yaml", canary)
                .endpointPorts("backends.yaml", ports.get(4), ports.get(5));
        ExampleFiles.copy("grpc", folder)
                .listenerPorts("gateway.yaml", grpc)
                .endpointPorts("backend.yaml", ports.get(6));
        ExampleFiles.copy("tls", folder).listenerPorts("gateway.yaml", tls).endpointPorts("backend.yaml", ports.get(7));
        ExampleFiles.copy("tcp", folder)
                .listenerPorts("gateway.yaml", wire, wire)
                .endpointPorts("backends.yaml", ports.get(8), ports.get(8));
        List<Integer> own = FreePorts.some(2);
        gatehouse = ChildJvm.serving(
                own.getFirst(),
                own.getLast(),
                folder.resolve("canary"),
                folder.resolve("grpc"),
                folder.resolve("tls"),
                folder.resolve("tcp"));
    }

    @AfterAll
    void stop() {
        if (gatehouse != null) {
            gatehouse.close();
        }
        web.close();
    }

    @Test
    void aHeaderChoosesTheCanary() throws Exception {
        for (int i = 0; i < 10; i++) {
            assertThat(web.get(canary, "/get", "x-version", "v2").headers().firstValue("X-Gatehouse-Backend"))
                    .contains("shop-v2");
        }
        assertThat(web.get(canary, "/get").headers().firstValue("X-Gatehouse-Backend"))
                .get()
                .asString()
                .startsWith("shop-v");
    }

    @Test
    void aWebSocketIsPassedThrough() throws Exception {
        BlockingQueue<String> received = new LinkedBlockingQueue<>();
        WebSocket socket = web.http()
                .newWebSocketBuilder()
                .buildAsync(URI.create("ws://127.0.0.1:" + canary + "/websocket/echo"), WebClient.textsTo(received))
                .get(SECONDS, TimeUnit.SECONDS);
        socket.sendText("hello", true).get(SECONDS, TimeUnit.SECONDS);
        assertThat(received.poll(SECONDS, TimeUnit.SECONDS)).isEqualTo("hello");
        socket.sendClose(WebSocket.NORMAL_CLOSURE, "").get(SECONDS, TimeUnit.SECONDS);
    }

    @Test
    void grpcCallsAreRoutedByTheirMethod() throws Exception {
        ManagedChannel channel = Grpc.newChannelBuilder("127.0.0.1:" + grpc, InsecureChannelCredentials.create())
                .build();
        try {
            EchoResponse response = EchoGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(Duration.ofSeconds(SECONDS))
                    .unary(EchoRequest.newBuilder().setMessage("hello").build());
            assertThat(response.getMessage()).isEqualTo("hello");
            assertThat(response.getMetadataMap()).containsEntry("x-from-gateway", "gatehouse");
        } finally {
            channel.shutdownNow().awaitTermination(SECONDS, TimeUnit.SECONDS);
        }
    }

    @Test
    void tlsIsTerminatedWithTheCertificateOfTheSecret() throws Exception {
        Path certificate = ChildJvm.repository().resolve("examples/tls/certificate.pem");
        assertThat(WebClient.https(tls, HOST, "/get", certificate)).startsWith("HTTP/1.1 200");
    }

    @Test
    void tcpAndUdpAreForwarded() throws Exception {
        byte[] hello = "hello".getBytes(StandardCharsets.UTF_8);
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), wire)) {
            socket.setSoTimeout(SECONDS * 1000);
            socket.getOutputStream().write(hello);
            assertThat(socket.getInputStream().readNBytes(hello.length)).isEqualTo(hello);
        }
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.setSoTimeout(SECONDS * 1000);
            socket.send(new DatagramPacket(hello, hello.length, InetAddress.getLoopbackAddress(), wire));
            DatagramPacket answer = new DatagramPacket(new byte[100], 100);
            socket.receive(answer);
            assertThat(answer.getData()).startsWith(hello);
            assertThat(answer.getLength()).isEqualTo(hello.length);
        }
    }
}
