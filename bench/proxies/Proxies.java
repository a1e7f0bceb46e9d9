import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Proxies that ask xds-svc as Envoy does: incremental ADS, each on a connection of its own, with names that follow from clusters and listeners, an
 * ACK of each answer, and, when a stream ends, a new one after a pause of its own, which tells the versions that the proxy has.
 *
 * <p>Arguments: port, number, fleet, routes, the file of the route that is edited (with the text MARK in it), edits, and the command that starts xds-svc.
 */
final class Proxies {
    private static final String TYPE = "type.googleapis.com/";
    private static final String CLUSTER = TYPE + "envoy.config.cluster.v3.Cluster";
    private static final String ENDPOINTS = TYPE + "envoy.config.endpoint.v3.ClusterLoadAssignment";
    private static final String LISTENER = TYPE + "envoy.config.listener.v3.Listener";
    private static final String ROUTES = TYPE + "envoy.config.route.v3.RouteConfiguration";
    private static final String HOSTS = TYPE + "envoy.config.route.v3.VirtualHost";
    private static final int LONGEST_MESSAGE = 64 << 20;
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(100);
    /** Envoy's own: half a second, doubled, up to thirty; all of it is jitter. */
    private static final long FIRST_PAUSE_MILLIS = 500;
    private static final long LONGEST_PAUSE_MILLIS = 30_000;

    private static final NioEventLoopGroup THREADS = new NioEventLoopGroup(1);
    private static final ScheduledExecutorService TIMER = Executors.newSingleThreadScheduledExecutor();
    /** What follows from a resource, read once for all proxies. */
    private static final Map<String, Set<String>> FOLLOWING = new ConcurrentHashMap<>();

    private static volatile String mark = "";

    /** One proxy. Its stream's calls come one after another. */
    private static final class Proxy implements StreamObserver<DeltaDiscoveryResponse> {
        private final String id;
        private final String fleet;
        private final ManagedChannel channel;
        private final Map<String, Map<String, String>> has = new ConcurrentHashMap<>();
        private final Map<String, Set<String>> asked = new HashMap<>();
        private StreamObserver<DeltaDiscoveryRequest> stream;
        private int failures;
        final AtomicLong bytes = new AtomicLong();
        final AtomicLong streams = new AtomicLong();
        volatile long markedAt;
        volatile long firstAnswerAt;
        volatile String marked = "";

        Proxy(int port, int number, String fleet) {
            this.id = "proxy-" + number;
            this.fleet = fleet;
            this.channel = NettyChannelBuilder.forAddress("127.0.0.1", port)
                    .usePlaintext()
                    .eventLoopGroup(THREADS)
                    .channelType(NioSocketChannel.class)
                    .directExecutor()
                    .maxInboundMessageSize(LONGEST_MESSAGE)
                    .build();
        }

        void open() {
            streams.incrementAndGet();
            firstAnswerAt = 0;
            channel.resetConnectBackoff();
            stream = AggregatedDiscoveryServiceGrpc.newStub(channel).deltaAggregatedResources(this);
            for (String type : List.of(CLUSTER, ENDPOINTS, LISTENER, ROUTES, HOSTS)) {
                Map<String, String> versions = has.getOrDefault(type, Map.of());
                Set<String> names = asked.getOrDefault(type, Set.of());
                if (type.equals(CLUSTER) || type.equals(LISTENER) || asked.containsKey(type)) {
                    stream.onNext(DeltaDiscoveryRequest.newBuilder()
                            .setTypeUrl(type)
                            .setNode(Node.newBuilder().setId(id).setCluster(fleet))
                            .putAllInitialResourceVersions(versions)
                            .addAllResourceNamesSubscribe(names)
                            .build());
                }
            }
        }

        @Override
        public void onNext(DeltaDiscoveryResponse response) {
            failures = 0;
            if (firstAnswerAt == 0) {
                firstAnswerAt = System.nanoTime();
            }
            bytes.addAndGet(response.getSerializedSize());
            String type = response.getTypeUrl();
            Map<String, String> known = has.computeIfAbsent(type, any -> new ConcurrentHashMap<>());
            Set<String> next = new TreeSet<>();
            for (Resource resource : response.getResourcesList()) {
                known.put(resource.getName(), resource.getVersion());
                if (type.equals(HOSTS) || type.equals(ROUTES)) {
                    String looked = mark;
                    if (!looked.isEmpty()
                            && !marked.equals(looked)
                            && resource.getResource().getValue().toStringUtf8().contains(looked)) {
                        markedAt = System.nanoTime();
                        marked = looked;
                    }
                }
                if (type.equals(CLUSTER) || type.equals(LISTENER)) {
                    next.addAll(FOLLOWING.computeIfAbsent(
                            type + resource.getName() + "@" + resource.getVersion(),
                            any -> following(type, resource.getResource())));
                }
            }
            response.getRemovedResourcesList().forEach(known::remove);
            stream.onNext(DeltaDiscoveryRequest.newBuilder()
                    .setTypeUrl(type)
                    .setResponseNonce(response.getNonce())
                    .build());
            if (type.equals(ROUTES) && asked.putIfAbsent(HOSTS, Set.of()) == null) {
                // All at once: no names.
                stream.onNext(
                        DeltaDiscoveryRequest.newBuilder().setTypeUrl(HOSTS).build());
            }
            String dependent = type.equals(CLUSTER) ? ENDPOINTS : ROUTES;
            next.removeAll(asked.getOrDefault(dependent, Set.of()));
            if (!next.isEmpty()) {
                asked.computeIfAbsent(dependent, any -> new TreeSet<>()).addAll(next);
                stream.onNext(DeltaDiscoveryRequest.newBuilder()
                        .setTypeUrl(dependent)
                        .addAllResourceNamesSubscribe(next)
                        .build());
            }
        }

        private static Set<String> following(String type, Any resource) {
            Set<String> names = new TreeSet<>();
            try {
                if (type.equals(CLUSTER)) {
                    Cluster cluster = resource.unpack(Cluster.class);
                    if (cluster.getType() == Cluster.DiscoveryType.EDS) {
                        String service = cluster.getEdsClusterConfig().getServiceName();
                        names.add(service.isEmpty() ? cluster.getName() : service);
                    }
                    return names;
                }
                Listener listener = resource.unpack(Listener.class);
                List<FilterChain> chains = new ArrayList<>(listener.getFilterChainsList());
                chains.add(listener.getDefaultFilterChain());
                for (FilterChain chain : chains) {
                    for (Filter filter : chain.getFiltersList()) {
                        if (filter.getTypedConfig().is(HttpConnectionManager.class)) {
                            HttpConnectionManager manager = filter.getTypedConfig().unpack(HttpConnectionManager.class);
                            if (manager.hasRds()) {
                                names.add(manager.getRds().getRouteConfigName());
                            }
                        }
                    }
                }
                return names;
            } catch (InvalidProtocolBufferException e) {
                throw new IllegalStateException(resource.getTypeUrl(), e);
            }
        }

        @Override
        public void onError(Throwable failure) {
            long most = Math.min(LONGEST_PAUSE_MILLIS, FIRST_PAUSE_MILLIS << Math.min(failures++, 6));
            TIMER.schedule(this::open, 1 + ThreadLocalRandom.current().nextLong(most), TimeUnit.MILLISECONDS);
        }

        @Override
        public void onCompleted() {
            onError(new IllegalStateException("ended"));
        }

        int count(String type) {
            return has.getOrDefault(type, Map.of()).size();
        }
    }

    private interface Holds {
        boolean of(Proxy proxy);
    }

    private static void await(List<Proxy> proxies, String what, Holds holds) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE;
        while (true) {
            long missing = proxies.stream().filter(proxy -> !holds.of(proxy)).count();
            if (missing == 0) {
                return;
            }
            if (System.nanoTime() > end) {
                Proxy one = proxies.stream().filter(proxy -> !holds.of(proxy)).findFirst().orElseThrow();
                throw new IllegalStateException(missing + " of " + proxies.size() + " proxies: not " + what + "; one has "
                        + one.has.entrySet().stream()
                                .map(each -> each.getValue().size() + " " + each.getKey())
                                .toList());
            }
            Thread.sleep(2);
        }
    }

    private static void edit(Path file, String template, String text) throws IOException {
        Path other = file.resolveSibling("." + file.getFileName() + ".new");
        Files.writeString(other, template.replace("MARK", text));
        Files.move(other, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static Process start(List<String> command) throws IOException {
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(Path.of("xds.log").toFile()))
                .start();
    }

    private static long residentMib(Process process) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + process.pid() + "/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
                .findFirst()
                .orElse(0);
    }

    private static double cpuSeconds(Process process) {
        return process.toHandle().info().totalCpuDuration().orElseThrow().toMillis() / 1e3;
    }

    private static double millis(long nanos) {
        return nanos / 1e6;
    }

    private static long quantile(List<Long> values, double part) {
        List<Long> sorted = values.stream().sorted().toList();
        return sorted.get((int) Math.min(sorted.size() - 1, Math.round(part * (sorted.size() - 1))));
    }

    private static long sum(List<Proxy> proxies) {
        return proxies.stream().mapToLong(proxy -> proxy.bytes.get()).sum();
    }

    public static void main(String[] arguments) throws Exception {
        int port = Integer.parseInt(arguments[0]);
        int number = Integer.parseInt(arguments[1]);
        String fleet = arguments[2];
        int routes = Integer.parseInt(arguments[3]);
        Path file = Path.of(arguments[4]);
        int edits = Integer.parseInt(arguments[5]);
        List<String> command = Arrays.asList(arguments).subList(6, arguments.length);
        String template = Files.readString(file);
        edit(file, template, "begin");
        Process xds = start(command);
        AtomicBoolean ended = new AtomicBoolean();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            ended.set(true);
            xds.destroyForcibly();
        }));
        List<Proxy> proxies = new ArrayList<>();
        // One first, until the service has all.
        Proxy first = new Proxy(port, 0, fleet);
        proxies.add(first);
        first.open();
        await(proxies, "told of all hosts", proxy -> proxy.count(HOSTS) >= routes && proxy.count(ENDPOINTS) >= routes);
        System.out.printf("xds-svc with 1 proxy: RSS %d MiB%n", residentMib(xds));
        double cpu = cpuSeconds(xds);
        long began = System.nanoTime();
        for (int i = 1; i < number; i++) {
            proxies.add(new Proxy(port, i, fleet));
        }
        proxies.subList(1, number).forEach(Proxy::open);
        await(proxies, "told of all hosts", proxy -> proxy.count(HOSTS) >= routes && proxy.count(ENDPOINTS) >= routes);
        System.out.printf(
                "%d proxies connect at once: all have %d routes after %.1f s; %.0f kB a proxy, %.1f CPU s, RSS %d MiB%n",
                number,
                routes,
                millis(System.nanoTime() - began) / 1e3,
                sum(proxies) / 1e3 / number,
                cpuSeconds(xds) - cpu,
                residentMib(xds));

        List<Long> lasts = new ArrayList<>();
        List<Long> all = new ArrayList<>();
        long before = sum(proxies);
        cpu = cpuSeconds(xds);
        for (int i = 0; i < edits; i++) {
            String text = "edit-" + i + "-" + System.nanoTime();
            mark = text;
            long saved = System.nanoTime();
            edit(file, template, text);
            await(proxies, "told of the edit", proxy -> proxy.marked.equals(text));
            proxies.forEach(proxy -> all.add(proxy.markedAt - saved));
            lasts.add(proxies.stream().mapToLong(proxy -> proxy.markedAt - saved).max().orElseThrow());
        }
        System.out.printf(
                "%d edits of a route: from the file to a proxy p50 %.0f ms; to the last proxy p50 %.0f ms, longest %.0f ms; %.2f kB a proxy, %.3f CPU s of xds-svc an edit%n",
                edits,
                millis(quantile(all, 0.5)),
                millis(quantile(lasts, 0.5)),
                millis(quantile(lasts, 1)),
                (sum(proxies) - before) / 1e3 / number / edits,
                (cpuSeconds(xds) - cpu) / edits);

        before = sum(proxies);
        xds.destroyForcibly().waitFor();
        String text = "restart-" + System.nanoTime();
        mark = text;
        edit(file, template, text);
        long killed = System.nanoTime();
        Process again = start(command);
        Runtime.getRuntime().addShutdownHook(new Thread(again::destroyForcibly));
        await(proxies, "told of the edit after the restart", proxy -> proxy.marked.equals(text));
        List<Long> back =
                proxies.stream().map(proxy -> proxy.markedAt - killed).sorted().toList();
        System.out.printf(
                "xds-svc killed, a route edited meanwhile, started: told after %.1f s (first), %.1f s (half), %.1f s (all); %.2f kB a proxy, %.1f CPU s, RSS %d MiB%n",
                millis(back.getFirst()) / 1e3,
                millis(quantile(back, 0.5)) / 1e3,
                millis(back.getLast()) / 1e3,
                (sum(proxies) - before) / 1e3 / number,
                cpuSeconds(again),
                residentMib(again));
        System.exit(0);
    }
}
