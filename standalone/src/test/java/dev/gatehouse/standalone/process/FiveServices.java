package dev.gatehouse.standalone.process;

import dev.gatehouse.testkit.Await;
import dev.gatehouse.testkit.FreePorts;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;

/** The five services, each a process of its own on ports of its own, configured by its environment. */
public final class FiveServices implements AutoCloseable {
    /** One of them. */
    public enum Service {
        CONTROLLER,
        XDS,
        RATELIMIT,
        WAF,
        AUTHZ;

        /** "waf-svc". */
        public String module() {
            return name().toLowerCase(Locale.ROOT) + "-svc";
        }
    }

    /** Where a service listens, on the loopback address. */
    public record Ports(int grpc, int http) {}

    private final Map<Service, Ports> ports = new EnumMap<>(Service.class);
    private final Map<Service, ChildJvm> services = new EnumMap<>(Service.class);
    private final WebClient web = new WebClient();
    private final String sealKeys = "k1:" + sealKey();
    private final Path configuration;
    private final String host;
    private final Function<Service, Map<String, String>> more;

    /**
     * @param configuration the folder with the files that the controller reads
     * @param host the name by which they reach each other: "127.0.0.1", or what their certificates are for
     * @param more the environment of a service beyond what makes the five find each other
     */
    public FiveServices(Path configuration, String host, Function<Service, Map<String, String>> more) {
        this.host = host;
        this.configuration = configuration;
        this.more = more;
        List<Integer> free = FreePorts.some(2 * Service.values().length);
        for (Service service : Service.values()) {
            ports.put(service, new Ports(free.get(2 * service.ordinal()), free.get(2 * service.ordinal() + 1)));
        }
    }

    private static String sealKey() {
        byte[] key = new byte[32];
        new SecureRandom().nextBytes(key);
        return Base64.getEncoder().encodeToString(key);
    }

    /** Starts all, and waits until they are ready; ends all that run if one does not become so. */
    public FiveServices start() {
        boolean started = false;
        try {
            for (Service service : Service.values()) {
                launch(service);
            }
            for (Service service : Service.values()) {
                awaitReady(service);
            }
            started = true;
            return this;
        } finally {
            if (!started) {
                close();
            }
        }
    }

    /** Waits for {@code condition} as long as one of the services does anything. */
    public void await(Await.Condition condition, Supplier<String> expected) {
        Await.orSilent(
                condition,
                () -> services.values().stream()
                        .map(child -> child.pulse().get())
                        .toList(),
                expected);
    }

    /** Starts one; returns at once. */
    public void launch(Service service) {
        Map<String, String> own = new HashMap<>(
                switch (service) {
                    case CONTROLLER ->
                        Map.of(
                                "GATEHOUSE_CONTROLLER_FILES", configuration.toString(),
                                "GATEHOUSE_CONTROLLER_RATELIMIT_ADDRESS", address(Service.RATELIMIT),
                                "GATEHOUSE_CONTROLLER_WAF_ADDRESS", address(Service.WAF),
                                "GATEHOUSE_CONTROLLER_AUTHZ_ADDRESS", address(Service.AUTHZ),
                                "GATEHOUSE_CONTROLLER_SEAL_KEYS", sealKeys);
                    case XDS ->
                        Map.of(
                                "GATEHOUSE_XDS_CONFIG_LOG_ADDRESS",
                                address(Service.CONTROLLER),
                                "GATEHOUSE_XDS_SEAL_KEYS",
                                sealKeys,
                                "GATEHOUSE_XDS_REMOVAL_GRACE",
                                "1s");
                    case RATELIMIT -> Map.of("GATEHOUSE_RATELIMIT_XDS_ADDRESS", address(Service.XDS));
                    case WAF -> Map.of("GATEHOUSE_WAF_XDS_ADDRESS", address(Service.XDS));
                    case AUTHZ -> Map.of("GATEHOUSE_AUTHZ_XDS_ADDRESS", address(Service.XDS));
                });
        own.put("GATEHOUSE_GRPC_PORT", Integer.toString(ports(service).grpc()));
        own.put("GATEHOUSE_GRPC_HOST", "127.0.0.1");
        own.put("GATEHOUSE_HTTP_PORT", Integer.toString(ports(service).http()));
        own.put("QUARKUS_HTTP_HOST", "127.0.0.1");
        // A test's first requests may be slow; its services need not take seconds to begin.
        own.put("GATEHOUSE_WARM_UP_ENABLED", "false");
        own.putAll(more.apply(service));
        services.put(service, ChildJvm.start(service.module(), own));
    }

    private String address(Service service) {
        return host + ":" + ports(service).grpc();
    }

    /** Waits until one is ready. */
    public void awaitReady(Service service) {
        service(service)
                .await(() ->
                        !service(service).alive() || web.status(ports(service).http(), "/q/health/ready") == 200);
        if (!service(service).alive()) {
            throw new AssertionError(
                    service.module() + " has ended:\n" + service(service).output());
        }
    }

    /** Ends it as a container runtime does, and waits until it has ended. */
    public int end(Service service, Duration within) throws IOException, InterruptedException {
        ChildJvm child = service(service);
        child.terminate();
        return child.exit(within);
    }

    public ChildJvm service(Service service) {
        return Objects.requireNonNull(services.get(service));
    }

    public Ports ports(Service service) {
        return Objects.requireNonNull(ports.get(service));
    }

    /** Their processes. */
    public Collection<ChildJvm> all() {
        return List.copyOf(services.values());
    }

    /** The keys that seal secrets, which must not be seen anywhere. */
    public String sealKeys() {
        return sealKeys;
    }

    @Override
    public void close() {
        services.values().forEach(ChildJvm::close);
        web.close();
    }
}
