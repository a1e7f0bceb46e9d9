package dev.gatehouse.controller.translate;

import dev.gatehouse.collections.Collection;
import dev.gatehouse.collections.Graph;
import dev.gatehouse.collections.Reads;
import dev.gatehouse.collections.Source;
import dev.gatehouse.controller.backend.NameCache;
import dev.gatehouse.controller.backend.Target;
import dev.gatehouse.controller.envoy.ListenerResources.PortKey;
import dev.gatehouse.controller.envoy.RouteEntry;
import dev.gatehouse.controller.envoy.RouteResources;
import dev.gatehouse.controller.envoy.filter.FilterNeeds;
import dev.gatehouse.controller.extension.Extensions;
import dev.gatehouse.controller.extensionserver.HookContext;
import dev.gatehouse.controller.gateway.ListenerKey;
import dev.gatehouse.controller.gateway.ListenerState;
import dev.gatehouse.controller.gateway.ListenerState.Protocol;
import dev.gatehouse.controller.gateway.ServingGateway;
import dev.gatehouse.controller.policy.EffectivePolicies;
import dev.gatehouse.controller.route.Attachments;
import dev.gatehouse.controller.route.ResolvedRoute;
import dev.gatehouse.controller.route.ResolvedRoute.WeightedTarget;
import dev.gatehouse.controller.security.Security;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.Resource;
import dev.gatehouse.gatewayapi.RouteSpec;
import dev.gatehouse.gatewayapi.traffic.Compressor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/** What routes contribute to the resources of the listeners that serve them by HTTP. */
final class Contributions {
    private final Inputs inputs;
    private final Model model;
    private final Settings settings;
    private final ListenerRoutes routes;

    /** The effective policies of each rule of a route on a listener, by the rules' names. */
    private final Collection<BindingKey, Map<Optional<String>, RulePolicies>> rulePolicies;

    private final ListenerPolicies listenerPolicies;
    private final Collection<BindingKey, Contribution> all;

    /** The filters that a listener needs for the policies of its routes. */
    private final Collection<ListenerKey, SortedMap<BindingKey, FilterNeeds>> filterNeeds;

    /** The filters that a listener needs besides those for policies that may be refused. */
    private final Collection<ListenerKey, SortedMap<BindingKey, FilterNeeds>> ownNeeds;

    /** The contributions that are held back ({@link Hold}). */
    private final Source<RoutePart, Hold> held;

    /** The parts that are held back, by route. */
    private final Collection<BindingKey, SortedMap<RoutePart, Hold>> heldByRoute;

    /** The last accepted contributions. */
    private final Source<RoutePart, Contribution> lastGood;

    private final Collection<BindingKey, List<ResolvedRoute.InvalidRule>> refusals;

    Contributions(Graph graph, Inputs inputs, Model model, ListenerRoutes routes, Settings settings) {
        this.inputs = inputs;
        this.model = model;
        this.routes = routes;
        this.settings = settings;
        held = graph.source("held");
        lastGood = graph.source("lastGood");
        heldByRoute = graph.group("heldByRoute", held, (part, _) -> Set.of(part.binding()));
        rulePolicies = graph.map("rulePolicies", model.bindings, this::rulePolicies);
        listenerPolicies = new ListenerPolicies(
                model.clients.holds,
                new PolicyHolds<>(
                        graph,
                        "securities.holds",
                        graph.expand(
                                "securities.wishes",
                                rulePolicies,
                                (_, _, rules) -> wishes(rules.values(), RulePolicies::security))),
                new PolicyHolds<>(
                        graph,
                        "extensions.holds",
                        graph.expand(
                                "extensions.wishes",
                                rulePolicies,
                                (_, _, rules) -> wishes(rules.values(), RulePolicies::extensions))),
                model.fleetTelemetry.holds);
        all = graph.expand("contributions", model.bindings, this::contributions, this::failing);
        refusals = graph.map(
                "refusedRules",
                all,
                (_, _, each) -> each.refusals().isEmpty() ? Optional.empty() : Optional.of(each.refusals()));
        filterNeeds = graph.group(
                "filterNeedsByListener",
                graph.expand("filterNeeds", all, this::filterNeeds),
                (key, _) -> Set.of(key.listener()));
        ownNeeds = graph.group(
                "ownNeedsByListener",
                graph.map(
                        "ownNeeds",
                        all,
                        (_, _, each) -> Optional.of(each.ownNeeds()).filter(needs -> !needs.equals(FilterNeeds.NONE))),
                (key, _) -> Set.of(key.listener()));
    }

    /** The contributions of routes to the listeners that serve them by HTTP. */
    Collection<BindingKey, Contribution> all() {
        return all;
    }

    Collection<RoutePart, Hold> held() {
        return held;
    }

    Collection<RoutePart, Contribution> lastGood() {
        return lastGood;
    }

    /** The rules of a route on a listener that Envoy would refuse. These rules are closed. */
    Collection<BindingKey, List<ResolvedRoute.InvalidRule>> refusals() {
        return refusals;
    }

    /** The policies that add to Envoy's listeners. */
    ListenerPolicies policies() {
        return listenerPolicies;
    }

    /** The filters that listeners need for the policies of their routes. */
    FilterNeeds needs(Reads reads, List<ListenerState> listeners) {
        return needs(reads, filterNeeds, listeners);
    }

    /** The filters that listeners need besides those for policies that may be refused. */
    FilterNeeds ownNeeds(Reads reads, List<ListenerState> listeners) {
        return needs(reads, ownNeeds, listeners);
    }

    void hold(Graph.Writes writes, RoutePart part, Optional<Hold> hold) {
        hold.ifPresentOrElse(each -> writes.put(held, part, each), () -> writes.remove(held, part));
    }

    /** Records the present contribution as accepted if it still has {@code fingerprint}. */
    void accept(Graph.Writes writes, RoutePart part, int fingerprint) {
        all.get(part.binding())
                .filter(each -> each.fingerprint() == fingerprint)
                .ifPresent(each -> writes.put(lastGood, part, each));
    }

    void forget(Graph.Writes writes, RoutePart part) {
        writes.remove(lastGood, part);
    }

    private Map<BindingKey, Contribution> contributions(Reads reads, BindingKey key, Attachments.Binding binding) {
        return contribution(reads, key, binding).map(each -> Map.of(key, each)).orElse(Map.of());
    }

    private Optional<Contribution> contribution(Reads reads, BindingKey key, Attachments.Binding binding) {
        Optional<ListenerState> listener = reads.get(model.listeners, key.listener());
        Optional<ResolvedRoute> route = routes.route(reads, key, binding);
        Optional<Resource<? extends RouteSpec>> object = reads.get(inputs.routes(), key.route());
        if (listener.isEmpty()
                || route.isEmpty()
                || object.isEmpty()
                || !listener.get().serving()) {
            return Optional.empty();
        }
        Protocol protocol = listener.get().protocol().orElseThrow();
        if (!protocol.http()) {
            return Optional.empty();
        }
        RouteResources maker = new RouteResources(
                key.listener(),
                protocol,
                settings.clientPort(listener.get()),
                () -> model.clients.of(reads, key.listener()).settings());
        List<RouteEntry> entries = new ArrayList<>();
        SortedMap<String, EffectivePolicies.Traffic> limits = new TreeMap<>();
        Set<Compressor> compressors = new HashSet<>();
        Set<EffectivePolicies.Waf> wafs = new HashSet<>();
        Set<Security> securities = new HashSet<>();
        Set<Securities.MergedAccess> access = new HashSet<>();
        Set<Extensions> extensions = new HashSet<>();
        Set<Security.Authorizer> authorizers = new HashSet<>();
        Set<NameCache> caches = new HashSet<>();
        List<ResolvedRoute.InvalidRule> refusals = new ArrayList<>();
        List<RulePolicies> rules = new ArrayList<>();
        Map<Optional<String>, RulePolicies> ofRules = reads.get(rulePolicies, key)
                .orElseThrow(() -> new IllegalStateException("the policies of " + key + " are not there"));
        Map<String, HookContext.OfRule> hooks = new HashMap<>();
        for (ResolvedRoute.Rule rule : route.get().rules()) {
            if (rule instanceof ResolvedRoute.Rule.Http http) {
                RulePolicies ofRule = Objects.requireNonNull(ofRules.get(http.name()), http::toString)
                        .served(reads, listenerPolicies);
                if (ofRule.security().isPresent() || ofRule.extensions().isPresent()) {
                    rules.add(ofRule);
                }
                EffectivePolicies policies = ofRule.policies();
                policies.security().filter(_ -> !policies.broken()).ifPresent(securities::add);
                model.securities
                        .mergedAccess(reads, key.listener(), key.route(), http.name())
                        .ifPresent(access::add);
                policies.extensions().filter(_ -> !policies.broken()).ifPresent(extensions::add);
                http.filters().externalAuth().ifPresent(authorizers::add);
                for (WeightedTarget target : http.targets()) {
                    if (target.target() instanceof Target.Found found
                            && found.cluster().resolved().isPresent()) {
                        caches.add(NameCache.of(found.cluster()));
                    }
                }
                RouteResources.Made made =
                        maker.entries(key.route(), object.get().metadata(), http, policies);
                entries.addAll(made.entries());
                made.refusal()
                        .ifPresent(refusal -> refusals.add(new ResolvedRoute.InvalidRule(
                                http.index(),
                                "UnsupportedValue",
                                "spec.rules[" + http.index() + "]: Envoy would refuse what it becomes: " + refusal)));
                HookContext.OfRule hook =
                        model.served.ofRule(reads, key.route(), object.get().spec(), http.index(), http.name());
                if (!hook.isEmpty()) {
                    hooks.put(RouteResources.ruleName(key.route(), http.index()), hook);
                }
                policies.waf().filter(EffectivePolicies.Waf::merged).ifPresent(wafs::add);
                policies.traffic()
                        .filter(traffic -> traffic.settings().globalLimit().isPresent())
                        .ifPresent(traffic -> limits.put(RouteResources.ruleName(key.route(), http.index()), traffic));
                policies.settings().compressors().stream()
                        .filter(compressor -> compressor.minBytes().isPresent())
                        .forEach(compressors::add);
            }
        }
        Map<String, List<RouteEntry>> byHost = new HashMap<>();
        for (Attachments.Place place : binding.places()) {
            byHost.put(
                    place.hostname(),
                    entries.stream().map(entry -> entry.from(place.origin())).toList());
        }
        return Optional.of(new Contribution(
                byHost,
                limits,
                compressors,
                wafs,
                securities,
                access,
                extensions,
                authorizers,
                caches,
                List.copyOf(refusals),
                List.copyOf(rules),
                new HookContext(List.of(), hooks)));
    }

    /** The effective policies of a route's rules on a listener; empty: the route is not served there by HTTP. */
    private Optional<Map<Optional<String>, RulePolicies>> rulePolicies(
            Reads reads, BindingKey key, Attachments.Binding binding) {
        Optional<ListenerState> listener = reads.get(model.listeners, key.listener())
                .filter(each -> each.protocol().map(Protocol::http).orElse(false));
        Optional<PortKey> port = model.port(reads, key.listener());
        Optional<ResolvedRoute> route = reads.get(model.routes, key.route());
        if (listener.isEmpty() || port.isEmpty() || route.isEmpty()) {
            return Optional.empty();
        }
        Optional<ObjectKey> certificate =
                reads.get(model.serving, key.listener().gateway()).flatMap(ServingGateway::backendClientCertificate);
        Map<Optional<String>, RulePolicies> policies = new HashMap<>();
        for (ResolvedRoute.Rule rule : route.get().rules()) {
            policies.computeIfAbsent(
                    rule.name(),
                    name -> RulePolicies.of(
                            new PolicyPlace(key.listener(), Optional.of(key.route()), name),
                            port.get(),
                            model.policies
                                    .of(reads, key.listener(), key.route(), name)
                                    .presenting(certificate)
                                    .after(listener.get().filters()),
                            model.policies.owners(reads, key.listener(), key.route(), name)));
        }
        return Optional.of(policies);
    }

    private static <S> Map<PolicyPlace, PolicyWish<S>> wishes(
            java.util.Collection<RulePolicies> rules, Function<RulePolicies, Optional<PolicyWish<S>>> which) {
        Map<PolicyPlace, PolicyWish<S>> wishes = new HashMap<>();
        rules.forEach(rule -> which.apply(rule).ifPresent(each -> wishes.put(rule.place(), each)));
        return wishes;
    }

    /** The contribution of a route whose translation failed: the route's hostnames, closed. */
    private Map<BindingKey, Contribution> failing(BindingKey key, Attachments.Binding binding, Throwable failure) {
        Map<String, List<RouteEntry>> closed = new HashMap<>();
        for (Attachments.Place place : binding.places()) {
            closed.put(
                    place.hostname(),
                    List.of(RouteResources.failing(key.route()).from(place.origin())));
        }
        return Map.of(key, Contribution.ofEntries(closed));
    }

    /** The filters that a contribution needs; if it is held back, also the filters that its replacement needs. */
    private Map<BindingKey, FilterNeeds> filterNeeds(Reads reads, BindingKey key, Contribution contribution) {
        FilterNeeds own = contribution.filterNeeds();
        FilterNeeds needs = own;
        for (RoutePart part : reads.get(heldByRoute, key).map(SortedMap::keySet).orElse(Set.of())) {
            needs = reads.get(lastGood, part)
                    .filter(good -> !good.isRefused(reads, listenerPolicies))
                    .map(Contribution::filterNeeds)
                    .map(needs::and)
                    .orElse(needs);
        }
        return needs.equals(FilterNeeds.NONE) ? Map.of() : Map.of(key, needs);
    }

    private static FilterNeeds needs(
            Reads reads,
            Collection<ListenerKey, SortedMap<BindingKey, FilterNeeds>> ofRoutes,
            List<ListenerState> listeners) {
        FilterNeeds needs = FilterNeeds.NONE;
        for (ListenerState listener : listeners) {
            for (FilterNeeds each :
                    reads.get(ofRoutes, listener.key()).map(SortedMap::values).orElse(List.of())) {
                needs = needs.and(each);
            }
        }
        return needs;
    }
}
