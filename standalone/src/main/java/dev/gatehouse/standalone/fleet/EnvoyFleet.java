package dev.gatehouse.standalone.fleet;

import dev.gatehouse.controller.infrastructure.ProxyStats;
import dev.gatehouse.envoyprocess.Bootstrap;
import dev.gatehouse.envoyprocess.EnvoyBinary;
import dev.gatehouse.envoyprocess.EnvoyLaunch;
import dev.gatehouse.envoyprocess.EnvoyProcess;
import dev.gatehouse.envoyprocess.EnvoyState;
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
    private final Map<String, EnvoyProcess> leaving = new LinkedHashMap<>();

    private record Member(ProxySpec spec, EnvoyProcess process) {}

    /**
     * How all Envoys of the fleet are run.
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
     * <p>A proxy with an address that cannot be bound is not started, and one that runs is left alone; the next call
     * tries again. A proxy that comes back while it drains is ended at once and started anew.
     *
     * @return the addresses that cannot be bound
     */
    public List<PortProblem> apply(Collection<ProxySpec> desired) {
        Map<String, ProxySpec> wanted = new TreeMap<>();
        desired.forEach(spec -> wanted.put(spec.fleet(), spec));
        stopAllBut(wanted.keySet());
        List<PortProblem> problems = new ArrayList<>();
        for (ProxySpec spec : wanted.values()) {
            problems.addAll(applyOne(spec));
        }
        return problems;
    }

    private List<PortProblem> applyOne(ProxySpec spec) {
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
            keep(new Member(new ProxySpec(spec.fleet(), free), running.get().process()));
        } else if (problems.isEmpty()) {
            keep(new Member(spec, start(spec.fleet())));
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

    private EnvoyProcess start(String fleet) {
        Bootstrap bootstrap = Bootstrap.of(nodeId(fleet), fleet, settings.xds());
        return EnvoyProcess.start(
                binary,
                EnvoyLaunch.of(
                                fleet,
                                folder -> bootstrap
                                        .withAdminSocket(folder.resolve("admin.socket"))
                                        .withStats(ProxyStats.json())
                                        .json(),
                                line -> log.accept(fleet, line))
                        .withLogLevel(settings.logLevel())
                        .withConcurrency(settings.concurrency())
                        .withDrainTime(settings.drainTime()));
    }

    private void stopAllBut(Set<String> wanted) {
        List<EnvoyProcess> going = new ArrayList<>();
        lock.lock();
        try {
            members.values().removeIf(member -> {
                boolean goes = !wanted.contains(member.spec().fleet());
                if (goes) {
                    going.add(member.process());
                    leaving.put(member.spec().fleet(), member.process());
                }
                return goes;
            });
        } finally {
            lock.unlock();
        }
        going.forEach(
                process -> Thread.ofVirtual().name("drain " + process.name()).start(() -> drain(process)));
    }

    private void drain(EnvoyProcess process) {
        try {
            process.drain(settings.drainTime());
        } catch (InterruptedException e) {
            process.close();
            Thread.currentThread().interrupt();
        } finally {
            lock.lock();
            try {
                leaving.remove(process.name(), process);
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
        List<EnvoyProcess> last;
        lock.lock();
        try {
            last = List.copyOf(leaving.values());
        } finally {
            lock.unlock();
        }
        try {
            for (EnvoyProcess process : last) {
                process.await(
                        EnvoyState.Stopped.class::isInstance,
                        settings.drainTime().plusSeconds(10));
            }
        } catch (InterruptedException e) {
            last.forEach(EnvoyProcess::close);
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
            return Optional.ofNullable(leaving.get(fleet));
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
