package dev.gatehouse.xdsclient;

import com.google.rpc.Code;
import com.google.rpc.Status;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.grpc.Channel;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A subscription to all resources of one type over incremental (delta) ADS: the server sends what changed. The service keeps the last
 * good version of each resource through refused pushes and lost connections; the subscription reconnects with jittered backoff (100 ms
 * to 10 s) for as long as it is open. On reconnecting it names the version of each resource that it has, so that the server sends what
 * changed meanwhile, removals included.
 *
 * <p>Runs on one virtual thread, which also calls the subscriber. At most one push waits: the next is asked for when the one
 * before has been answered.
 */
public final class XdsSubscription implements AutoCloseable {
    private static final Logger LOG = System.getLogger(XdsSubscription.class.getName());
    private static final Duration LONG_LIVED = Duration.ofSeconds(30);

    /**
     * Characters of a refusal, which the server takes as one message. Resources whose problems do not fit are pushed again by the server,
     * and named then.
     */
    private static final int LONGEST_REFUSAL = 1 << 18;

    private final Channel channel;
    private final Node node;
    private final String typeUrl;
    private final Subscriber subscriber;
    private final Backoff backoff;
    private final Thread thread;
    private volatile boolean closed;
    private volatile boolean connected;

    /** Name to the version in use; no version: the resource is known to the service and was never good. Survives the stream. */
    private final Map<String, String> held = new HashMap<>();

    private volatile int inUse;
    private final Map<String, String> refused = new ConcurrentHashMap<>();

    private XdsSubscription(
            Channel channel, XdsNode node, String typeUrl, Subscriber subscriber, RandomGenerator random) {
        this.channel = channel;
        this.node = Node.newBuilder()
                .setId(node.id())
                .setCluster(node.cluster())
                .setUserAgentName(node.userAgent())
                .setUserAgentVersion(node.version())
                .build();
        this.typeUrl = typeUrl;
        this.subscriber = subscriber;
        this.backoff = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(10), random);
        this.thread = Thread.ofVirtual().name("xds-" + typeUrl).unstarted(this::run);
    }

    /**
     * Starts subscribing.
     *
     * @param channel the channel to xds-svc or another server of incremental ADS; the caller shuts it down
     * @param typeUrl {@code type.googleapis.com/…}
     */
    public static XdsSubscription start(
            Channel channel, XdsNode node, String typeUrl, Subscriber subscriber, RandomGenerator random) {
        XdsSubscription started = new XdsSubscription(channel, node, typeUrl, subscriber, random);
        started.thread.start();
        return started;
    }

    /** From any thread. */
    public SubscriptionState state() {
        return new SubscriptionState(connected, inUse, refused);
    }

    private void run() {
        boolean reported = false;
        try {
            while (!closed) {
                long opened = System.nanoTime();
                Ended ended = subscribeUntilEnded();
                if (System.nanoTime() - opened > LONG_LIVED.toNanos()) {
                    backoff.reset();
                }
                if (connected || !reported) {
                    LOG.log(
                            Level.WARNING,
                            "The xDS server is away ({0}); {1} stays as it was last accepted.",
                            io.grpc.Status.fromThrowable(ended.cause()),
                            typeUrl);
                    reported = true;
                }
                connected = false;
                Thread.sleep(backoff.next());
            }
        } catch (InterruptedException e) {
            LOG.log(Level.DEBUG, "The subscription to {0} ends.", typeUrl);
        }
    }

    private Ended subscribeUntilEnded() throws InterruptedException {
        Stream stream = new Stream(this::connected);
        AggregatedDiscoveryServiceGrpc.newStub(channel).withWaitForReady().deltaAggregatedResources(stream);
        try {
            // For resources that are claimed without a version the server sends the content, or their removal.
            stream.send(DeltaDiscoveryRequest.newBuilder()
                    .setNode(node)
                    .setTypeUrl(typeUrl)
                    .putAllInitialResourceVersions(held)
                    .build());
            while (true) {
                switch (stream.next()) {
                    case Pushed pushed -> stream.send(answer(pushed.response()));
                    case Ended ended -> {
                        return ended;
                    }
                }
            }
        } catch (InterruptedException e) {
            stream.cancel();
            throw e;
        }
    }

    /**
     * Called when a stream's transport is ready, and whenever the transport takes more. Resources that were refused on
     * the previous stream may have been removed without a push. Remaining ones are pushed and refused again.
     */
    private void connected() {
        if (!connected) {
            refused.clear();
            connected = true;
        }
    }

    private DeltaDiscoveryRequest answer(DeltaDiscoveryResponse response) {
        backoff.reset();
        DeltaDiscoveryRequest.Builder answer =
                DeltaDiscoveryRequest.newBuilder().setTypeUrl(typeUrl).setResponseNonce(response.getNonce());
        take(response).ifPresent(refusal -> {
            LOG.log(Level.WARNING, "Of {0} some is refused, and stays as it was last accepted: {1}", typeUrl, refusal);
            answer.setErrorDetail(
                    Status.newBuilder().setCode(Code.INVALID_ARGUMENT_VALUE).setMessage(refusal));
        });
        return answer.build();
    }

    /** Empty: accepted. */
    private Optional<String> take(DeltaDiscoveryResponse response) {
        if (!response.getTypeUrl().equals(typeUrl)) {
            return Optional.of("type_url: " + response.getTypeUrl() + " (expected: " + typeUrl + ")");
        }
        Map<String, Resource> pushed = new LinkedHashMap<>();
        for (var resource : response.getResourcesList()) {
            String name = resource.getName();
            if (name.isEmpty()) {
                return Optional.of("resources: one has no name (expected: each has one)");
            }
            if (pushed.put(name, new Resource(name, resource.getVersion(), resource.getResource())) != null) {
                return Optional.of(name + ": twice in one push (expected: once)");
            }
        }
        // A server that was told of one refused resource pushes the others of that push again.
        pushed.values().removeIf(this::isInUse);
        Update update = new Update(List.copyOf(pushed.values()), Set.copyOf(response.getRemovedResourcesList()));
        Optional<String> refusal = switch (judge(update)) {
            case Verdict.Accepted accepted -> {
                update.changed().forEach(this::use);
                yield Optional.empty();
            }
            case Verdict.Rejected rejected -> {
                update.changed().stream()
                        .filter(resource -> !rejected.problems().containsKey(resource.name()))
                        .forEach(this::use);
                rejected.problems().forEach(this::refuse);
                yield Optional.of(shortened(rejected));
            }
        };
        for (String gone : update.removed()) {
            held.remove(gone);
            refused.remove(gone);
        }
        inUse = (int)
                held.values().stream().filter(version -> !version.isEmpty()).count();
        return refusal;
    }

    private boolean isInUse(Resource resource) {
        boolean same = !resource.version().isEmpty() && resource.version().equals(held.get(resource.name()));
        if (same) {
            refused.remove(resource.name());
        }
        return same;
    }

    private void use(Resource resource) {
        held.put(resource.name(), resource.version());
        refused.remove(resource.name());
    }

    private void refuse(String name, String problem) {
        held.putIfAbsent(name, "");
        refused.put(name, problem);
    }

    private Verdict judge(Update update) {
        try {
            return subscriber.take(update);
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "Taking an update of " + typeUrl + " failed.", e);
            Map<String, String> each = new HashMap<>();
            update.changed().forEach(resource -> each.put(resource.name(), e.toString()));
            return Verdict.of(each);
        }
    }

    private static String shortened(Verdict.Rejected rejected) {
        StringBuilder message = new StringBuilder();
        for (Map.Entry<String, String> problem : rejected.problems().entrySet()) {
            String lines = Verdict.Rejected.lines(problem.getKey(), problem.getValue());
            if (!message.isEmpty() && message.length() + lines.length() >= LONGEST_REFUSAL) {
                break;
            }
            message.append(message.isEmpty() ? "" : "\n").append(lines, 0, Math.min(lines.length(), LONGEST_REFUSAL));
        }
        return message.toString();
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
    }

    private sealed interface Event {}

    private record Pushed(DeltaDiscoveryResponse response) implements Event {}

    private record Ended(Throwable cause) implements Event {}

    /** Hands the stream's events to the subscription's thread: at most one push, as asked for, and the end. */
    private static final class Stream implements ClientResponseObserver<DeltaDiscoveryRequest, DeltaDiscoveryResponse> {
        private final BlockingQueue<Event> events = new ArrayBlockingQueue<>(2);
        private final Runnable ready;
        private volatile @Nullable ClientCallStreamObserver<DeltaDiscoveryRequest> call;

        /** @param ready runs when the transport is there */
        Stream(Runnable ready) {
            this.ready = ready;
        }

        @Override
        public void beforeStart(ClientCallStreamObserver<DeltaDiscoveryRequest> requests) {
            requests.setOnReadyHandler(ready);
            requests.disableAutoRequestWithInitial(0);
            call = requests;
        }

        /** Sends a request, and requests the next push. */
        void send(DeltaDiscoveryRequest request) {
            ClientCallStreamObserver<DeltaDiscoveryRequest> open = call;
            if (open == null) {
                throw new IllegalStateException("the call has not started");
            }
            try {
                open.onNext(request);
                open.request(1);
            } catch (IllegalStateException e) {
                LOG.log(Level.DEBUG, "The stream has ended; its end is waiting.", e);
            }
        }

        Event next() throws InterruptedException {
            return events.take();
        }

        void cancel() {
            ClientCallStreamObserver<DeltaDiscoveryRequest> open = call;
            if (open != null) {
                open.cancel("the subscription was closed", null);
            }
        }

        @Override
        public void onNext(DeltaDiscoveryResponse response) {
            add(new Pushed(response));
        }

        @Override
        public void onError(Throwable failure) {
            add(new Ended(failure));
        }

        @Override
        public void onCompleted() {
            add(new Ended(io.grpc.Status.UNAVAILABLE
                    .withDescription("closed by the server")
                    .asRuntimeException()));
        }

        private void add(Event event) {
            if (!events.offer(event)) {
                throw new IllegalStateException("more events on the stream than were asked for: " + event);
            }
        }
    }
}
