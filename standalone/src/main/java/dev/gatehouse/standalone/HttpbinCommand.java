package dev.gatehouse.standalone;

import dev.gatehouse.standalone.httpbin.Httpbin;
import dev.gatehouse.standalone.httpbin.HttpbinOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "httpbin",
        mixinStandardHelpOptions = true,
        description = {
            "Run a small backend to try a gateway with. Its paths and answers are those of httpbin: /get, /post, /headers,"
                    + " /status/503, /delay/2, /anything and more, /websocket/echo too. Ends with Ctrl-C.",
            ""
        },
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  gatehouse httpbin                               then: curl localhost:8000/get",
            "  gatehouse httpbin --port 8001 --name v2         each answer says: X-Gatehouse-Backend: v2",
            "  gatehouse httpbin --grpc-port 9000              gRPC: gatehouse.echo.v1.Echo, health, reflection",
            "  gatehouse httpbin --tcp-port 7000 --udp-port 7000",
            "  gatehouse httpbin --unix /tmp/httpbin.sock      then: curl --unix-socket /tmp/httpbin.sock http://x/get"
        })
final class HttpbinCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Option(
            names = "--name",
            paramLabel = "NAME",
            defaultValue = "httpbin",
            description = "Told in the header X-Gatehouse-Backend of every answer (${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init")
    private String name;

    @Option(
            names = "--host",
            paramLabel = "ADDRESS",
            defaultValue = "127.0.0.1",
            description = "Address to listen on (${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init")
    private String host;

    @Option(
            names = "--port",
            paramLabel = "PORT",
            defaultValue = "8000",
            description = "HTTP/1.1, h2c and WebSocket (${DEFAULT-VALUE}); 0 takes a free one.")
    private int port;

    @Option(names = "--grpc-port", paramLabel = "PORT", description = "gRPC echo, health and reflection.")
    private @Nullable Integer grpcPort;

    @Option(names = "--tcp-port", paramLabel = "PORT", description = "TCP echo.")
    private @Nullable Integer tcpPort;

    @Option(names = "--udp-port", paramLabel = "PORT", description = "UDP echo.")
    private @Nullable Integer udpPort;

    @Option(names = "--unix", paramLabel = "PATH", description = "HTTP on a Unix domain socket too.")
    private @Nullable Path unix;

    @Override
    public Integer call() throws IOException, InterruptedException {
        Httpbin app = Httpbin.start(options());
        Thread closing = new Thread(app::close, "httpbin close");
        Runtime.getRuntime().addShutdownHook(closing);
        PrintWriter out = spec.commandLine().getOut();
        out.println("httpbin \"" + name + "\": http://" + host + ":" + app.httpPort() + "/get");
        app.grpcPort().ifPresent(bound -> out.println("  gRPC " + host + ":" + bound));
        app.tcpPort().ifPresent(bound -> out.println("  TCP echo " + host + ":" + bound));
        app.udpPort().ifPresent(bound -> out.println("  UDP echo " + host + ":" + bound));
        if (unix != null) {
            out.println("  Unix socket " + unix);
        }
        out.flush();
        // Until a signal ends the JVM.
        new CountDownLatch(1).await();
        return 0;
    }

    private HttpbinOptions options() {
        try {
            return new HttpbinOptions(
                    name,
                    host,
                    port,
                    optional(grpcPort),
                    optional(tcpPort),
                    optional(udpPort),
                    Optional.ofNullable(unix));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    private static OptionalInt optional(@Nullable Integer port) {
        return port == null ? OptionalInt.empty() : OptionalInt.of(port);
    }
}
