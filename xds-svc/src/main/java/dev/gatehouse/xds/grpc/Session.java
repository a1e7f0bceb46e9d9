package dev.gatehouse.xds.grpc;

import dev.gatehouse.api.events.v1.DataPlaneReport;
import dev.gatehouse.events.Position;
import dev.gatehouse.events.Subscription;
import dev.gatehouse.identity.ProcessName;
import dev.gatehouse.xds.snapshot.FleetSnapshot;
import dev.gatehouse.xds.stream.Effect;
import dev.gatehouse.xds.stream.Owed;
import dev.gatehouse.xds.stream.SubscriberStream;
import dev.gatehouse.xds.view.Subscriber;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.opentelemetry.context.Scope;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One gRPC stream. All events run in its mailbox, one at a time. The mailbox is bounded: one request (the next is
 * requested after it is handled), one notice of a changed target, one tick, one check, one end. Responses waiting for
 * the transport are bounded too: while the subscriber does not read, neither a changed target nor a tick makes another
 * push. When it reads again, it gets the target of that moment.
 */
final class Session<Q, R> implements StreamObserver<Q> {
    private static final Logger LOG = System.getLogger(Session.class.getName());
    private static final int MAX_TYPES = 64;

    /** A stream counts as begun once its subscriber has sent a message and then nothing for this long. */
    private static final Duration QUIET = Duration.ofMillis(100);

    /** The longest time that a beginning stream keeps others waiting. */
    private static final Duration LONGEST_BEGINNING = Duration.ofSeconds(2);

    /** The time between two reports of an overdue stream. */
    private static final Duration REPORT_INTERVAL = Duration.ofMinutes(1);

    private final XdsServer server;
    private final WireFormat<Q, R> format;
    private final Optional<String> onlyType;
    private final Optional<ProcessName> caller;
    private final ServerCallStreamObserver<R> responses;
    private final Mailbox mailbox;
    private final SubscriberStream stream;
    private final Instant connectedAt;
    private final AtomicBoolean changeWaits = new AtomicBoolean();
    private final AtomicBoolean tickWaits = new AtomicBoolean();
    private final AtomicBoolean checkWaits = new AtomicBoolean();
    private final Admission.Place place;
    private final DeliverySpans spans;
    private final Set<String> types = new HashSet<>();

    private @Nullable SubscriberIdentity identity;
    private @Nullable Subscription watch;
    private @Nullable ScheduledFuture<?> timer;
    private @Nullable Instant heardAt;
    private boolean ended;
    private boolean overdue;
    private @Nullable Instant reportedAt;
    private volatile @Nullable Subscriber state;

    Session(
            XdsServer server,
            WireFormat<Q, R> format,
            Optional<String> onlyType,
            Optional<ProcessName> caller,
            ServerCallStreamObserver<R> responses) {
        this.server = server;
        this.format = format;
        this.onlyType = onlyType;
        this.caller = caller;
        this.responses = responses;
        this.mailbox = new Mailbox(server.executor(), this::fail);
        this.stream = new SubscriberStream(format.protocol(), onlyType.isEmpty(), server.settings());
        this.connectedAt = server.clock().instant();
        this.place = server.admission().new Place(this::admitted);
        this.spans = new DeliverySpans(server.tracing());
        responses.disableAutoRequest();
        responses.setOnCancelHandler(() -> end("cancelled by the subscriber", Optional.empty()));
        responses.setOnReadyHandler(() -> {
            targetChanged();
            tick();
        });
    }

    void start() {
        place.enter();
    }

    private void admitted() {
        mailbox.submit(() -> {
            if (ended) {
                return;
            }
            responses.request(1);
            leavePlaceOnceQuiet(server.clock().instant().plus(LONGEST_BEGINNING));
        });
    }

    private void leavePlaceOnceQuiet(Instant limit) {
        server.timer()
                .schedule(
                        () -> mailbox.submit(() -> {
                            Instant now = server.clock().instant();
                            Instant heard = heardAt;
                            boolean quiet = heard != null && !now.isBefore(heard.plus(QUIET));
                            if (ended || quiet || !now.isBefore(limit)) {
                                place.leave();
                            } else {
                                leavePlaceOnceQuiet(limit);
                            }
                        }),
                        QUIET.toMillis(),
                        TimeUnit.MILLISECONDS);
    }

    @Override
    public void onNext(Q message) {
        mailbox.submit(() -> {
            if (ended) {
                return;
            }
            receive(message);
            heardAt = server.clock().instant();
            if (!ended) {
                responses.request(1);
            }
        });
    }

    @Override
    public void onError(Throwable failure) {
        end(String.valueOf(failure.getMessage()), Optional.empty());
    }

    @Override
    public void onCompleted() {
        end("closed by the subscriber", Optional.of(Status.OK));
    }

    /** Ends the stream, so that the subscriber connects to another replica. */
    void drain() {
        end("xds-svc is stopping", Optional.of(Status.UNAVAILABLE.withDescription("xds-svc is stopping")));
    }

    private void receive(Q message) {
        SubscriberIdentity known = identity;
        if (known == null && !introduce(format.node(message))) {
            return;
        }
        String typeUrl = format.typeUrl(message).isEmpty() ? onlyType.orElse("") : format.typeUrl(message);
        Optional<String> fault = faultOf(typeUrl);
        if (fault.isPresent()) {
            end(fault.get(), Optional.of(Status.INVALID_ARGUMENT.withDescription(fault.get())));
            return;
        }
        perform(stream.request(format.request(message, typeUrl), server.clock().instant()));
    }

    private Optional<String> faultOf(String typeUrl) {
        if (typeUrl.isEmpty()) {
            return Optional.of("type_url: empty (expected: type.googleapis.com/…)");
        }
        if (onlyType.isPresent() && !onlyType.get().equals(typeUrl)) {
            return Optional.of("type_url: " + typeUrl + " (expected on this service: " + onlyType.get() + ")");
        }
        types.add(typeUrl);
        return types.size() > MAX_TYPES
                ? Optional.of("type_url: " + typeUrl + " is one too many (expected: at most " + MAX_TYPES
                        + " types on a stream)")
                : Optional.empty();
    }

    private boolean introduce(Node node) {
        Optional<SubscriberIdentity> found = SubscriberIdentity.of(node);
        if (found.isEmpty()) {
            String fault = "node.cluster of node \"" + node.getId()
                    + "\": empty (expected: its fleet, \"<namespace>/<gateway>\")";
            end(fault, Optional.of(Status.INVALID_ARGUMENT.withDescription(fault)));
            return false;
        }
        SubscriberIdentity known = found.get();
        Optional<String> refusal = Access.refusal(caller, known.fleet());
        if (refusal.isPresent()) {
            LOG.log(Level.WARNING, "{0} is refused: {1}", known.nodeId(), refusal.get());
            end(refusal.get(), Optional.of(Status.PERMISSION_DENIED.withDescription(refusal.get())));
            return false;
        }
        identity = known;
        publishState(known);
        server.registry().join(this, this::state);
        server.metrics().connected(format.protocol());
        report(
                known,
                DataPlaneReport.newBuilder()
                        .setConnected(DataPlaneReport.Connected.newBuilder()
                                .setVersion(known.version())
                                .setProtocol(format.protocol().label())));
        watch = server.store().watch(known.fleet(), this::targetChanged);
        adoptTarget(known);
        return true;
    }

    private Subscriber state() {
        Subscriber last = state;
        if (last == null) {
            throw new IllegalStateException("asked for the state of a stream that has not joined");
        }
        return last;
    }

    private void targetChanged() {
        if (changeWaits.compareAndSet(false, true)) {
            mailbox.submit(() -> {
                changeWaits.set(false);
                SubscriberIdentity known = identity;
                if (!ended && known != null) {
                    adoptTarget(known);
                }
            });
        }
    }

    private void adoptTarget(SubscriberIdentity known) {
        if (!responses.isReady()) {
            return;
        }
        server.store().current(known.fleet()).ifPresent(snapshot -> {
            Instant now = server.clock().instant();
            spans.target(snapshot, known, now);
            perform(stream.target(snapshot, now));
        });
    }

    private void tick() {
        if (tickWaits.compareAndSet(false, true)) {
            mailbox.submit(() -> {
                tickWaits.set(false);
                if (!ended && responses.isReady()) {
                    perform(stream.tick(server.clock().instant()));
                }
            });
        }
    }

    /**
     * Checks the stream: takes the present target and runs a tick, in case a wake-up was lost, and reports overdue
     * items. Called periodically by the timer.
     */
    void check() {
        if (checkWaits.compareAndSet(false, true)) {
            mailbox.submit(() -> {
                checkWaits.set(false);
                SubscriberIdentity known = identity;
                if (!ended && known != null) {
                    adoptTarget(known);
                    Instant now = server.clock().instant();
                    if (responses.isReady()) {
                        perform(stream.tick(now));
                    }
                    report(known, stream.owed(now), now);
                }
            });
        }
    }

    private void report(SubscriberIdentity known, List<Owed> owed, Instant now) {
        if (overdue == owed.isEmpty()) {
            overdue = !overdue;
            server.metrics().overdue(overdue);
        }
        if (owed.isEmpty()) {
            reportedAt = null;
            return;
        }
        Instant last = reportedAt;
        if (last != null && now.isBefore(last.plus(REPORT_INTERVAL))) {
            return;
        }
        reportedAt = now;
        String list = owed.stream()
                .map(each -> each.typeUrl().substring(each.typeUrl().lastIndexOf('.') + 1) + " since "
                        + Duration.between(each.since(), now).toSeconds() + " s: " + each.what())
                .collect(Collectors.joining("; "));
        LOG.log(
                Level.WARNING,
                "{0} of fleet {1} is overdue (acknowledged {2}, published {3}): {4}",
                known.nodeId(),
                known.fleet(),
                offset(stream.appliedPosition()),
                offset(server.store().current(known.fleet()).map(FleetSnapshot::position)),
                list);
    }

    private static String offset(Optional<Position> position) {
        return position.map(at -> Long.toString(at.offset())).orElse("none");
    }

    private void perform(List<Effect> effects) {
        SubscriberIdentity known = identity;
        if (known == null) {
            return;
        }
        effects.forEach(effect -> perform(known, effect));
        schedule();
        publishState(known);
    }

    private void count(Effect effect) {
        StreamMetrics metrics = server.metrics();
        switch (effect) {
            case Effect.Push push -> metrics.pushed(push.typeUrl());
            case Effect.Acknowledged ack -> metrics.acknowledged(ack.typeUrl(), ack.latency());
            case Effect.Rejected rejected -> metrics.rejected(rejected.typeUrl());
            case Effect.Applied applied ->
                metrics.applied(Duration.between(
                        later(applied.publishedAt()), server.clock().instant()));
            case Effect.Settled _ -> {}
        }
    }

    private void perform(SubscriberIdentity known, Effect effect) {
        try (Scope _ = spans.enter()) {
            count(effect);
        }
        spans.happened(effect);
        switch (effect) {
            case Effect.Push push -> send(push);
            case Effect.Acknowledged _ -> {}
            case Effect.Rejected rejected -> {
                LOG.log(
                        Level.WARNING,
                        "{0} of fleet {1} refused {2} {3}: {4}",
                        known.nodeId(),
                        known.fleet(),
                        rejected.typeUrl(),
                        rejected.resources(),
                        rejected.message());
                report(
                        known,
                        DataPlaneReport.newBuilder()
                                .setRejected(DataPlaneReport.Rejected.newBuilder()
                                        .setEpoch(rejected.position().epoch())
                                        .setOffset(rejected.position().offset())
                                        .setTypeUrl(rejected.typeUrl())
                                        .addAllResources(rejected.resources())
                                        .setMessage(rejected.message())));
            }
            case Effect.Applied applied ->
                report(
                        known,
                        DataPlaneReport.newBuilder()
                                .setApplied(DataPlaneReport.Applied.newBuilder()
                                        .setEpoch(applied.position().epoch())
                                        .setOffset(applied.position().offset())));
            case Effect.Settled settled ->
                report(
                        known,
                        DataPlaneReport.newBuilder()
                                .setSettled(DataPlaneReport.Settled.newBuilder()
                                        .setEpoch(settled.position().epoch())
                                        .setOffset(settled.position().offset())
                                        .addAllRefused(settled.refused().stream()
                                                .map(key -> DataPlaneReport.Resource.newBuilder()
                                                        .setTypeUrl(key.typeUrl())
                                                        .setName(key.name())
                                                        .build())
                                                .toList())));
        }
    }

    /**
     * The start of a propagation time. A newly connected subscriber gets resources that were published long ago, so its
     * time starts with its connection.
     */
    private Instant later(Instant publishedAt) {
        return publishedAt.isAfter(connectedAt) ? publishedAt : connectedAt;
    }

    private void send(Effect.Push push) {
        try {
            responses.onNext(format.response(push));
        } catch (StatusRuntimeException | IllegalStateException e) {
            // The stream was cancelled meanwhile; its end is in the mailbox.
            LOG.log(Level.DEBUG, "A push to a stream that has ended was dropped.", e);
        }
    }

    private void report(SubscriberIdentity known, DataPlaneReport.Builder report) {
        server.reports()
                .publish(report.setFleet(known.fleet())
                        .setNodeId(known.nodeId())
                        .setReporter(server.reporter())
                        .setAtMillis(server.clock().millis())
                        .build());
    }

    private void publishState(SubscriberIdentity known) {
        state = new Subscriber(
                known.fleet(),
                known.nodeId(),
                known.version(),
                format.protocol().label(),
                connectedAt,
                stream.status(),
                stream.appliedPosition());
    }

    private void schedule() {
        cancelTimer();
        stream.wakeUp().ifPresent(at -> {
            // A millisecond late rather than early: an early tick would find nothing to do.
            long millis =
                    Math.max(0, Duration.between(server.clock().instant(), at).toMillis()) + 1;
            timer = server.timer().schedule(this::tick, millis, TimeUnit.MILLISECONDS);
        });
    }

    private void cancelTimer() {
        ScheduledFuture<?> running = timer;
        if (running != null) {
            running.cancel(false);
            timer = null;
        }
    }

    private void end(String reason, Optional<Status> answer) {
        mailbox.submit(() -> {
            if (ended) {
                return;
            }
            ended = true;
            place.leave();
            spans.end("disconnected");
            cancelTimer();
            leave(reason);
            server.left(this);
            answer.ifPresent(this::close);
        });
    }

    /**
     * Ends the stream after a bug: its knowledge of the subscriber may be wrong. The subscriber reconnects and starts
     * from the beginning.
     */
    private void fail(Throwable failure) {
        LOG.log(Level.ERROR, () -> "A stream of " + name() + " failed and is ended.", failure);
        end("failed: " + failure, Optional.of(Status.INTERNAL.withDescription("xds-svc failed")));
    }

    private String name() {
        SubscriberIdentity known = identity;
        return known == null
                ? "a subscriber that has not said who it is"
                : known.nodeId() + " of fleet " + known.fleet();
    }

    private void leave(String reason) {
        Subscription watching = watch;
        if (watching != null) {
            watching.close();
        }
        server.registry().leave(this);
        if (overdue) {
            overdue = false;
            server.metrics().overdue(false);
        }
        SubscriberIdentity known = identity;
        if (known != null) {
            server.metrics().disconnected(format.protocol());
            report(
                    known,
                    DataPlaneReport.newBuilder()
                            .setDisconnected(
                                    DataPlaneReport.Disconnected.newBuilder().setReason(reason)));
        }
    }

    private void close(Status status) {
        try {
            if (status.isOk()) {
                responses.onCompleted();
            } else {
                responses.onError(status.asRuntimeException());
            }
        } catch (StatusRuntimeException | IllegalStateException e) {
            LOG.log(Level.DEBUG, "The stream had ended already.", e);
        }
    }
}
