package dev.gatehouse.shutdown;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** The program. Exit code 0 as asked, 1 when something fails, 2 when the command line is wrong. */
public final class ShutdownManager {
    private static final Path READY = Path.of("/tmp/shutdown-ready");
    private static final int PORT = 19002;
    private static final int ADMIN_PORT = 19000;

    private ShutdownManager() {}

    /** @param arguments {@code serve [--ready-timeout=610s]} or {@code drain [--drain-timeout=60s] …} */
    public static void main(String[] arguments) {
        System.exit(run(List.of(arguments)));
    }

    private static int run(List<String> arguments) {
        if (arguments.isEmpty()) {
            System.err.println("no command (expected: serve or drain)");
            return 2;
        }
        try {
            List<String> options = arguments.subList(1, arguments.size());
            return switch (arguments.getFirst()) {
                case "serve" -> serve(ServeOptions.parse(options));
                case "drain" -> drain(DrainOptions.parse(options));
                default -> {
                    System.err.println(
                            "command \"" + arguments.getFirst() + "\" is not known (expected: serve or drain)");
                    yield 2;
                }
            };
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            return 2;
        } catch (IOException e) {
            System.err.println("failed: " + e);
            return 1;
        } catch (InterruptedException e) {
            return 0;
        }
    }

    /** Until SIGTERM; a request that waits for the drain is still answered, since Kubernetes sends SIGTERM after the hook. */
    private static int serve(ServeOptions options) throws IOException, InterruptedException {
        ReadyServer server =
                ReadyServer.start(new InetSocketAddress(PORT), READY, options.readyTimeout(), System.out::println);
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(server::close));
        server.join();
        return 0;
    }

    private static int drain(DrainOptions options) throws IOException, InterruptedException {
        PrintStream log = containerLog();
        AdminPage admin = new AdminPage(new InetSocketAddress(InetAddress.getLoopbackAddress(), ADMIN_PORT));
        new Drain(admin, options, READY, message -> log.println("drain: " + message)).run();
        return 0;
    }

    /** The log of the container's first process. A hook's own output would be lost. */
    private static PrintStream containerLog() {
        boolean hook = ProcessHandle.current().pid() != 1 && System.getenv("KUBERNETES_SERVICE_HOST") != null;
        if (hook) {
            try {
                return new PrintStream(new FileOutputStream("/proc/1/fd/1", true), true, StandardCharsets.UTF_8);
            } catch (IOException e) {
                System.err.println("the container's log cannot be written: " + e);
            }
        }
        return System.out;
    }
}
