package dev.gatehouse.standalone;

import dev.gatehouse.controller.config.EnvoyGatewayFile;
import dev.gatehouse.controller.files.FileSet;
import dev.gatehouse.envoyprocess.EnvoyBinary;
import dev.gatehouse.envoyprocess.EnvoyUnavailable;
import dev.gatehouse.standalone.files.FileArguments;
import dev.gatehouse.standalone.instance.CommandFailure;
import dev.gatehouse.standalone.instance.InstanceOptions;
import dev.gatehouse.standalone.run.Standalone;
import dev.gatehouse.standalone.run.StandaloneOptions;
import io.quarkus.runtime.Quarkus;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "run",
        mixinStandardHelpOptions = true,
        description = {
            "Run a gateway from files: the five services in this process, and an Envoy for each Gateway. Without files:"
                    + " those that the file of --config names in provider.custom.resource.file.paths, else"
                    + " examples/quickstart. The files are watched: a saved change is live at once, and a broken one"
                    + " keeps the last good version; standard input is read once. Ends with Ctrl-C, after the requests"
                    + " under way.",
            ""
        },
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  gatehouse run                          the quickstart; then: curl localhost:10080/httpbin/get",
            "  gatehouse run examples/canary          another example",
            "  gatehouse run gateway.yaml routes/     your own files",
            "  helm template chart | gatehouse run -",
            "  gatehouse run --redis redis://localhost:6379 examples/protect",
            "  gatehouse run --otlp http://localhost:4317",
            "",
            "Ports below 1024 are bound 10000 higher (80 becomes 10080) unless --privileged-ports is given.",
            "In a second terminal: gatehouse status"
        })
final class RunCommand implements Callable<Integer> {
    static final int DEFAULT_GRPC_PORT = 18000;
    /** The most traced configuration changes per minute, which suffices for files that are edited by hand. */
    private static final int TRACED_CHANGES = 60;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    private FileArguments files;

    @Option(
            names = "--envoy",
            paramLabel = "PATH",
            description = "The Envoy to run. Otherwise envoy on PATH, or the pinned one, fetched once.")
    private @Nullable Path envoy;

    @Option(
            names = "--privileged-ports",
            description = "Bind ports below 1024 as they are. The process must be allowed to.")
    private boolean privilegedPorts;

    @Option(names = "--allow-lua", description = "Let EnvoyExtensionPolicies have Lua scripts, which run in Envoy.")
    private boolean allowLua;

    @Option(
            names = "--redis",
            paramLabel = "URL",
            description = "Count global rate limits, and keep sessions and the WAF's persistent collections, in this"
                    + " Redis: redis://[user:password@]host:port, redis+sentinel://host,host/master or"
                    + " redis+cluster://host,host. Otherwise in memory.")
    private @Nullable String redis;

    @Option(
            names = "--access-log",
            description =
                    "Print a line of JSON for each request to standard output. Logs that an EnvoyProxy asks for are"
                            + " printed anyway.")
    private boolean accessLog;

    @Option(
            names = "--otlp",
            paramLabel = "URL",
            description = "Trace every request, and changes of the configuration, to this collector of OpenTelemetry's"
                    + " protocol: http://host:4317 by gRPC, http://host:4318 by HTTP. An EnvoyProxy with"
                    + " telemetry.tracing counts for its Gateways.")
    private @Nullable URI otlp;

    @Option(
            names = "--grpc-port",
            paramLabel = "PORT",
            defaultValue = "" + DEFAULT_GRPC_PORT,
            description = "Port on loopback for the Envoys to reach the services (${DEFAULT-VALUE}).")
    private int grpcPort;

    @Option(
            names = "--admin-port",
            paramLabel = "PORT",
            defaultValue = "" + InstanceOptions.USUAL_ADMIN_PORT,
            description = "Port on loopback for 'gatehouse status', health and metrics (${DEFAULT-VALUE}).")
    private int adminPort;

    @Option(
            names = "--drain-time",
            paramLabel = "SECONDS",
            defaultValue = "10",
            description = "How long requests under way may take when an Envoy stops (${DEFAULT-VALUE}).")
    private int drainSeconds;

    @Option(
            names = "--log-level",
            paramLabel = "LEVEL",
            defaultValue = "warning",
            description = "Envoy's log level: debug, info, warning or error (${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init")
    private String logLevel;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    private EnvoyGatewayOption configuration;

    @Override
    public Integer call() throws IOException {
        Optional<Path> configured = configuration.path(spec.commandLine());
        List<Path> named = configuration.objects(files.paths(), spec.commandLine());
        List<Path> roots = named.isEmpty() ? List.of(quickstart()) : named;
        for (Path root : roots) {
            if (!root.equals(FileSet.STANDARD_INPUT) && !Files.exists(root)) {
                throw new CommandFailure(root + " is not there (expected: a file or folder with Kubernetes objects)");
            }
        }
        if (envoy != null) {
            try {
                EnvoyBinary.check(envoy); // before the services start: a wrong path is known at once
            } catch (EnvoyUnavailable e) {
                throw new CommandFailure(String.valueOf(e.getMessage()), e);
            }
        }
        Optional<String> taken = taken("--grpc-port", grpcPort).or(() -> taken("--admin-port", adminPort));
        if (taken.isPresent()) {
            throw new CommandFailure(taken.get());
        }
        if (otlp != null && (!"http".equals(otlp.getScheme()) || otlp.getHost() == null)) {
            throw new CommandFailure(
                    "--otlp: \"" + otlp + "\" (expected: http://host:port, such as http://localhost:4317)");
        }
        String services = "127.0.0.1:" + grpcPort;
        Map.of(
                        "quarkus.grpc.server.port", Integer.toString(grpcPort),
                        "quarkus.http.port", Integer.toString(adminPort),
                        "gatehouse.controller.privileged-ports", Boolean.toString(privilegedPorts),
                        "gatehouse.controller.own-ports", grpcPort + "," + adminPort,
                        "gatehouse.controller.ratelimit-address", services,
                        "gatehouse.controller.waf-address", services,
                        "gatehouse.controller.authz-address", services,
                        "gatehouse.ratelimit.xds.address", services,
                        "gatehouse.waf.xds.address", services,
                        "gatehouse.authz.xds.address", services)
                // Properties set by -D override the defaults, for example to use an external waf-svc.
                .forEach(System.getProperties()::putIfAbsent);
        System.getProperties().putIfAbsent("gatehouse.controller.wasm.address", "127.0.0.1:" + adminPort);
        configured.ifPresent(file -> System.getProperties()
                .putIfAbsent(EnvoyGatewayFile.PROPERTY, file.toAbsolutePath().toString()));
        System.setProperty(
                "gatehouse.controller.files",
                String.join(
                        ",",
                        roots.stream()
                                .map(root ->
                                        root.toString().replace("\\", "\\\\").replace(",", "\\,"))
                                .toList()));
        if (allowLua) {
            System.setProperty("gatehouse.controller.extension-apis.lua", "true");
        }
        if (redis != null) {
            System.setProperty("gatehouse.ratelimit.redis.url", redis);
            System.setProperty("gatehouse.waf.redis.url", redis);
            System.setProperty("gatehouse.authz.redis.url", redis);
        }
        if (otlp != null) {
            System.setProperty("gatehouse.tracing.otlp.endpoint", otlp.toString());
            System.setProperty("gatehouse.controller.proxy-tracing", otlp.toString());
            System.getProperties()
                    .putIfAbsent("gatehouse.controller.traced-changes-per-minute", Integer.toString(TRACED_CHANGES));
        }
        StandaloneOptions options = new StandaloneOptions(
                Optional.ofNullable(envoy),
                new InetSocketAddress(InetAddress.getLoopbackAddress(), grpcPort),
                accessLog,
                Duration.ofSeconds(drainSeconds),
                logLevel);
        AtomicInteger exit = new AtomicInteger();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Quarkus.run(
                Standalone.class,
                (code, cause) -> {
                    exit.set(code);
                    failure.set(cause);
                },
                options.arguments());
        if (failure.get() != null) {
            throw new CommandFailure(cause(failure.get()), failure.get());
        }
        return exit.get();
    }

    /** The message of a failed start. The innermost exception names the wrong setting. */
    private static String cause(Throwable failure) {
        Throwable innermost = failure;
        while (innermost.getCause() != null) {
            innermost = innermost.getCause();
        }
        return Objects.requireNonNullElse(innermost.getMessage(), innermost.toString());
    }

    private static Path quickstart() {
        return Path.of(System.getProperty("gatehouse.home", "."), "examples", "quickstart");
    }

    private static Optional<String> taken(String option, int port) {
        try (ServerSocket probe = new ServerSocket()) {
            probe.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of(
                    "port " + port + " on loopback is in use, perhaps by another 'gatehouse run' (expected: a free"
                            + " port; give this one another by " + option + ")");
        }
    }
}
