package dev.gatehouse.standalone.fleet;

import dev.gatehouse.controller.infrastructure.HostProxy;
import dev.gatehouse.envoyprocess.Bootstrap;
import dev.gatehouse.envoyprocess.EnvoyArguments;
import dev.gatehouse.envoyprocess.EnvoyBinary;
import dev.gatehouse.envoyprocess.EnvoyLaunch;
import dev.gatehouse.envoyprocess.EnvoyProcess;
import dev.gatehouse.envoyprocess.EnvoyState;
import dev.gatehouse.gatewayapi.merge.PatchFailure;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;

/**
 * One supervised Envoy for each Gateway.
 *
 * <p>{@link #apply} is called by one thread at a time; the other methods by any.
 */
public final class EnvoyFleet implements AutoCloseable {
    private final EnvoyBinary binary;
    private final Settings settings;
    private final BiConsumer<String, String> log;
    private final PortCheck ports = new PortCheck(new ProcNet(Path.of("/proc")));
    private final ReentrantLock lock = new ReentrantLock();
    // Guarded by lock.
    private final Map<String, Member> members = new TreeMap<>();
    private final Map<String, Member> leaving = new LinkedHashMap<>();

    private record Member(ProxySpec spec, Start start, EnvoyProcess process) {}

    /**
     * How an Envoy is started.
     *
     * @param bootstrap the bootstrap with an admin page on a free port
     */
    private record Start(String bootstrap, EnvoyArguments arguments) {
        /** The fields of an EnvoyProxy by which {@code other} is not the same. */
        List<String> differences(Start other) {
            List<String> fields = new ArrayList<>();
            if (!bootstrap.equals(other.bootstrap)) {
                fields.add("bootstrap or telemetry.metrics");
            }
            EnvoyArguments others = other.arguments;
            if (!arguments.logLevel().equals(others.logLevel())
                    || !arguments.componentLogLevels().equals(others.componentLogLevels())) {
                fields.add("logging.level");
            }
            if (arguments.concurrency() != others.concurrency()) {
                fields.add("concurrency");
            }
            if (!arguments.drainTime().equals(others.drainTime())) {
                fields.add("shutdown.drainTimeout");
            }
            if (!arguments.extra().equals(others.extra())) {
                fields.add("extraArgs");
            }
            return fields;
        }
    }

    /**
     * How the Envoys of the fleet are run, as far as their EnvoyProxies do not say it.
     *
     * @param xds where xds-svc listens
     * @param concurrency worker threads of each; 0 is one for each processor
     * @param drainTime how long a proxy that goes may take to finish its requests
     */
    public record Settings(InetSocketAddress xds, String logLevel, int concurrency, Duration drainTime) {}

    /** @param log gets a Gateway's name and a line that its Envoy printed; called on many threads, must not block for long */
    public EnvoyFleet(EnvoyBinary binary, Settings settings, BiConsumer<String, String> log) {
        this.binary = binary;
        this.settings = settings;
        this.log = log;
    }

    /**
     * Starts missing proxies and drains unwanted ones (in the background), so that exactly the proxies of {@code
     * desired} run.
     *
     * <p>A proxy with an address that cannot be bound, or with an EnvoyProxy that cannot be followed, is not started, and
     * one that runs is left alone; the next call tries again. A proxy that comes back while it drains is ended at once
     * and started anew. What an EnvoyProxy says of the start of a proxy is not applied to one that runs, but to one that
     * crashed and waits for its next start.
     */
    public Applied apply(Collection<ProxySpec> desired) {
        Map<String, ProxySpec> wanted = new TreeMap<>();
        desired.forEach(spec -> wanted.put(spec.fleet(), spec));
        stopAllBut(wanted.keySet());
        List<PortProblem> taken = new ArrayList<>();
        List<String> refused = new ArrayList<>();
        List<String> later = new ArrayList<>();
        for (ProxySpec spec : wanted.values()) {
            try {
                Start start = start(spec);
                leaveCrashed(spec.fleet(), start);
                taken.addAll(applyOne(spec, start));
                member(spec.fleet())
                        .map(running -> running.start().differences(start))
                        .filter(fields -> !fields.isEmpty())
                        .ifPresent(fields -> later.add("Gateway " + spec.fleet() + ": its Envoy was started before "
                                + String.join(", ", fields) + " of its EnvoyProxy changed: the change takes effect when"
                                + " 'gatehouse run' is started again"));
            } catch (PatchFailure e) {
                refused.add("Gateway " + spec.fleet() + ": its EnvoyProxy's " + e.getMessage()
                        + (member(spec.fleet()).isPresent()
                                ? "; its Envoy goes on as it is"
                                : "; its Envoy is not started"));
            }
        }
        return new Applied(taken, refused, later);
    }

    /** Ends a proxy that crashed, perhaps since it was started with what {@code start} changes. */
    private void leaveCrashed(String fleet, Start start) {
        Optional<Member> crashed = member(fleet)
                .filter(member -> !member.start().equals(start))
                .filter(member -> member.process().state() instanceof EnvoyState.Crashed
                        || member.process().state() instanceof EnvoyState.Starting starting && starting.attempt() > 1);
        if (crashed.isPresent()) {
            crashed.get().process().close();
            lock.lock();
            try {
                members.remove(fleet);
            } finally {
                lock.unlock();
            }
        }
    }

    private List<PortProblem> applyOne(ProxySpec spec, Start start) {
        Optional<Member> running = member(spec.fleet());
        Set<ListenerAddress> bound = new HashSet<>();
        if (running.isPresent()) {
            running.get().spec().listeners().forEach(address -> bound.add(withoutName(address)));
        } else {
            leaving(spec.fleet()).ifPresent(EnvoyProcess::close);
        }
        List<PortProblem> problems = new ArrayList<>();
        Set<ListenerAddress> checked = new HashSet<>(bound);
        List<ListenerAddress> free = new ArrayList<>();
        for (ListenerAddress address : spec.listeners()) {
            Optional<PortProblem> problem =
                    checked.add(withoutName(address)) ? ports.problem(spec.fleet(), address) : Optional.empty();
            problem.ifPresentOrElse(problems::add, () -> free.add(address));
        }
        if (running.isPresent()) {
            Member member = running.get();
            keep(new Member(new ProxySpec(spec.fleet(), free, spec.proxy()), member.start(), member.process()));
        } else if (problems.isEmpty()) {
            keep(new Member(spec, start, start(spec, start)));
        }
        return problems;
    }

    /** Several listeners may share an address. */
    private static ListenerAddress withoutName(ListenerAddress address) {
        return new ListenerAddress("", address.address(), address.port(), address.transport());
    }

    /** By which a Gateway's Envoy calls itself. */
    public static String nodeId(String fleet) {
        return "standalone/" + fleet;
    }

    private Bootstrap bootstrap(String fleet) {
        return Bootstrap.of(nodeId(fleet), fleet, settings.xds());
    }

    private Start start(ProxySpec spec) throws PatchFailure {
        HostProxy proxy = spec.proxy();
        return new Start(
                proxy.bootstrap(bootstrap(spec.fleet()).json()),
                new EnvoyArguments(
                        proxy.logLevel().orElse(settings.logLevel()),
                        proxy.componentLogLevels(),
                        proxy.concurrency().orElse(settings.concurrency()),
                        proxy.drainTimeout().orElse(settings.drainTime()),
                        proxy.extraArguments()));
    }

    private EnvoyProcess start(ProxySpec spec, Start start) {
        Bootstrap bootstrap = bootstrap(spec.fleet());
        return EnvoyProcess.start(
                binary,
                EnvoyLaunch.of(
                                spec.fleet(),
                                folder -> bootstrapIn(folder, bootstrap, spec.proxy()),
                                line -> log.accept(spec.fleet(), line))
                        .withArguments(start.arguments()));
    }

    private static String bootstrapIn(Path folder, Bootstrap bootstrap, HostProxy proxy) {
        try {
            return proxy.bootstrap(
                    bootstrap.withAdminSocket(folder.resolve("admin.socket")).json());
        } catch (PatchFailure e) {
            // The change was applied to the same bootstrap before, with another admin page.
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    private void stopAllBut(Set<String> wanted) {
        List<Member> going = new ArrayList<>();
        lock.lock();
        try {
            members.values().removeIf(member -> {
                boolean goes = !wanted.contains(member.spec().fleet());
                if (goes) {
                    going.add(member);
                    leaving.put(member.spec().fleet(), member);
                }
                return goes;
            });
        } finally {
            lock.unlock();
        }
        going.forEach(member ->
                Thread.ofVirtual().name("drain " + member.process().name()).start(() -> drain(member)));
    }

    private void drain(Member member) {
        EnvoyProcess process = member.process();
        try {
            process.drain(member.start().arguments().drainTime());
        } catch (InterruptedException e) {
            process.close();
            Thread.currentThread().interrupt();
        } finally {
            lock.lock();
            try {
                leaving.remove(process.name(), member);
            } finally {
                lock.unlock();
            }
        }
    }

    /** What each proxy is doing, by Gateway. */
    public Map<String, EnvoyState> states() {
        lock.lock();
        try {
            Map<String, EnvoyState> states = new TreeMap<>();
            members.forEach(
                    (fleet, member) -> states.put(fleet, member.process().state()));
            return states;
        } finally {
            lock.unlock();
        }
    }

    /** The process of a Gateway, to wait for it or ask its admin page. */
    public Optional<EnvoyProcess> process(String fleet) {
        return member(fleet).map(Member::process);
    }

    /** Drains all proxies at the same time, and stops them; blocks until they ended, little longer than the drain time. */
    @Override
    public void close() {
        stopAllBut(Set.of());
        List<Member> last;
        lock.lock();
        try {
            last = List.copyOf(leaving.values());
        } finally {
            lock.unlock();
        }
        try {
            for (Member member : last) {
                member.process()
                        .await(
                                EnvoyState.Stopped.class::isInstance,
                                member.start().arguments().drainTime().plusSeconds(10));
            }
        } catch (InterruptedException e) {
            last.forEach(member -> member.process().close());
            Thread.currentThread().interrupt();
        }
    }

    private Optional<Member> member(String fleet) {
        lock.lock();
        try {
            return Optional.ofNullable(members.get(fleet));
        } finally {
            lock.unlock();
        }
    }

    private Optional<EnvoyProcess> leaving(String fleet) {
        lock.lock();
        try {
            return Optional.ofNullable(leaving.get(fleet)).map(Member::process);
        } finally {
            lock.unlock();
        }
    }

    private void keep(Member member) {
        lock.lock();
        try {
            members.put(member.spec().fleet(), member);
        } finally {
            lock.unlock();
        }
    }
}
