package dev.gatehouse.controller.translate;

import dev.gatehouse.collections.Collection;
import dev.gatehouse.collections.Graph;
import dev.gatehouse.collections.Reads;
import dev.gatehouse.controller.backend.ClusterSettings;
import dev.gatehouse.controller.client.ClientCertificates;
import dev.gatehouse.controller.client.ClientPolicy;
import dev.gatehouse.controller.client.ClientPolicy.Http3;
import dev.gatehouse.controller.client.ClientTrust;
import dev.gatehouse.controller.envoy.ListenerResources;
import dev.gatehouse.controller.gateway.FleetMembers;
import dev.gatehouse.controller.gateway.Hostnames;
import dev.gatehouse.controller.gateway.ListenerKey;
import dev.gatehouse.controller.gateway.ListenerState;
import dev.gatehouse.controller.gateway.ListenerState.Protocol;
import dev.gatehouse.controller.gateway.ServingGateway;
import dev.gatehouse.controller.policy.PolicyIndex;
import dev.gatehouse.controller.policy.PolicyIndex.TargetKey;
import dev.gatehouse.gatewayapi.BrokenObject;
import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.ObjectRef;
import dev.gatehouse.gatewayapi.ReferenceGrant;
import dev.gatehouse.gatewayapi.Resource;
import dev.gatehouse.gatewayapi.SecretDiscovery;
import dev.gatehouse.gatewayapi.client.ClientSettings;
import dev.gatehouse.gatewayapi.client.ClientTls;
import dev.gatehouse.gatewayapi.client.ClientTrafficPolicy;
import dev.gatehouse.gatewayapi.client.Http1Settings.Http10;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** ClientTrafficPolicies as collections: finds the effective policy of each listener and its settings there. */
final class ClientPolicies {
    /**
     * A policy checked without regard to its listeners.
     *
     * @param httpProblem why the policy cannot be applied to an HTTP listener
     * @param tlsProblem why the policy cannot be applied to a listener that terminates TLS
     * @param warnings the fields that have no effect
     */
    record Checked(
            Optional<String> httpProblem,
            Optional<String> tlsProblem,
            Optional<ClientTrust> trust,
            List<String> warnings) {
        Checked {
            warnings = List.copyOf(warnings);
        }
    }

    /** A policy that cannot be applied to a listener alone, since it would also apply to listeners that it does not target. */
    record Refusal(ObjectKey policy, TargetKey target, String message) {}

    /**
     * The effective client settings of a listener.
     *
     * @param target the target by which the effective policy applies to the listener; empty: there is no policy
     * @param problem why the listener is closed
     */
    record Effective(
            ClientPolicy policy, Optional<TargetKey> target, Optional<String> problem, List<Refusal> refusals) {
        Effective {
            refusals = List.copyOf(refusals);
        }

        /** True if the policy {@code key} is effective by the target {@code by}. */
        boolean isOf(ObjectKey key, TargetKey by) {
            return policy.owner().equals(Optional.of(key)) && target.equals(Optional.of(by));
        }
    }

    /** An unreadable policy and its targets. */
    private record Broken(Resource<BrokenObject> object, Set<TargetKey> targets) {}

    /** By policy. */
    final Collection<ObjectKey, Checked> checked;

    /** The effective settings by listener; a listener without a policy is absent. */
    final Collection<ListenerKey, Effective> effective;

    /** The settings of policies of which proxies may refuse some. */
    final PolicyHolds<ClientPolicy> holds;

    /** What clients may use of HTTP/1, by listener; a listener with Envoy's defaults is absent. */
    final Collection<ListenerKey, ClusterSettings.Http1> http1;

    /** The settings as the policies have them. */
    private final Collection<ListenerKey, Effective> wanted;

    private final Attached<ClientTrafficPolicy> attached;
    private final Collection<TargetKey, SortedMap<ObjectRef, Broken>> brokenByTarget;
    private final Inputs inputs;
    private final Model model;

    ClientPolicies(Graph graph, Inputs inputs, Model model, PolicySelection selection) {
        this.inputs = inputs;
        this.model = model;
        attached = new Attached<>(graph, selection, Kinds.CLIENT_TRAFFIC_POLICY);
        Collection<ObjectRef, Broken> broken = graph.map(
                "clients.broken",
                inputs.broken(),
                (reads, ref, object) -> isOurs(ref) && !inputs.isReadable(reads, ref)
                        ? Optional.of(new Broken(
                                new Resource<>(object.metadata(), object),
                                Attached.keys(model.brokenPolicies.targets(reads, ref, object), ref.key())))
                        : Optional.empty());
        brokenByTarget = graph.group("clients.brokenByTarget", broken, (_, each) -> each.targets());
        checked = graph.map(
                "clients.checked",
                attached.policies(),
                (reads, key, policy) ->
                        Optional.of(check(reads, key, policy.spec().settings())));
        wanted = graph.map("clients.wanted", model.listeners, this::effective);
        holds = new PolicyHolds<>(graph, "clients.holds", graph.expand("clients.wishes", wanted, this::wish));
        effective = graph.map("clients", wanted, this::served);
        http1 = graph.map(
                "clients.http1",
                effective,
                (_, _, each) -> Optional.of(each.policy().settings().http1())
                        .map(all -> new ClusterSettings.Http1(all.trailers(), all.preserveHeaderCase()))
                        .filter(used -> !used.equals(ClusterSettings.Http1.NONE)));
    }

    /** The policies. Their targets include the objects that their selectors select. */
    Collection<ObjectKey, Resource<ClientTrafficPolicy>> policies() {
        return attached.policies();
    }

    /** The effective policy for the clients of a listener, as {@link Attached#use}. */
    Optional<PolicyUse> use(Reads reads, ListenerKey listener, ObjectRef route) {
        return attached.use(reads, listener, route, Optional.empty());
    }

    /** True for a ClientTrafficPolicy. This class decides how far an invalid one closes its targets. */
    static boolean isOurs(ObjectRef ref) {
        return ref.kind().equals(Kinds.CLIENT_TRAFFIC_POLICY.name());
    }

    /** The effective settings for the clients of a listener. */
    ClientPolicy of(Reads reads, ListenerKey listener) {
        return reads.get(effective, listener).map(Effective::policy).orElse(ClientPolicy.NONE);
    }

    /** The policy that is effective for {@code target} instead of {@code own}; empty: {@code own} is effective. */
    Optional<ObjectKey> rival(Reads reads, TargetKey target, ObjectKey own) {
        return winner(reads, target).map(Resource::key).filter(key -> !key.equals(own));
    }

    /** True if a policy targets {@code target}, readable or not. */
    boolean isClaimed(Reads reads, TargetKey target) {
        return winner(reads, target).isPresent();
    }

    private Optional<? extends Resource<?>> winner(Reads reads, TargetKey target) {
        Optional<Resource<ClientTrafficPolicy>> readable = attached.at(reads, target);
        Optional<Resource<BrokenObject>> broken = reads.get(brokenByTarget, target)
                .flatMap(each -> PolicyIndex.winner(
                        each.values().stream().map(Broken::object).toList()));
        return readable.isPresent() && (broken.isEmpty() || readable.get().compareTo(broken.get()) < 0)
                ? readable
                : broken;
    }

    private Optional<Effective> effective(Reads reads, ListenerKey key, ListenerState listener) {
        List<Refusal> refusals = new ArrayList<>();
        for (TargetKey target : Attached.listenerTargets(key)) {
            Optional<? extends Resource<?>> winner = winner(reads, target);
            if (winner.isEmpty()) {
                continue;
            }
            ObjectKey policy = winner.get().key();
            if (!(winner.get().spec() instanceof ClientTrafficPolicy spec)) {
                return Optional.of(new Effective(
                        ClientPolicy.closedBy(policy),
                        Optional.of(target),
                        Optional.of("ClientTrafficPolicy " + policy + " cannot be read; see its status"),
                        refusals));
            }
            Optional<String> conflict = sharedPort(reads, listener, target);
            if (conflict.isEmpty()) {
                return Optional.of(applied(reads, listener, target, policy, spec.settings(), refusals));
            }
            refusals.add(new Refusal(policy, target, conflict.get()));
        }
        return refusals.isEmpty()
                ? Optional.empty()
                : Optional.of(new Effective(ClientPolicy.NONE, Optional.empty(), Optional.empty(), refusals));
    }

    private Map<PolicyPlace, PolicyWish<ClientPolicy>> wish(Reads reads, ListenerKey key, Effective each) {
        Optional<PolicyWish<ClientPolicy>> wish = wish(reads, key, each.policy());
        return wish.map(own -> Map.of(PolicyPlace.of(key), own)).orElse(Map.of());
    }

    /** What the policy {@code client} adds to the Envoy listener; empty: the listener is closed or has no policy. */
    private Optional<PolicyWish<ClientPolicy>> wish(Reads reads, ListenerKey key, ClientPolicy client) {
        return client.owner()
                .filter(_ -> !client.closed())
                .flatMap(owner -> model.port(reads, key)
                        .map(port -> new PolicyWish<>(
                                new PolicyPart(port, ObjectRef.of(Kinds.CLIENT_TRAFFIC_POLICY, owner)),
                                client,
                                client.hashCode(),
                                Set.of())));
    }

    /** The settings that are served: those that proxies refuse are replaced by the last accepted ones, or close the listener. */
    private Optional<Effective> served(Reads reads, ListenerKey key, Effective own) {
        Optional<PolicyWish<ClientPolicy>> wish = wish(reads, key, own.policy());
        if (wish.isEmpty()) {
            return Optional.of(own);
        }
        ObjectKey policy = own.policy().owner().orElseThrow();
        Optional<ClientPolicy> accepted =
                holds.served(reads, PolicyPlace.of(key), wish.get()).map(PolicyWish::settings);
        return Optional.of(
                accepted.isPresent()
                        ? new Effective(accepted.get(), own.target(), own.problem(), own.refusals())
                        : new Effective(
                                ClientPolicy.closedBy(policy),
                                own.target(),
                                Optional.of("proxies refuse the settings of ClientTrafficPolicy " + policy),
                                own.refusals()));
    }

    private Effective applied(
            Reads reads,
            ListenerState listener,
            TargetKey target,
            ObjectKey policy,
            ClientSettings settings,
            List<Refusal> refusals) {
        Checked itself = reads.get(checked, policy)
                .orElse(new Checked(
                        Optional.of("it could not be checked"), Optional.empty(), Optional.empty(), List.of()));
        boolean http = listener.protocol().map(Protocol::http).orElse(false);
        Optional<String> defaultHost = Optional.empty();
        List<String> problems = new ArrayList<>();
        if (http) {
            itself.httpProblem().ifPresent(problems::add);
            if (settings.http1().http10() == Http10.WITH_DEFAULT_HOST) {
                Set<String> hosts = defaultHosts(reads, listener);
                defaultHost = hosts.stream().findFirst();
                if (hosts.size() != 1) {
                    problems.add("spec.http1.http10.useDefaultHost: listener \""
                            + listener.key().name()
                            + "\" has no hostname, and its routes have " + hosts.size()
                            + " (expected: one hostname without wildcard)");
                }
            }
        }
        if (terminatesTls(listener)) {
            itself.tlsProblem().ifPresent(problems::add);
        }
        if (!problems.isEmpty()) {
            return new Effective(
                    ClientPolicy.closedBy(policy),
                    Optional.of(target),
                    Optional.of(String.join("; ", problems)),
                    refusals);
        }
        return new Effective(
                new ClientPolicy(
                        settings,
                        Optional.of(policy),
                        defaultHost,
                        itself.trust().isPresent(),
                        http3(reads, listener, settings),
                        false),
                Optional.of(target),
                Optional.empty(),
                refusals);
    }

    private static boolean terminatesTls(ListenerState listener) {
        return listener.protocol()
                .map(protocol -> protocol == Protocol.HTTPS || protocol == Protocol.TLS_TERMINATE)
                .orElse(false);
    }

    /** The listener's precise hostname; if it has none, the hostnames of its routes. */
    private Set<String> defaultHosts(Reads reads, ListenerState listener) {
        Optional<String> own = listener.spec().hostname().filter(ClientPolicies::isPrecise);
        if (own.isPresent()) {
            return Set.of(own.get());
        }
        Set<String> hosts = new HashSet<>();
        reads.get(model.bindingsByListener, listener.key())
                .ifPresent(bindings -> bindings.values()
                        .forEach(binding -> binding.places().stream()
                                .map(place -> place.hostname())
                                .filter(ClientPolicies::isPrecise)
                                .forEach(hosts::add)));
        return hosts;
    }

    private static boolean isPrecise(String hostname) {
        return !hostname.equals(Hostnames.ANY) && !hostname.startsWith("*");
    }

    private Http3 http3(Reads reads, ListenerState listener, ClientSettings settings) {
        if (!settings.http3() || listener.protocol().orElse(Protocol.HTTP) != Protocol.HTTPS) {
            return Http3.NOT_ASKED_FOR;
        }
        Optional<FleetMembers> fleet = fleet(reads, listener);
        boolean validates = settings.tls().flatMap(ClientTls::validation).isPresent()
                || fleet.flatMap(members -> members.frontendValidation(listener))
                        .isPresent();
        if (validates) {
            return Http3.WITHOUT_CLIENT_VALIDATION;
        }
        boolean taken = fleet.map(FleetMembers::listeners).orElse(List.of()).stream()
                .anyMatch(other -> other.serving()
                        && other.boundPort() == listener.boundPort()
                        && other.protocol().equals(Optional.of(Protocol.UDP)));
        return taken ? Http3.PORT_TAKEN : Http3.SERVED;
    }

    private Optional<FleetMembers> fleet(Reads reads, ListenerState listener) {
        return reads.get(model.serving, listener.key().gateway())
                .map(ServingGateway::fleet)
                .flatMap(name -> reads.get(model.fleets, name));
    }

    /**
     * HTTP listeners of one port share the port's connections, so a policy for only some of them cannot be applied.
     * Envoy Gateway has the same rule.
     */
    private Optional<String> sharedPort(Reads reads, ListenerState listener, TargetKey target) {
        if (!isHttp(listener)) {
            return Optional.empty();
        }
        String others = fleet(reads, listener).map(FleetMembers::listeners).orElse(List.of()).stream()
                .filter(other -> isHttp(other)
                        && other.boundPort() == listener.boundPort()
                        && !other.key().equals(listener.key())
                        && !covers(target, other.key()))
                .map(other -> other.key().toString())
                .collect(Collectors.joining(", "));
        return others.isEmpty()
                ? Optional.empty()
                : Optional.of("listener \"" + listener.key().name() + "\" shares port "
                        + listener.spec().port()
                        + " and its connections with HTTP listeners that the policy is not for: "
                        + others);
    }

    private static boolean isHttp(ListenerState listener) {
        return listener.serving() && listener.protocol().equals(Optional.of(Protocol.HTTP));
    }

    /** True if a policy for {@code target} also applies to the listener. */
    static boolean covers(TargetKey target, ListenerKey listener) {
        return Attached.listenerTargets(listener).contains(target);
    }

    private Checked check(Reads reads, ObjectKey key, ClientSettings settings) {
        Optional<String> httpProblem = ListenerResources.problemWithHttp(settings)
                .map(problem -> "Envoy would refuse what it becomes: " + problem);
        Optional<ClientTls> tls = settings.tls();
        Optional<String> refused = tls.flatMap(ListenerResources::problemWithTls)
                .map(problem -> "spec.tls: Envoy would refuse what it becomes: " + problem);
        Optional<ClientCertificates.Outcome> certificates = tls.flatMap(ClientTls::validation)
                .map(validation -> ClientCertificates.resolve(key.namespace(), validation, world(reads)));
        return switch (certificates.orElse(new ClientCertificates.Outcome.Usable(Optional.empty(), List.of()))) {
            case ClientCertificates.Outcome.Usable usable ->
                new Checked(httpProblem, refused, usable.trust(), usable.warnings());
            case ClientCertificates.Outcome.Unusable unusable ->
                new Checked(
                        httpProblem,
                        Optional.of(Stream.concat(refused.stream(), Stream.of("spec.tls." + unusable.problem()))
                                .collect(Collectors.joining("; "))),
                        Optional.empty(),
                        List.of());
        };
    }

    private ClientCertificates.World world(Reads reads) {
        return new ClientCertificates.World() {
            @Override
            public Optional<Map<String, String>> texts(String kind, ObjectKey key) {
                return switch (kind) {
                    case "Secret" ->
                        reads.get(inputs.of(Kinds.SECRET), key).map(secret -> {
                            Map<String, String> texts = new HashMap<>();
                            secret.spec().data().forEach((name, bytes) -> texts.put(name, bytes.utf8()));
                            return texts;
                        });
                    case "ConfigMap" ->
                        reads.get(inputs.of(Kinds.CONFIG_MAP), key)
                                .map(map -> map.spec().data());
                    case "ClusterTrustBundle" ->
                        reads.get(inputs.of(Kinds.CLUSTER_TRUST_BUNDLE), key)
                                .map(bundle -> Map.of("ca.crt", bundle.spec().trustBundle()));
                    default -> Optional.empty();
                };
            }

            @Override
            public Optional<SecretDiscovery.Outcome> discovery(ObjectKey secret) {
                return model.discoveries.outcome(reads, secret);
            }

            @Override
            public boolean permitted(ReferenceGrant.Origin from, String kind, ObjectKey to) {
                return inputs.permitted(reads, from, "", kind, to);
            }
        };
    }
}
