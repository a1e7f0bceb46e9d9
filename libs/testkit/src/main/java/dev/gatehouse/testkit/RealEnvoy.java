package dev.gatehouse.testkit;

import dev.gatehouse.envoyprocess.Bootstrap;
import dev.gatehouse.envoyprocess.EnvoyAdmin;
import dev.gatehouse.envoyprocess.EnvoyBinary;
import dev.gatehouse.envoyprocess.EnvoyLaunch;
import dev.gatehouse.envoyprocess.EnvoyProcess;
import dev.gatehouse.envoyprocess.EnvoyState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * A real Envoy for one test: use it in try-with-resources or in a field with JUnit's {@code @AutoClose}. One worker thread, so
 * that many fit on a small machine. What it logs is kept, and is in the message when it does not become what a test waits for.
 */
public final class RealEnvoy implements AutoCloseable {
    private final EnvoyProcess process;
    private final ConcurrentLinkedQueue<String> log;

    private RealEnvoy(EnvoyProcess process, ConcurrentLinkedQueue<String> log) {
        this.process = process;
        this.log = log;
    }

    /** The binary that tests use. */
    public static EnvoyBinary binary() {
        return TestEnvoy.BINARY;
    }

    /** Gets its configuration by delta ADS from a server on the loopback address. Returns at once. */
    public static RealEnvoy fromXds(String nodeId, String fleet, int xdsPort) {
        InetSocketAddress xds = new InetSocketAddress(InetAddress.getLoopbackAddress(), xdsPort);
        return withBootstrap(Bootstrap.of(nodeId, fleet, xds).json());
    }

    /** @param bootstrap JSON or YAML with an admin address; port 0 is best. Returns at once. */
    public static RealEnvoy withBootstrap(String bootstrap) {
        ConcurrentLinkedQueue<String> log = new ConcurrentLinkedQueue<>();
        EnvoyLaunch launch = EnvoyLaunch.of("test", _ -> bootstrap, log::add).withConcurrency(1);
        return new RealEnvoy(EnvoyProcess.start(binary(), launch), log);
    }

    /** Waits until it has its configuration. */
    public RealEnvoy awaitReady() {
        return await("ready", EnvoyState.Ready.class::isInstance);
    }

    /** Waits until its admin page answers, with or without a configuration. */
    public RealEnvoy awaitLive() {
        return await("live", state -> state instanceof EnvoyState.Live || state instanceof EnvoyState.Ready);
    }

    private RealEnvoy await(String wanted, Predicate<EnvoyState> condition) {
        Await.orSilent(
                () -> condition.test(process.state()),
                () -> List.of(process.state(), log.size()),
                () -> "Envoy is " + process.state() + ", not " + wanted + "; it logged:\n" + String.join("\n", log));
        return this;
    }

    public EnvoyProcess process() {
        return process;
    }

    public EnvoyAdmin admin() {
        return process.admin().orElseThrow(() -> new AssertionError("Envoy is " + process.state()));
    }

    /** The sum of the counters and gauges whose whole name matches the regular expression. */
    public long stat(String name) {
        try {
            return admin().sum(Pattern.compile(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The admin page's {@code /config_dump}, with endpoints. */
    public String configDump() {
        try {
            return admin().get("/config_dump?include_eds");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The lines that it printed up to now. */
    public List<String> log() {
        return new ArrayList<>(log);
    }

    @Override
    public void close() {
        process.close();
    }
}
