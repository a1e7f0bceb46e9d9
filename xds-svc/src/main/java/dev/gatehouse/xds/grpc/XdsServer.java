package dev.gatehouse.xds.grpc;

import dev.gatehouse.events.DataPlaneReports;
import dev.gatehouse.identity.Caller;
import dev.gatehouse.tracing.Tracing;
import dev.gatehouse.xds.snapshot.SnapshotStore;
import dev.gatehouse.xds.stream.StreamSettings;
import dev.gatehouse.xds.view.SubscriberRegistry;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * All xDS streams of this process. The gRPC services hand their streams here. Thread-safe.
 */
public final class XdsServer implements AutoCloseable {
    /** The number of checks of each stream within the overdue time. */
    private static final int CHECKS = 3;

    /**
     * The most streams that begin at a time. Their first messages of 200 kB (for 1,000 routes) and the parsed forms fit
     * into the smallest heap.
     */
    private static final int BEGINNINGS = 16;

    private final SnapshotStore store;
    private final SubscriberRegistry registry;
    private final DataPlaneReports reports;
    private final StreamMetrics metrics;
    private final StreamSettings settings;
    private final String reporter;
    private final InstantSource clock;
    private final Tracing tracing;
    private final Executor executor = Executors.newVirtualThreadPerTaskExecutor();
    private final ScheduledThreadPoolExecutor timer = daemonTimer();
    private final Admission admission = new Admission(BEGINNINGS);
    private final Set<Session<?, ?>> sessions = ConcurrentHashMap.newKeySet();
    private volatile boolean draining;

    /** @param reporter this replica's name, in its reports */
    public XdsServer(
            SnapshotStore store,
            SubscriberRegistry registry,
            DataPlaneReports reports,
            StreamMetrics metrics,
            StreamSettings settings,
            String reporter,
            InstantSource clock,
            Tracing tracing) {
        this.store = store;
        this.registry = registry;
        this.reports = reports;
        this.metrics = metrics;
        this.settings = settings;
        this.reporter = reporter;
        this.clock = clock;
        this.tracing = tracing;
        long interval = Math.max(1, settings.overdueAfter().toMillis() / CHECKS);
        timer.scheduleWithFixedDelay(() -> sessions.forEach(Session::check), interval, interval, TimeUnit.MILLISECONDS);
    }

    /** An xDS server without traces of pushes. */
    public XdsServer(
            SnapshotStore store,
            SubscriberRegistry registry,
            DataPlaneReports reports,
            StreamMetrics metrics,
            StreamSettings settings,
            String reporter,
            InstantSource clock) {
        this(store, registry, reports, metrics, settings, reporter, clock, Tracing.OFF);
    }

    private static ScheduledThreadPoolExecutor daemonTimer() {
        ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().name("xds-timer").daemon().factory());
        timer.setRemoveOnCancelPolicy(true);
        return timer;
    }

    /** @param onlyType the type that the service implies; empty: all types (ADS) */
    public StreamObserver<DiscoveryRequest> stateOfTheWorld(
            Optional<String> onlyType, StreamObserver<DiscoveryResponse> responses) {
        return open(new StateOfTheWorldFormat(), onlyType, responses);
    }

    /** @param onlyType the type that the service implies; empty: all types (ADS) */
    public StreamObserver<DeltaDiscoveryRequest> delta(
            Optional<String> onlyType, StreamObserver<DeltaDiscoveryResponse> responses) {
        return open(new DeltaFormat(), onlyType, responses);
    }

    private <Q, R> StreamObserver<Q> open(
            WireFormat<Q, R> format, Optional<String> onlyType, StreamObserver<R> responses) {
        Session<Q, R> session =
                new Session<>(this, format, onlyType, Caller.current(), (ServerCallStreamObserver<R>) responses);
        sessions.add(session);
        if (draining) {
            session.drain();
        } else {
            session.start();
        }
        return session;
    }

    /** Refuses new streams, and ends open streams with UNAVAILABLE, so that subscribers connect to another replica. */
    public void drain() {
        draining = true;
        sessions.forEach(Session::drain);
    }

    /** The number of open streams, of known and unknown subscribers. */
    public int openStreams() {
        return sessions.size();
    }

    /** The number of streams that are not read yet because other streams are beginning. */
    public int waitingStreams() {
        return admission.waiting();
    }

    @Override
    public void close() {
        drain();
        timer.shutdown();
    }

    void left(Session<?, ?> session) {
        sessions.remove(session);
    }

    Admission admission() {
        return admission;
    }

    SnapshotStore store() {
        return store;
    }

    SubscriberRegistry registry() {
        return registry;
    }

    DataPlaneReports reports() {
        return reports;
    }

    Tracing tracing() {
        return tracing;
    }

    StreamMetrics metrics() {
        return metrics;
    }

    StreamSettings settings() {
        return settings;
    }

    String reporter() {
        return reporter;
    }

    InstantSource clock() {
        return clock;
    }

    Executor executor() {
        return executor;
    }

    ScheduledExecutorService timer() {
        return timer;
    }
}
