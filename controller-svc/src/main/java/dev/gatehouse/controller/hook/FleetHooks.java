package dev.gatehouse.controller.hook;

import com.google.protobuf.Message;
import dev.gatehouse.controller.check.EnvoyRules;
import dev.gatehouse.controller.extensionserver.ExtensionServer;
import dev.gatehouse.controller.extensionserver.ExtensionServers;
import dev.gatehouse.controller.extensionserver.Hook;
import dev.gatehouse.controller.extensionserver.HookContext;
import dev.gatehouse.controller.proto.PackedTypes;
import dev.gatehouse.controller.translate.ExtensionTrouble;
import dev.gatehouse.controller.translate.HookPart;
import dev.gatehouse.controller.translate.Output;
import dev.gatehouse.envoyapi.TypeUrls;
import dev.gatehouse.events.ResourceId;
import dev.gatehouse.gatewayapi.ObjectRef;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Has extension servers change the resources of one fleet. If a server fails, the resource passes unchanged, stays in
 * its last good version, or is left out. Confined to one thread at a time.
 */
final class FleetHooks {
    private static final EnvoyRules RULES = EnvoyRules.ofAllTypes(PackedTypes::find);

    /** Stands for all resources of a fleet together. */
    private static final String WHOLE = "translation";

    /**
     * The types that other resources refer to. After a failure that closes, earlier resources of these types are kept,
     * so that no reference dangles.
     */
    private static final Set<String> REFERRED_TO =
            Set.of(TypeUrls.CLUSTER, TypeUrls.ENDPOINTS, TypeUrls.SECRET, TypeUrls.ROUTES);

    /**
     * The result of a round.
     *
     * @param all the resources that the fleet should have
     * @param failing true if a server failed, so that it must be called again
     */
    record Outcome(Map<ResourceId, Output> all, Optional<ExtensionTrouble> trouble, boolean failing) {}

    /** A server failed whose failures close the resource ({@code failOpen: false}). */
    static final class Closed extends Exception {
        private static final long serialVersionUID = 1L;
    }

    /** Makes the request to a server about a resource; empty: the server is not called. */
    @FunctionalInterface
    interface Asking<M> {
        Optional<Message> of(ExtensionServer server, M resource);
    }

    private final ExtensionServers servers;
    private final HookCalls calls;
    private final Answers answers = new Answers();
    private final Map<ResourceId, Output> wanted = new HashMap<>();
    private final Map<ResourceId, Output> made = new HashMap<>();
    /** The last version of each changed resource that was made without a failure. */
    private final Map<ResourceId, Message> good = new HashMap<>();
    /** The good version before the one in {@link #good}. */
    private final Map<ResourceId, Message> better = new HashMap<>();

    private final Map<ResourceId, Integer> refused = new HashMap<>();
    private final Map<ResourceId, List<Failure>> failures = new LinkedHashMap<>();
    private Map<ResourceId, Output> last = Map.of();

    /** The servers that are unavailable in this round, with the error messages. */
    private final Map<String, String> away = new HashMap<>();

    private record Failure(ExtensionServer server, String message) {}

    FleetHooks(ExtensionServers servers, HookCalls calls) {
        this.servers = servers;
        this.calls = calls;
    }

    /** Records that proxies reject the servers' change of a resource; empty: they no longer do. */
    void refuse(ResourceId id, Optional<Integer> fingerprint) {
        fingerprint.ifPresentOrElse(each -> refused.put(id, each), () -> refused.remove(id));
        Message present = good.get(id);
        if (present != null
                && fingerprint.filter(each -> each == present.hashCode()).isPresent()) {
            good.remove(id);
            Optional.ofNullable(better.remove(id)).ifPresent(before -> good.put(id, before));
        }
    }

    /** Drops all cached answers, since a server was replaced. */
    void forgetAnswers() {
        answers.forgetAll();
    }

    /** The resources that must be made again because a server failed at them. */
    Set<ResourceId> failed() {
        return new HashSet<>(failures.keySet());
    }

    /** All resources of the fleet. */
    Set<ResourceId> resources() {
        return new HashSet<>(wanted.keySet());
    }

    /**
     * Makes the changed resources.
     *
     * @param changes the translation's resources; empty: removed
     * @param again unchanged resources that must be made again
     * @param policies the policies for the fleet's Gateways
     */
    Outcome round(Map<ResourceId, Optional<Output>> changes, Set<ResourceId> again, List<HookContext.Part> policies)
            throws InterruptedException {
        away.clear();
        changes.forEach((id, output) -> output.ifPresentOrElse(each -> wanted.put(id, each), () -> {
            wanted.remove(id);
            forget(id);
        }));
        Set<ResourceId> due = new HashSet<>(changes.keySet());
        due.addAll(again);
        due.retainAll(wanted.keySet());
        for (ResourceId id : due.stream().sorted(HookMessages.ORDER).toList()) {
            failures.remove(id);
            Output output = wanted.get(id);
            if (output != null) {
                make(id, output).ifPresentOrElse(each -> made.put(id, each), () -> made.remove(id));
            }
        }
        return together(policies);
    }

    private void forget(ResourceId id) {
        made.remove(id);
        good.remove(id);
        better.remove(id);
        refused.remove(id);
        failures.remove(id);
        answers.forget(id);
    }

    private Optional<Output> make(ResourceId id, Output output) throws InterruptedException {
        Answers.Round round = answers.new Round(id);
        try {
            Message result = made(id, output, round);
            if (refused.containsKey(id) && refused.get(id) == result.hashCode()) {
                fail(id, new Failure(asked(id), "proxies refuse what it makes"));
                return fallback(id, output);
            }
            return Optional.of(result(id, output, result, !failures.containsKey(id)));
        } catch (Closed e) {
            return fallback(id, output);
        } finally {
            round.end();
        }
    }

    private Message made(ResourceId id, Output output, Answers.Round round) throws Closed, InterruptedException {
        return switch (output.message()) {
            case Listener listener ->
                chain(
                        id,
                        round,
                        Hook.HTTPListener,
                        listener,
                        (server, each) -> HookMessages.listener(
                                server, each, output.hooks().objects()));
            case RouteConfiguration table -> {
                RouteConfiguration result =
                        new TableHooks(this, id, round).made(table, output.hooks(), Optional.ofNullable(good.get(id)));
                if (result != table) {
                    Optional<String> problem = RULES.problem(result);
                    if (problem.isPresent()) {
                        fail(id, new Failure(asked(id), "Envoy would refuse what it makes: " + problem.get()));
                        throw new Closed();
                    }
                }
                yield result;
            }
            case Cluster cluster ->
                chain(
                        id,
                        round,
                        Hook.Cluster,
                        cluster,
                        (server, each) -> HookMessages.cluster(
                                server, each, output.hooks().objects()));
            case ClusterLoadAssignment endpoints ->
                chain(id, round, Hook.Endpoints, endpoints, (_, each) -> HookMessages.endpoints(each));
            default -> output.message();
        };
    }

    /** The server that is blamed if the final resource is invalid: the last server that is called about it. */
    private ExtensionServer asked(ResourceId id) {
        Set<Hook> hooks = switch (id.typeUrl()) {
            case TypeUrls.LISTENER -> Set.of(Hook.HTTPListener, Hook.Translation);
            case TypeUrls.ROUTES -> Set.of(Hook.Route, Hook.VirtualHost, Hook.Translation);
            case TypeUrls.CLUSTER -> Set.of(Hook.Cluster, Hook.Translation);
            default -> Set.of(Hook.Endpoints, Hook.Translation);
        };
        return servers.servers().stream()
                .filter(server -> hooks.stream().anyMatch(server::has))
                .reduce((_, later) -> later)
                .orElseGet(() -> servers.servers().getLast());
    }

    private Output result(ResourceId id, Output output, Message result, boolean whole) {
        if (result == output.message() || result.equals(output.message())) {
            if (whole) {
                good.remove(id);
                better.remove(id);
            }
            return output;
        }
        if (whole) {
            Message before = good.put(id, result);
            if (before != null && !before.equals(result)) {
                better.put(id, before);
            }
        }
        return output.madeOver(result, new HookPart(id, owner(output)));
    }

    /** The owner whose status reports rejections: a Gateway if there is one. */
    private static ObjectRef owner(Output output) {
        return output.owners().stream()
                .sorted()
                .filter(owner -> owner.kind().equals("Gateway"))
                .findFirst()
                .or(() -> output.owners().stream().sorted().findFirst())
                .orElse(new ObjectRef("Gateway", "", ""));
    }

    private Optional<Output> fallback(ResourceId id, Output output) {
        boolean open = failures.getOrDefault(id, List.of()).stream()
                .allMatch(failure -> failure.server().failOpen());
        if (open) {
            return Optional.of(output);
        }
        Message before = good.get(id);
        if (before != null) {
            return Optional.of(output.madeOver(before, new HookPart(id, owner(output))));
        }
        return output.message() instanceof RouteConfiguration table
                ? Optional.of(output.madeOver(TableHooks.closed(table), new HookPart(id, owner(output))))
                : Optional.empty();
    }

    /** Calls the servers with {@code hook} one after the other; returns the resource after all their changes. */
    <M extends Message> M chain(ResourceId id, Answers.Round round, Hook hook, M resource, Asking<M> asking)
            throws Closed, InterruptedException {
        M current = resource;
        for (ExtensionServer server : servers.servers()) {
            Optional<Message> request = server.has(hook) ? asking.of(server, current) : Optional.empty();
            if (request.isEmpty()) {
                continue;
            }
            try {
                Message answer = ask(server, hook, request.get(), round);
                Optional<Message> result = HookMessages.made(answer);
                if (result.isPresent() && !result.get().equals(current)) {
                    check(current, result.get());
                    @SuppressWarnings("unchecked") // A hook's answer is of the type of its request.
                    M checked = (M) result.get();
                    current = checked;
                }
            } catch (HookFailure e) {
                fail(id, new Failure(server, hook + ": " + e.reason()));
                if (!server.failOpen()) {
                    throw new Closed();
                }
            }
        }
        return current;
    }

    private Message ask(ExtensionServer server, Hook hook, Message request, Answers.Round round)
            throws HookFailure, InterruptedException {
        Optional<Message> known = round.known(server, hook, request);
        if (known.isPresent()) {
            return known.get();
        }
        String gone = away.get(server.name());
        if (gone != null) {
            throw new HookFailure(true, gone);
        }
        try {
            Message answer = calls.call(server, hook, request);
            round.learn(server, hook, request, answer);
            return answer;
        } catch (HookFailure e) {
            if (e.away()) {
                away.put(server.name(), e.reason());
            }
            throw e;
        }
    }

    private static void check(Message before, Message after) throws HookFailure {
        if (!HookMessages.name(after).equals(HookMessages.name(before))) {
            throw new HookFailure(
                    false,
                    "the answer is called \"" + HookMessages.name(after) + "\" (expected: \""
                            + HookMessages.name(before) + "\", since others refer to it by its name)");
        }
        Optional<String> problem = RULES.problem(after);
        if (problem.isPresent()) {
            throw new HookFailure(false, "Envoy would refuse the answer: " + problem.get());
        }
    }

    private void fail(ResourceId id, Failure failure) {
        failures.computeIfAbsent(id, _ -> new ArrayList<>()).add(failure);
    }

    /** Calls the servers with {@link Hook#Translation} for the fleet as a whole. */
    private Outcome together(List<HookContext.Part> policies) throws InterruptedException {
        Map<ResourceId, Output> all = new HashMap<>(made);
        Optional<ResourceId> whole = made.keySet().stream().findFirst().map(FleetHooks::whole);
        if (whole.isPresent() && servers.servers().stream().anyMatch(server -> server.has(Hook.Translation))) {
            failures.remove(whole.get());
            Answers.Round round = answers.new Round(whole.get());
            try {
                for (ExtensionServer server : servers.servers()) {
                    if (server.has(Hook.Translation)) {
                        translated(whole.get(), server, all, policies, round);
                    }
                }
            } catch (Closed e) {
                Map<ResourceId, Output> kept = new HashMap<>(last);
                // The hook does not cover endpoints, so that endpoints follow their pods.
                made.forEach((id, output) -> {
                    if (id.typeUrl().equals(TypeUrls.ENDPOINTS)) {
                        kept.put(id, output);
                    }
                });
                all = kept;
            } finally {
                round.end();
            }
        }
        boolean closed = failures.values().stream()
                .flatMap(List::stream)
                .anyMatch(failure -> !failure.server().failOpen());
        if (closed) {
            for (Map.Entry<ResourceId, Output> before : last.entrySet()) {
                if (REFERRED_TO.contains(before.getKey().typeUrl())) {
                    all.putIfAbsent(before.getKey(), before.getValue());
                }
            }
        }
        last = all;
        return new Outcome(all, trouble(closed), !failures.isEmpty());
    }

    private static ResourceId whole(ResourceId any) {
        return new ResourceId(any.fleet(), WHOLE, WHOLE);
    }

    private void translated(
            ResourceId whole,
            ExtensionServer server,
            Map<ResourceId, Output> all,
            List<HookContext.Part> policies,
            Answers.Round round)
            throws Closed, InterruptedException {
        Translation translation = new Translation(server, whole.fleet(), all);
        try {
            Message answer = ask(server, Hook.Translation, translation.request(policies), round);
            Map<ResourceId, Optional<Message>> changes = translation.changes(answer);
            for (Map.Entry<ResourceId, Optional<Message>> change : changes.entrySet()) {
                Optional<String> problem = change.getValue().flatMap(RULES::problem);
                if (problem.isPresent()) {
                    throw new HookFailure(
                            false, "Envoy would refuse \"" + change.getKey().name() + "\": " + problem.get());
                }
                Integer bad = refused.get(change.getKey());
                if (bad != null
                        && change.getValue()
                                .filter(each -> each.hashCode() == bad)
                                .isPresent()) {
                    throw new HookFailure(
                            false,
                            "proxies refuse what it makes of \""
                                    + change.getKey().name() + "\"");
                }
            }
            Set<ObjectRef> gateways = new HashSet<>();
            all.values().stream()
                    .filter(output -> output.message() instanceof Listener)
                    .forEach(output -> gateways.addAll(output.owners()));
            changes.forEach((id, message) -> message.ifPresentOrElse(
                    each -> all.put(
                            id,
                            Optional.ofNullable(all.get(id))
                                    .map(before -> before.madeOver(each, new HookPart(id, owner(before))))
                                    .orElseGet(
                                            () -> new Output(each, id.typeUrl().equals(TypeUrls.SECRET), gateways))),
                    () -> all.remove(id)));
        } catch (HookFailure e) {
            fail(whole, new Failure(server, Hook.Translation + ": " + e.reason()));
            if (!server.failOpen()) {
                throw new Closed();
            }
        }
    }

    private Optional<ExtensionTrouble> trouble(boolean closed) {
        return failures.entrySet().stream()
                .sorted(Map.Entry.comparingByKey(HookMessages.ORDER))
                .flatMap(each -> each.getValue().stream()
                        .filter(failure -> closed != failure.server().failOpen())
                        .map(failure -> "Extension server " + failure.server().name() + ", "
                                + (each.getKey().typeUrl().equals(WHOLE)
                                        ? ""
                                        : "\"" + each.getKey().name() + "\", ")
                                + failure.message() + "."))
                .findFirst()
                .map(message -> new ExtensionTrouble(
                        closed,
                        failures.size() == 1
                                ? message
                                : message + " The same or others fail at " + (failures.size() - 1)
                                        + " other resources."));
    }
}
