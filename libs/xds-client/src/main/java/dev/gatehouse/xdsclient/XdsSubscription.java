package dev.gatehouse.xdsclient;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.Code;
import com.google.rpc.Status;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.grpc.Channel;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A subscription to all resources of one type over ADS, state of the world. It keeps the last good set through refused pushes
 * and lost connections, and reconnects with jittered backoff (100 ms to 10 s) for as long as it is open. On reconnecting it names
 * the version that it has, so that a server need not send it again.
 *
 * <p>Runs on one virtual thread, which also calls the subscriber. At most one push waits: the next is asked for when the one
 * before has been answered.
 */
public final class XdsSubscription implements AutoCloseable {
    private static final Logger LOG = System.getLogger(XdsSubscription.class.getName());
    private static final Duration LONG_LIVED = Duration.ofSeconds(30);
    private static final String WRAPPER = "type.googleapis.com/envoy.service.discovery.v3.Resource";

    private final Channel channel;
    private final Node node;
    private final String typeUrl;
    private final Function<Any, String> naming;
    private final Subscriber subscriber;
    private final Backoff backoff;
    private final Thread thread;
    private volatile boolean closed;
    private volatile boolean connected;
    private volatile Held held = new Held("", 0, Optional.empty());

    /** Survives the stream. */
    private record Held(String version, int resources, Optional<String> lastRejection) {}

    private XdsSubscription(
            Channel channel,
            XdsNode node,
            String typeUrl,
            Function<Any, String> naming,
            Subscriber subscriber,
            RandomGenerator random) {
        this.channel = channel;
        this.node = Node.newBuilder()
                .setId(node.id())
                .setCluster(node.cluster())
                .setUserAgentName(node.userAgent())
                .setUserAgentVersion(node.version())
                .build();
        this.typeUrl = typeUrl;
        this.naming = naming;
        this.subscriber = subscriber;
        this.backoff = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(10), random);
        this.thread = Thread.ofVirtual().name("xds-" + typeUrl).unstarted(this::run);
    }

    /**
     * Starts subscribing.
     *
     * @param channel to xds-svc, or to any ADS server; stays the caller's to shut down
     * @param typeUrl {@code type.googleapis.com/…}
     * @param naming reads a resource's name from its bytes, for servers that send it without its wrapper
     */
    public static XdsSubscription start(
            Channel channel,
            XdsNode node,
            String typeUrl,
            Function<Any, String> naming,
            Subscriber subscriber,
            RandomGenerator random) {
        XdsSubscription started = new XdsSubscription(channel, node, typeUrl, naming, subscriber, random);
        started.thread.start();
        return started;
    }

    /** From any thread. */
    public SubscriptionState state() {
        Held now = held;
        return new SubscriptionState(connected, now.version(), now.resources(), now.lastRejection());
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
        AggregatedDiscoveryServiceGrpc.newStub(channel).withWaitForReady().streamAggregatedResources(stream);
        try {
            stream.send(request("").setNode(node).build());
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
     * A stream has its transport; called again whenever that takes more. What was refused on the stream before may be gone meanwhile, and
     * nothing is pushed then: what is there still is pushed, and refused, anew.
     */
    private void connected() {
        if (!connected) {
            held = new Held(held.version(), held.resources(), Optional.empty());
            connected = true;
        }
    }

    private DiscoveryRequest.Builder request(String nonce) {
        return DiscoveryRequest.newBuilder()
                .setTypeUrl(typeUrl)
                .setVersionInfo(held.version())
                .setResponseNonce(nonce);
    }

    private DiscoveryRequest answer(DiscoveryResponse response) {
        backoff.reset();
        Optional<String> refusal = take(response);
        if (refusal.isEmpty()) {
            held = new Held(response.getVersionInfo(), response.getResourcesCount(), Optional.empty());
            return request(response.getNonce()).build();
        }
        LOG.log(
                Level.WARNING,
                "Version {0} of {1} is refused, and \"{2}\" stays in use: {3}",
                response.getVersionInfo(),
                typeUrl,
                held.version(),
                refusal.get());
        held = new Held(held.version(), held.resources(), refusal);
        return request(response.getNonce())
                .setErrorDetail(
                        Status.newBuilder().setCode(Code.INVALID_ARGUMENT_VALUE).setMessage(refusal.get()))
                .build();
    }

    /** Empty: accepted. */
    private Optional<String> take(DiscoveryResponse response) {
        if (!response.getTypeUrl().equals(typeUrl)) {
            return Optional.of("type_url: " + response.getTypeUrl() + " (expected: " + typeUrl + ")");
        }
        try {
            return switch (subscriber.take(unwrap(response))) {
                case Verdict.Accepted accepted -> Optional.empty();
                case Verdict.Rejected rejected -> Optional.of(rejected.message());
            };
        } catch (InvalidProtocolBufferException | RuntimeException e) {
            LOG.log(Level.ERROR, "Taking version " + response.getVersionInfo() + " of " + typeUrl + " failed.", e);
            return Optional.of(e.toString());
        }
    }

    private List<Resource> unwrap(DiscoveryResponse response) throws InvalidProtocolBufferException {
        List<Resource> resources = new ArrayList<>(response.getResourcesCount());
        for (Any any : response.getResourcesList()) {
            if (any.getTypeUrl().equals(WRAPPER)) {
                var wrapper = io.envoyproxy.envoy.service.discovery.v3.Resource.parseFrom(any.getValue());
                resources.add(new Resource(wrapper.getName(), response.getVersionInfo(), wrapper.getResource()));
            } else {
                resources.add(new Resource(naming.apply(any), response.getVersionInfo(), any));
            }
        }
        return resources;
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
    }

    private sealed interface Event {}

    private record Pushed(DiscoveryResponse response) implements Event {}

    private record Ended(Throwable cause) implements Event {}

    /** Hands the stream's events to the subscription's thread: at most one push, as asked for, and the end. */
    private static final class Stream implements ClientResponseObserver<DiscoveryRequest, DiscoveryResponse> {
        private final BlockingQueue<Event> events = new ArrayBlockingQueue<>(2);
        private final Runnable ready;
        private volatile @Nullable ClientCallStreamObserver<DiscoveryRequest> call;

        /** @param ready runs when the transport is there */
        Stream(Runnable ready) {
            this.ready = ready;
        }

        @Override
        public void beforeStart(ClientCallStreamObserver<DiscoveryRequest> requests) {
            requests.setOnReadyHandler(ready);
            requests.disableAutoRequestWithInitial(0);
            call = requests;
        }

        /** Sends, and asks for the next push. */
        void send(DiscoveryRequest request) {
            ClientCallStreamObserver<DiscoveryRequest> open = call;
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
            ClientCallStreamObserver<DiscoveryRequest> open = call;
            if (open != null) {
                open.cancel("the subscription was closed", null);
            }
        }

        @Override
        public void onNext(DiscoveryResponse response) {
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
