package dev.gatehouse.controller.translate;

import dev.gatehouse.collections.Reads;
import dev.gatehouse.controller.envoy.StreamRoute;
import dev.gatehouse.controller.extension.ExtensionOutcome;
import dev.gatehouse.controller.gateway.ListenerKey;
import dev.gatehouse.controller.policy.Effective;
import dev.gatehouse.controller.policy.EffectivePolicies;
import dev.gatehouse.controller.policy.PolicyIndex.TargetKey;
import dev.gatehouse.controller.security.Security;
import dev.gatehouse.controller.security.SecurityOutcome;
import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.ObjectRef;
import dev.gatehouse.gatewayapi.Policy;
import dev.gatehouse.gatewayapi.traffic.TrafficSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Finds the policies that count for a rule of a route on a listener, and what they make of it. */
final class PolicyResolver {
    private final Model model;

    PolicyResolver(Model model) {
        this.model = model;
    }

    /** The policies of a rule of a route on a listener that may add to the Envoy listener. */
    RulePolicies.Owners owners(Reads reads, ListenerKey listener, ObjectRef route, Optional<String> rule) {
        return new RulePolicies.Owners(
                model.securities
                        .attached()
                        .effective(reads, listener, route, rule)
                        .map(each -> ObjectRef.of(Kinds.SECURITY_POLICY, each.policy())),
                model.extensions
                        .attached()
                        .effective(reads, listener, route, rule)
                        .map(each -> ObjectRef.of(Kinds.ENVOY_EXTENSION_POLICY, each.policy())));
    }

    /** The effective policies of a rule of a route on a listener. */
    EffectivePolicies of(Reads reads, ListenerKey listener, ObjectRef route, Optional<String> rule) {
        List<TargetKey> targets = Attached.targets(listener, route, rule);
        Optional<SecurityOutcome> outcome = model.securities.outcome(reads, listener, route, rule);
        Optional<Effective<Policy<TrafficSettings>>> traffic =
                model.traffic.attached().effective(reads, listener, route, rule);
        Optional<EffectivePolicies.Waf> waf = model.wafs.effective(reads, targets);
        Optional<ExtensionOutcome> extension = model.extensions.outcome(reads, listener, route, rule);
        // Targets of an unreadable policy stay closed.
        boolean broken = waf.map(each -> model.wafs.isBroken(reads, each)).orElse(false)
                || model.brokenPolicies.isClosed(reads, targets)
                || isSecurityPolicyClosed(reads, listener, route, rule)
                || model.clients.of(reads, listener).closed()
                || outcome.map(SecurityOutcome.Invalid.class::isInstance).orElse(false)
                || extension.map(ExtensionOutcome.Invalid.class::isInstance).orElse(false)
                || model.securities
                        .attached()
                        .effective(reads, listener, route, rule)
                        .flatMap(each -> model.geo.problem(reads, each.spec().settings(), Set.of(listener)))
                        .isPresent()
                || model.securities
                        .accessPolicy(reads, listener, route, rule)
                        .flatMap(each -> model.certificateSources.problem(
                                reads, each.policy().spec(), Set.of(listener)))
                        .isPresent()
                || traffic.flatMap(each -> model.traffic.problem(reads, each)).isPresent();
        return new EffectivePolicies(
                outcome.flatMap(PolicyResolver::enforced),
                traffic.map(each -> model.traffic.enforced(reads, each)),
                waf,
                extension.flatMap(ExtensionPolicies::enforced),
                broken);
    }

    /** The effective policies of a rule of a route on a listener, in the order in which a request meets their filters. */
    List<PolicyUse> uses(Reads reads, ListenerKey listener, ObjectRef route, Optional<String> rule) {
        List<PolicyUse> uses = new ArrayList<>();
        model.clients.use(reads, listener, route).ifPresent(uses::add);
        model.securities.attached().use(reads, listener, route, rule).ifPresent(uses::add);
        model.securities
                .accessPolicy(reads, listener, route, rule)
                .map(each -> new PolicyUse(
                        Kinds.ACCESS_POLICY.name(),
                        each.policy().key(),
                        each.target(),
                        List.of(),
                        List.of(),
                        List.of()))
                .ifPresent(uses::add);
        model.wafs.use(reads, Attached.targets(listener, route, rule)).ifPresent(uses::add);
        model.extensions.attached().use(reads, listener, route, rule).ifPresent(uses::add);
        model.traffic.attached().use(reads, listener, route, rule).ifPresent(uses::add);
        return uses;
    }

    /** Whether an unreadable AccessPolicy targets an effective SecurityPolicy. Its requirements are unknown, so the rule stays closed. */
    private boolean isSecurityPolicyClosed(Reads reads, ListenerKey listener, ObjectRef route, Optional<String> rule) {
        return model.securities.attached().members(reads, listener, route, rule).stream()
                .anyMatch(policy -> model.brokenPolicies.isTargeted(
                        reads, AccessPolicies.target(policy.key()), Kinds.ACCESS_POLICY));
    }

    /**
     * The policy settings for the connections of a TCP, TLS or UDP route.
     *
     * @param closed true if a policy for the route cannot be enforced on connections
     */
    record Connections(boolean closed, Optional<StreamRoute.Admission> admission) {
        static final Connections CLOSED = new Connections(true, Optional.empty());
    }

    /**
     * A policy for the route itself must be enforced completely. Of a policy for its listener or Gateway only the
     * authorization applies.
     */
    Connections connections(Reads reads, ListenerKey listener, ObjectRef route, Optional<String> rule) {
        List<TargetKey> targets = Attached.targets(listener, route, rule);
        List<TargetKey> ofRoute = targets.stream()
                .filter(target -> target.kind().equals(route.kind()))
                .toList();
        if (model.brokenPolicies.isClosed(reads, ofRoute)
                || ofRoute.stream()
                        .anyMatch(target ->
                                model.wafs.attached().at(reads, target).isPresent()
                                        || model.extensions
                                                .attached()
                                                .at(reads, target)
                                                .filter(policy ->
                                                        policy.spec().settings().closes())
                                                .isPresent())) {
            return Connections.CLOSED;
        }
        boolean own = ofRoute.stream()
                .anyMatch(each -> model.securities.attached().at(reads, each).isPresent());
        boolean connects = !route.kind().equals(Kinds.UDP_ROUTE.name());
        if (own
                && (!connects
                        || model.securities
                                .attached()
                                .effective(reads, listener, route, rule)
                                .flatMap(each ->
                                        Securities.streamProblem(each.spec().settings()))
                                .isPresent()
                        || model.securities
                                .accessPolicy(reads, listener, route, rule)
                                .filter(each -> each.target().kind().equals(Kinds.SECURITY_POLICY.name())
                                        && each.policy().spec().asksAuthzService())
                                .isPresent())) {
            return Connections.CLOSED;
        }
        if (!connects) {
            return new Connections(false, Optional.empty());
        }
        boolean unreadable =
                targets.stream().anyMatch(each -> model.brokenPolicies.isTargeted(reads, each, Kinds.SECURITY_POLICY));
        if (unreadable) {
            return Connections.CLOSED;
        }
        Optional<SecurityOutcome> counting = model.securities.outcome(reads, listener, route, rule);
        return counting.map(outcome -> switch (outcome) {
                    case SecurityOutcome.Invalid _ -> Connections.CLOSED;
                    case SecurityOutcome.Enforced enforced ->
                        new Connections(
                                false,
                                enforced.security()
                                        .authorization()
                                        .map(authorization -> new StreamRoute.Admission(
                                                authorization,
                                                enforced.security().policy(),
                                                enforced.security().access().dryRun())));
                })
                .orElse(new Connections(false, Optional.empty()));
    }

    private static Optional<Security> enforced(SecurityOutcome outcome) {
        return switch (outcome) {
            case SecurityOutcome.Enforced enforced -> Optional.of(enforced.security());
            case SecurityOutcome.Invalid _ -> Optional.empty();
        };
    }
}
