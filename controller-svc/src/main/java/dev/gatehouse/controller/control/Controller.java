package dev.gatehouse.controller.control;

import dev.gatehouse.api.events.v1.DataPlaneReport;
import dev.gatehouse.controller.callout.Fleets;
import dev.gatehouse.controller.hook.HookCalls;
import dev.gatehouse.controller.hook.HookStage;
import dev.gatehouse.controller.publish.DataPlane;
import dev.gatehouse.controller.publish.Publisher;
import dev.gatehouse.controller.publish.Quarantine;
import dev.gatehouse.controller.status.FleetState;
import dev.gatehouse.controller.status.ObjectStatus;
import dev.gatehouse.controller.translate.HookPart;
import dev.gatehouse.controller.translate.Output;
import dev.gatehouse.controller.translate.Served;
import dev.gatehouse.controller.translate.Settings;
import dev.gatehouse.controller.translate.Translator;
import dev.gatehouse.controller.translate.Translator.Change;
import dev.gatehouse.controller.wasm.WasmCode;
import dev.gatehouse.controller.wasm.WasmRequest;
import dev.gatehouse.controller.wasm.WasmState;
import dev.gatehouse.events.ConfigLog;
import dev.gatehouse.events.Position;
import dev.gatehouse.events.ResourceId;
import dev.gatehouse.gatewayapi.ObjectRef;
import dev.gatehouse.tracing.ParentContext;
import io.opentelemetry.api.trace.Span;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The controller: takes changes of objects and reports of proxies, translates, publishes. One thread does all of this,
 * in the order of arrival. Changes that arrive during a batch are taken together in the next one.
 *
 * <p>A batch that fails leaves the last good configuration in force, and the thread goes on. Only an error of the JVM
 * itself, such as a lack of memory, ends the thread; the controller is then no longer {@link #live}, and its process
 * must be restarted.
 *
 * <p>Thread-safe. The queue is bounded: a caller waits while it is full, so that no change is lost.
 */
public final class Controller implements AutoCloseable {
    private static final Logger LOG = System.getLogger(Controller.class.getName());
    private static final int QUEUE_BOUND = 10_000;

    private sealed interface Work {
        record Changes(List<Change> changes, long ticket) implements Work {}

        record Report(DataPlaneReport report) implements Work {}

        record Question(Consumer<Translator> ask) implements Work {}

        /** Extension servers have answered. */
        record Hooked() implements Work {}
    }

    private static final Duration STANDS_BY_FOR = Duration.ofSeconds(1);

    /** Whether it leads now. */
    private static final Duration STANDS_BY_LOOKS = Duration.ofMillis(50);

    private final Translator translator;
    private final WasmCode code;
    private final HookCalls calls;
    private final HookStage hooks;
    private final Settings settings;
    private final Publisher publisher;
    private final DataPlane dataPlane;
    private final Quarantine quarantine;
    private final BlockingQueue<Work> queue = new LinkedBlockingQueue<>(QUEUE_BOUND);
    private final List<Consumer<ControllerView>> watchers = new CopyOnWriteArrayList<>();
    private final List<Consumer<Map<ObjectRef, Optional<ObjectStatus>>>> statusWatchers = new CopyOnWriteArrayList<>();
    private final List<Consumer<Map<ResourceId, Optional<Output>>>> resourceWatchers = new CopyOnWriteArrayList<>();
    private final Map<ObjectRef, Served> served = new HashMap<>();

    /** The generations that wait for extension servers. */
    private final Map<ObjectRef, Optional<Served>> awaited = new HashMap<>();

    private final Map<String, Position> published = new HashMap<>();
    private final AtomicLong tickets = new AtomicLong();
    private final Thread thread;
    private long taken;
    private volatile BooleanSupplier standsBy = () -> false;
    private volatile ControllerView view = ControllerView.EMPTY;
    private volatile long derivations;
    private final Tally tally = new Tally();
    private final ChangeTraces traces;

    /** A controller that does not fetch the code of Wasm extensions. */
    public Controller(Settings settings, ConfigLog log, InstantSource clock) {
        this(settings, log, clock, WasmCode.NOBODY);
    }

    public Controller(Settings settings, ConfigLog log, InstantSource clock, WasmCode code) {
        this(settings, log, clock, code, HookCalls.NOBODY);
    }

    /** A controller without traces of changes. */
    public Controller(Settings settings, ConfigLog log, InstantSource clock, WasmCode code, HookCalls calls) {
        this(settings, log, clock, code, calls, ChangeTraces.NONE);
    }

    public Controller(
            Settings settings,
            ConfigLog log,
            InstantSource clock,
            WasmCode code,
            HookCalls calls,
            ChangeTraces traces) {
        this.traces = traces;
        this.code = code;
        this.calls = calls;
        this.settings = settings;
        translator = new Translator(settings, (collection, key, failure) -> {
            tally.failed();
            LOG.log(
                    Level.ERROR,
                    "translating " + collection + " of " + key + " failed; its last good result stays",
                    failure);
        });
        Set<String> callouts = Set.of(Fleets.RATE_LIMIT, Fleets.WAF, Fleets.AUTHZ);
        publisher = new Publisher(log, callouts, clock);
        quarantine = new Quarantine(callouts);
        dataPlane =
                new DataPlane(id -> translator.resource(id).map(Output::owners).orElse(Set.of()), quarantine);
        hooks = new HookStage(
                settings.extensions().servers(),
                calls,
                fleet -> !callouts.contains(fleet),
                HookStage.Pauses.USUAL,
                () -> enqueue(new Work.Hooked()));
        thread = Thread.ofPlatform().name("controller").daemon().start(this::run);
    }

    /**
     * Submits changes, which take effect together; waits while the queue is full. Tickets increase in the order of one
     * caller's calls.
     *
     * @return a ticket: a view includes the changes if its {@link ControllerView#taken} is at least the ticket
     */
    public long submit(List<? extends Change> changes) throws InterruptedException {
        long ticket = tickets.incrementAndGet();
        queue.put(new Work.Changes(List.copyOf(changes), ticket));
        return ticket;
    }

    /**
     * Tells whether this replica stands by: as long as another one leads, changes are translated a second later, many
     * at once. A question is answered at once, and so are the changes before it.
     */
    public void standsBy(BooleanSupplier standsBy) {
        this.standsBy = standsBy;
    }

    /** Submits a report; waits while the queue is full. */
    public void submit(DataPlaneReport report) throws InterruptedException {
        queue.put(new Work.Report(report));
    }

    /** Whether changes are taken: false once the controller's thread has ended. */
    public boolean live() {
        return thread.isAlive();
    }

    /** The state after the last batch. */
    public ControllerView view() {
        return view;
    }

    /**
     * Whether extension servers have answered once for every fleet. Until then the last good configuration must not be
     * replaced.
     *
     * @param good true: only answers without failures count; false: a failure counts as an answer too
     */
    public boolean settled(boolean good) {
        return hooks.settled(good);
    }

    /** How many derivations have run since the start. */
    public long derivations() {
        return derivations;
    }

    /** The counts of the work since the start. */
    public Tally tally() {
        return tally;
    }

    /** How many changes and reports wait. */
    public int queued() {
        return queue.size();
    }

    /** All resources of the last translation. */
    public Map<ResourceId, Output> resources() throws InterruptedException {
        return ask(Translator::resources);
    }

    /**
     * Asks the translation a question, after everything that was submitted before.
     *
     * @param question runs on the controller's thread: it must not block, and must not keep the translator
     */
    public <T> T ask(Function<Translator, T> question) throws InterruptedException {
        CompletableFuture<T> answer = new CompletableFuture<>();
        queue.put(new Work.Question(asked -> {
            try {
                answer.complete(question.apply(asked));
            } catch (RuntimeException e) {
                answer.completeExceptionally(e);
            }
        }));
        return answer.join();
    }

    /** Calls {@code watcher} with each new state, on the controller's thread: it must not block. */
    public void watch(Consumer<ControllerView> watcher) {
        watchers.add(watcher);
    }

    /**
     * Calls {@code watcher} with each change of statuses (empty: the object no longer has one) on the controller's
     * thread, before the state that includes them is published. The watcher must not block.
     */
    public void watchStatuses(Consumer<Map<ObjectRef, Optional<ObjectStatus>>> watcher) {
        statusWatchers.add(watcher);
    }

    /** Calls {@code watcher} with the resources that are published or (empty) withdrawn, on the controller's thread: it must not block. */
    public void watchResources(Consumer<Map<ResourceId, Optional<Output>>> watcher) {
        resourceWatchers.add(watcher);
    }

    @Override
    public void close() {
        thread.interrupt();
        hooks.close();
    }

    private void run() {
        List<Work> batch = new ArrayList<>();
        try {
            while (true) {
                batch.add(queue.take());
                gather(batch);
                queue.drainTo(batch);
                handle(batch);
                batch.clear();
            }
        } catch (InterruptedException e) {
            // The controller is closed, and the rest of the queue is dropped.
        } catch (Throwable e) {
            LOG.log(Level.ERROR, "the controller's thread ends: no change arrives any more", e);
            throw e;
        }
    }

    /** On a replica that stands by, more changes are waited for: many at once cost less, and a leader under the same changes has more of the node. */
    private void gather(List<Work> batch) throws InterruptedException {
        long end = System.nanoTime() + STANDS_BY_FOR.toNanos();
        while (standsBy.getAsBoolean() && !(batch.getLast() instanceof Work.Question) && System.nanoTime() < end) {
            Work next = queue.poll(STANDS_BY_LOOKS.toMillis(), TimeUnit.MILLISECONDS);
            if (next != null) {
                batch.add(next);
            }
        }
    }

    private void handle(List<Work> batch) {
        long start = System.nanoTime();
        List<Change> changes = new ArrayList<>();
        Map<String, FleetState> fleets = new HashMap<>();
        List<Consumer<Translator>> questions = new ArrayList<>();
        for (Work work : batch) {
            switch (work) {
                case Work.Changes brought -> {
                    changes.addAll(brought.changes());
                    taken = Math.max(taken, brought.ticket());
                }
                case Work.Report report -> {
                    quarantine.take(report.report());
                    fleets.put(report.report().getFleet(), dataPlane.take(report.report()));
                }
                case Work.Question question -> questions.add(question.ask());
                case Work.Hooked _ -> {
                    // The servers' results are published below.
                }
            }
        }
        fleets.forEach((fleet, state) -> changes.add(new Change.Fleet(fleet, state)));
        changes.addAll(quarantine.changes());
        ChangeTraces.Batch trace = traces.batch(changes);
        try {
            if (!settings.extensions().servers().isEmpty()) {
                calls.use(
                        settings.extensions().servers(),
                        reference -> translator.secret(reference.key(settings.namespace())));
            }
            Map<ObjectRef, Optional<ObjectStatus>> statuses = new HashMap<>();
            // A publication causes further changes: milestones, and holds that end.
            for (List<Change> next = changes; ; ) {
                hold(next);
                long before = translator.derivations();
                trace.translating();
                Translator.Effect effect = translator.apply(next);
                trace.translated(translator.derivations() - before);
                statuses.putAll(effect.statuses());
                next = publish(effect, trace);
                if (next.isEmpty() && !quarantine.isPending()) {
                    break;
                }
            }
            code.want(translator.wasmRequests(), this::fetched);
            ControllerView next = new ControllerView(
                    translator.gateways(), translator.statuses(), translator.infrastructure(), published, taken);
            derivations = translator.derivations();
            tally.handled(changes.size(), Duration.ofNanos(System.nanoTime() - start), quarantine.refused());
            if (!statuses.isEmpty()) {
                statusWatchers.forEach(watcher -> watcher.accept(statuses));
            }
            // Proxies may report before the first objects arrive. A translation without objects must not be published.
            if (taken > 0) {
                view = next;
                watchers.forEach(watcher -> watcher.accept(next));
            }
        } catch (OutOfMemoryError e) {
            throw e;
        } catch (Throwable e) {
            tally.failed();
            LOG.log(Level.ERROR, "a change could not be handled; the last good configuration stays", e);
        } finally {
            trace.end();
        }
        questions.forEach(question -> question.accept(translator));
    }

    /** Publishes changed resources; returns the changes for the translation that follow from it. */
    private List<Change> publish(Translator.Effect effect, ChangeTraces.Batch trace) {
        Map<ResourceId, Optional<Output>> resources =
                quarantine.pass(hooks.pass(effect.resources(), translator.extensionPolicies()));
        Span span = resources.isEmpty() ? Span.getInvalid() : trace.publishing();
        Map<String, Position> positions =
                publisher.publish(resources, ParentContext.traceparent(span.getSpanContext()));
        trace.published(span, resources.size(), positions);
        quarantine.published(resources, positions);
        if (!resources.isEmpty()) {
            resourceWatchers.forEach(watcher -> watcher.accept(resources));
        }
        published.putAll(positions);
        awaited.putAll(effect.served());
        Map<ObjectRef, Optional<Served>> reached = new HashMap<>(awaited);
        reached.values()
                .removeIf(each -> each.filter(now -> hooks.isBusy(now.fleet())).isPresent());
        awaited.keySet().removeAll(reached.keySet());
        List<Change> consequences = milestones(reached);
        hooks.news().forEach((fleet, trouble) -> consequences.add(new Change.Extensions(fleet, trouble)));
        // Repaired and removed parts are no longer held back, and their rejections leave the statuses.
        consequences.addAll(quarantine.changes());
        resources.keySet().stream()
                .map(ResourceId::fleet)
                .distinct()
                .filter(quarantine::isFor)
                .map(fleet -> new Change.Fleet(fleet, dataPlane.state(fleet)))
                .filter(change -> !change.state().equals(FleetState.UNKNOWN))
                .forEach(consequences::add);
        return consequences;
    }

    /** Passes holds of extension servers' changes on to the stage that makes them. */
    private void hold(List<Change> changes) {
        for (Change change : changes) {
            if (change instanceof Change.Held held && held.part() instanceof HookPart part) {
                hooks.hold(part, held.hold());
            }
        }
    }

    private void fetched(WasmRequest request, WasmState state) {
        enqueue(new Work.Changes(List.of(new Change.Code(request, state)), 0));
    }

    private void enqueue(Work work) {
        try {
            queue.put(work);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The states of the fleets after generations of objects have been published. */
    private List<Change> milestones(Map<ObjectRef, Optional<Served>> changes) {
        Map<String, FleetState> states = new HashMap<>();
        changes.forEach((ref, now) -> {
            Served before = now.isPresent() ? served.put(ref, now.get()) : served.remove(ref);
            if (before != null && (now.isEmpty() || !now.get().fleet().equals(before.fleet()))) {
                states.put(before.fleet(), dataPlane.withdrawn(before.fleet(), ref));
            }
            now.ifPresent(each -> states.put(
                    each.fleet(),
                    dataPlane.published(
                            each.fleet(), ref, each.generation(), Optional.ofNullable(published.get(each.fleet())))));
        });
        List<Change> result = new ArrayList<>();
        states.forEach((fleet, state) -> result.add(new Change.Fleet(fleet, state)));
        return result;
    }
}
