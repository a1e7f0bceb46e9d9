package dev.gatehouse.controller.hook;

import dev.gatehouse.controller.extensionserver.ExtensionServers;
import dev.gatehouse.controller.extensionserver.Hook;
import dev.gatehouse.controller.extensionserver.HookContext;
import dev.gatehouse.controller.translate.ExtensionTrouble;
import dev.gatehouse.controller.translate.Hold;
import dev.gatehouse.controller.translate.HookPart;
import dev.gatehouse.controller.translate.Output;
import dev.gatehouse.envoyapi.TypeUrls;
import dev.gatehouse.events.ResourceId;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Predicate;

/**
 * Has extension servers change resources before they are published. Each fleet has a virtual thread that waits for the
 * servers, so that no other thread has to. Meanwhile the fleet's last resources stay published. Changes that arrive
 * meanwhile are made together in the next round. A fleet with a failing server is tried again until it succeeds.
 *
 * <p>Only the controller's thread calls this class. The queues are bounded by the number of resources, since a queue
 * keeps only the last version of each.
 */
public final class HookStage implements AutoCloseable {
    private static final Logger LOG = System.getLogger(HookStage.class.getName());

    /**
     * The pauses before a fleet is tried again.
     *
     * @param first the pause after the first failure; it doubles with each failure, up to {@code longest}
     */
    public record Pauses(Duration first, Duration longest) {
        public static final Pauses USUAL = new Pauses(Duration.ofSeconds(1), Duration.ofSeconds(30));
    }

    private final ExtensionServers servers;
    private final HookCalls calls;
    private final Predicate<String> concerned;
    private final Pauses pauses;
    private final Runnable wake;
    private final Map<String, Fleet> fleets = new HashMap<>();
    private final Queue<Delivery> deliveries = new ConcurrentLinkedQueue<>();
    private final Map<String, Optional<ExtensionTrouble>> troubles = new HashMap<>();

    /** The result of a fleet's thread. */
    private record Delivery(Fleet fleet, FleetHooks.Outcome outcome) {}

    /**
     * @param concerned tells by name which fleets are fleets of proxies and not of callout services
     * @param wake called by other threads when {@link #pass} has more to return; may block
     */
    public HookStage(
            ExtensionServers servers, HookCalls calls, Predicate<String> concerned, Pauses pauses, Runnable wake) {
        this.servers = servers;
        this.calls = calls;
        this.concerned = concerned;
        this.pauses = pauses;
        this.wake = wake;
        calls.onReconnect(() -> {
            synchronized (fleets) {
                fleets.values().forEach(Fleet::askAgain);
            }
        });
    }

    /**
     * Takes changed resources; returns the resources that can be published, of fleets whose servers have answered.
     * Returns at once.
     *
     * @param policies the policies for each fleet's Gateways
     */
    public Map<ResourceId, Optional<Output>> pass(
            Map<ResourceId, Optional<Output>> changes, Map<String, List<HookContext.Part>> policies) {
        if (servers.isEmpty()) {
            return changes;
        }
        Map<ResourceId, Optional<Output>> passed = new HashMap<>();
        Map<String, Map<ResourceId, Optional<Output>>> byFleet = new HashMap<>();
        changes.forEach((id, output) -> {
            if (isDirect(id)) {
                direct(id, output, passed);
            } else if (concerned.test(id.fleet())) {
                byFleet.computeIfAbsent(id.fleet(), _ -> new HashMap<>()).put(id, output);
            } else {
                passed.put(id, output);
            }
        });
        byFleet.keySet().forEach(this::fleet);
        synchronized (fleets) {
            fleets.forEach((name, fleet) ->
                    fleet.submit(byFleet.getOrDefault(name, Map.of()), policies.getOrDefault(name, List.of())));
        }
        for (Delivery next = deliveries.poll(); next != null; next = deliveries.poll()) {
            take(next, passed);
        }
        settle(passed);
        return passed;
    }

    private void settle(Map<ResourceId, Optional<Output>> passed) {
        synchronized (fleets) {
            for (Fleet fleet : List.copyOf(fleets.values())) {
                if (isBusy(fleet.name)) {
                    continue;
                }
                fleet.leaving.forEach(id -> passed.putIfAbsent(id, Optional.empty()));
                fleet.leaving.clear();
                if (fleet.published.isEmpty() && fleet.over && fleet.retire()) {
                    fleets.remove(fleet.name);
                }
            }
        }
    }

    /** True for endpoints that no server changes. They do not wait for the servers' answers about other resources. */
    private boolean isDirect(ResourceId id) {
        return concerned.test(id.fleet())
                && id.typeUrl().equals(TypeUrls.ENDPOINTS)
                && servers.servers().stream().noneMatch(server -> server.has(Hook.Endpoints));
    }

    /** Endpoints are removed after the clusters that need them. */
    private void direct(ResourceId id, Optional<Output> output, Map<ResourceId, Optional<Output>> passed) {
        Fleet fleet = fleet(id.fleet());
        if (output.isPresent()) {
            fleet.leaving.remove(id);
            passed.put(id, output);
        } else {
            fleet.leaving.add(id);
        }
    }

    private void take(Delivery delivery, Map<ResourceId, Optional<Output>> passed) {
        Fleet fleet = delivery.fleet();
        Map<ResourceId, Output> all = delivery.outcome().all();
        all.forEach((id, output) -> {
            Output before = fleet.published.get(id);
            if (!output.equals(before)) {
                passed.put(id, Optional.of(output));
            }
        });
        fleet.published.keySet().stream()
                .filter(id -> !all.containsKey(id))
                .forEach(id -> passed.put(id, Optional.empty()));
        fleet.published = all;
        fleet.over = true;
        fleet.good |=
                delivery.outcome().trouble().filter(ExtensionTrouble::closed).isEmpty();
        Optional<ExtensionTrouble> trouble = delivery.outcome().trouble();
        if (!trouble.equals(fleet.trouble)) {
            trouble.ifPresentOrElse(
                    each -> LOG.log(Level.WARNING, "{0}: {1}", fleet.name, each.message()),
                    () -> LOG.log(Level.INFO, "{0}: the extension servers answer again", fleet.name));
            fleet.trouble = trouble;
            troubles.put(fleet.name, trouble);
        }
    }

    /** Records whether proxies reject the servers' change of a resource. */
    public void hold(HookPart part, Optional<Hold> hold) {
        fleet(part.resource().fleet()).refuse(part.resource(), hold.map(Hold::fingerprint));
    }

    /** The fleets whose server failure changed since the last call; empty: no failure any more. */
    public Map<String, Optional<ExtensionTrouble>> news() {
        Map<String, Optional<ExtensionTrouble>> news = Map.copyOf(troubles);
        troubles.clear();
        return news;
    }

    /** Whether some resources of the fleet are not published as wanted: they wait for servers, or a server's failure holds them back. */
    public boolean isBusy(String name) {
        synchronized (fleets) {
            Fleet fleet = fleets.get(name);
            return fleet != null
                    && (fleet.isBusy()
                            || fleet.trouble.filter(ExtensionTrouble::closed).isPresent());
        }
    }

    /**
     * Whether the servers have answered once for every fleet.
     *
     * @param good true: only answers without failures count; false: a failure counts as an answer too
     */
    public boolean settled(boolean good) {
        synchronized (fleets) {
            return fleets.values().stream().allMatch(fleet -> good ? fleet.good : fleet.over);
        }
    }

    @Override
    public void close() {
        synchronized (fleets) {
            fleets.values().forEach(Fleet::stop);
        }
    }

    private Fleet fleet(String name) {
        synchronized (fleets) {
            return fleets.computeIfAbsent(name, Fleet::new);
        }
    }

    /** A fleet, and its thread. */
    private final class Fleet {
        private final String name;
        private final FleetHooks hooks = new FleetHooks(servers, calls);
        private final Thread thread;

        // Used by the controller's thread only.
        private Map<ResourceId, Output> published = Map.of();
        private Optional<ExtensionTrouble> trouble = Optional.empty();
        private final Set<ResourceId> leaving = new HashSet<>();
        private boolean over;
        private boolean good;

        // Shared by both threads, guarded by {@code this}.
        private Map<ResourceId, Optional<Output>> changes = new HashMap<>();
        private Map<ResourceId, Optional<Integer>> refused = new HashMap<>();
        private List<HookContext.Part> policies = List.of();
        private boolean changed;
        private boolean fresh;
        private boolean working;
        private boolean ended;

        Fleet(String name) {
            this.name = name;
            this.thread = Thread.ofVirtual().name("extensions of " + name).start(this::run);
        }

        synchronized void submit(Map<ResourceId, Optional<Output>> more, List<HookContext.Part> present) {
            if (!more.isEmpty() || !present.equals(policies)) {
                changes.putAll(more);
                policies = present;
                signal();
            }
        }

        synchronized void refuse(ResourceId id, Optional<Integer> fingerprint) {
            refused.put(id, fingerprint);
            signal();
        }

        synchronized void askAgain() {
            fresh = true;
            signal();
        }

        synchronized boolean isBusy() {
            return changed || working;
        }

        /** Ends a fleet without resources; returns false if changes arrived meanwhile. */
        synchronized boolean retire() {
            if (isBusy()) {
                return false;
            }
            stop();
            return true;
        }

        synchronized void stop() {
            ended = true;
            thread.interrupt();
        }

        private void signal() {
            changed = true;
            notifyAll();
        }

        private void run() {
            Duration pause = pauses.first();
            boolean failing = false;
            try {
                while (true) {
                    awaitChange(failing ? pause : Duration.ofDays(1));
                    try {
                        FleetHooks.Outcome outcome = round(failing);
                        failing = outcome.failing();
                        deliveries.add(new Delivery(this, outcome));
                    } catch (RuntimeException e) {
                        // A bug of Gatehouse: the published resources stay, and the fleet is tried again from the
                        // start.
                        LOG.log(Level.ERROR, "what extension servers make of " + name + " stays as it is", e);
                        failing = true;
                        synchronized (this) {
                            fresh = true;
                        }
                    }
                    Duration doubled = pause.multipliedBy(2);
                    pause = !failing
                            ? pauses.first()
                            : doubled.compareTo(pauses.longest()) > 0 ? pauses.longest() : doubled;
                    synchronized (this) {
                        working = false;
                    }
                    wake.run();
                }
            } catch (InterruptedException e) {
                // Closed.
            }
        }

        /** Waits for a change, at most {@code longest}. */
        private synchronized void awaitChange(Duration longest) throws InterruptedException {
            long end = System.nanoTime() + longest.toNanos();
            while (!changed) {
                long left = end - System.nanoTime();
                if (left <= 0) {
                    break;
                }
                wait(Math.max(1, left / 1_000_000));
            }
            changed = false;
            working = true;
        }

        private FleetHooks.Outcome round(boolean again) throws InterruptedException {
            Map<ResourceId, Optional<Output>> taken;
            Map<ResourceId, Optional<Integer>> held;
            List<HookContext.Part> present;
            boolean all;
            synchronized (this) {
                taken = changes;
                changes = new HashMap<>();
                held = refused;
                refused = new HashMap<>();
                present = policies;
                all = fresh;
                fresh = false;
                if (ended) {
                    throw new InterruptedException();
                }
            }
            held.forEach(hooks::refuse);
            Set<ResourceId> due = new HashSet<>(held.keySet());
            if (again) {
                due.addAll(hooks.failed());
            }
            if (all) {
                hooks.forgetAnswers();
                due.addAll(hooks.resources());
            }
            return hooks.round(taken, due, present);
        }
    }
}
