package dev.gatehouse.controller.translate;

import dev.gatehouse.api.authz.v1.AccessPolicy;
import dev.gatehouse.collections.Collection;
import dev.gatehouse.collections.Graph;
import dev.gatehouse.collections.Reads;
import dev.gatehouse.controller.backend.BackendAddresses;
import dev.gatehouse.controller.envoy.AccessResources;
import dev.gatehouse.controller.envoy.SignOnResources;
import dev.gatehouse.controller.envoy.filter.FilterNeeds;
import dev.gatehouse.controller.gateway.ListenerKey;
import dev.gatehouse.controller.policy.Effective;
import dev.gatehouse.controller.security.SecurityOutcome;
import dev.gatehouse.controller.security.SecurityResolver;
import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.ObjectRef;
import dev.gatehouse.gatewayapi.Policy;
import dev.gatehouse.gatewayapi.PolicyTarget;
import dev.gatehouse.gatewayapi.Resource;
import dev.gatehouse.gatewayapi.security.Authorization;
import dev.gatehouse.gatewayapi.security.SecuritySettings;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What SecurityPolicies come to: each alone, and those that are merged at the place where they are. A policy that cannot be enforced closes
 * what it is for.
 */
final class Securities {
    private final Inputs inputs;
    private final Model model;
    private final BackendAddresses addresses;
    private final Attached<Policy<SecuritySettings>> attached;
    private final SsoPolicies ssoPolicies;
    private final Collection<ObjectKey, AccessResources.Outcome> access;
    private final Collection<ObjectKey, SecurityOutcome> outcomes;

    Securities(Graph graph, Inputs inputs, Model model, PolicySelection selection, BackendAddresses addresses) {
        this.inputs = inputs;
        this.model = model;
        this.addresses = addresses;
        attached = new Attached<>(graph, selection, Kinds.SECURITY_POLICY);
        ssoPolicies = new SsoPolicies(graph, inputs, attached.policies());
        access = graph.map(
                "access",
                inputs.of(Kinds.SECURITY_POLICY),
                (reads, key, policy) ->
                        access(reads, key, _ -> key, policy.spec().settings(), List.of(policy)),
                (_, failure) -> Optional.of(new AccessResources.Outcome.Invalid(failure.toString())));
        outcomes = graph.map(
                "securityOutcomes",
                inputs.of(Kinds.SECURITY_POLICY),
                (reads, key, policy) ->
                        Optional.of(outcome(reads, key, _ -> key, policy.spec().settings(), reads.get(access, key))),
                (_, failure) -> Optional.of(new SecurityOutcome.Invalid(failure.toString())));
    }

    Attached<Policy<SecuritySettings>> attached() {
        return attached;
    }

    SsoPolicies ssoPolicies() {
        return ssoPolicies;
    }

    /** What authz-svc enforces of each policy alone. */
    Collection<ObjectKey, AccessResources.Outcome> access() {
        return access;
    }

    /** What became of a policy alone. */
    SecurityOutcome outcome(Reads reads, ObjectKey policy) {
        return reads.get(outcomes, policy).orElse(new SecurityOutcome.Invalid("not resolved"));
    }

    /** What became of the policies that count for a rule of a route on a listener; empty: none does. */
    Optional<SecurityOutcome> outcome(Reads reads, ListenerKey listener, ObjectRef route, Optional<String> rule) {
        return attached.effective(reads, listener, route, rule).map(effective -> outcome(reads, effective));
    }

    /** What became of policies together. */
    SecurityOutcome outcome(Reads reads, Effective<Policy<SecuritySettings>> effective) {
        if (effective.members().size() == 1) {
            return outcome(reads, effective.policy());
        }
        if (!effective.problems().isEmpty()) {
            return new SecurityOutcome.Invalid(String.join("; ", effective.problems()));
        }
        SecuritySettings settings = effective.spec().settings();
        ObjectKey name = name(effective);
        return outcome(
                reads,
                name,
                effective::owner,
                settings,
                access(reads, name, effective::owner, settings, effective.members()));
    }

    /**
     * What authz-svc enforces of policies that are merged.
     *
     * @param owners the policies
     */
    record MergedAccess(AccessPolicy policy, Set<ObjectRef> owners) {
        MergedAccess {
            owners = Set.copyOf(owners);
        }
    }

    /** What authz-svc enforces for a rule of a route on a listener where policies are merged; empty: nothing, or one policy alone. */
    Optional<MergedAccess> mergedAccess(Reads reads, ListenerKey listener, ObjectRef route, Optional<String> rule) {
        return attached.effective(reads, listener, route, rule)
                .filter(effective ->
                        effective.members().size() > 1 && effective.problems().isEmpty())
                .flatMap(effective -> access(
                                reads,
                                name(effective),
                                effective::owner,
                                effective.spec().settings(),
                                effective.members())
                        .flatMap(outcome -> outcome instanceof AccessResources.Outcome.Enforced enforced
                                ? Optional.of(new MergedAccess(
                                        enforced.policy(),
                                        effective.members().stream()
                                                .map(member -> ObjectRef.of(Kinds.SECURITY_POLICY, member.key()))
                                                .collect(Collectors.toSet())))
                                : Optional.empty()));
    }

    /** A name that no object has: "shop/cart+infra/all". */
    private static ObjectKey name(Effective<?> effective) {
        ObjectKey policy = effective.policy();
        return new ObjectKey(
                policy.namespace(),
                policy.name() + "+" + effective.members().getLast().key());
    }

    private Optional<AccessResources.Outcome> access(
            Reads reads,
            ObjectKey name,
            Function<String, ObjectKey> owners,
            SecuritySettings settings,
            List<Resource<Policy<SecuritySettings>>> members) {
        if (!settings.asksAuthzService()) {
            return Optional.empty();
        }
        Optional<SignOnResources.Sso> sso = Optional.empty();
        if (settings.oidc().isPresent()) {
            for (Resource<Policy<SecuritySettings>> member : members) {
                // With what its selectors select.
                List<PolicyTarget> targets = reads.get(attached.policies(), member.key())
                        .map(each -> each.spec().targets())
                        .orElse(member.spec().targets());
                SsoPolicies.Found found = ssoPolicies.of(reads, member.key(), targets);
                if (found.unreadable().isPresent()) {
                    return Optional.of(new AccessResources.Outcome.Invalid(
                            found.unreadable().get() + " cannot be read; see its status"));
                }
                sso = sso.or(() -> found.policy()
                        .map(policy -> new SignOnResources.Sso(
                                policy.spec(),
                                new SignOnWorld(
                                        reads, inputs, model, addresses, Kinds.SSO_POLICY, _ -> policy.key()))));
            }
        }
        return Optional.of(AccessResources.compile(
                name, settings, new SignOnWorld(reads, inputs, model, addresses, Kinds.SECURITY_POLICY, owners), sso));
    }

    private SecurityOutcome outcome(
            Reads reads,
            ObjectKey name,
            Function<String, ObjectKey> owners,
            SecuritySettings settings,
            Optional<AccessResources.Outcome> credentials) {
        SecurityOutcome outcome = SecurityResolver.resolve(
                name,
                owners,
                settings,
                credentials.flatMap(each -> each instanceof AccessResources.Outcome.Invalid invalid
                        ? Optional.of(invalid.message())
                        : Optional.empty()),
                credentials.flatMap(each -> each instanceof AccessResources.Outcome.Enforced enforced
                        ? enforced.signOn()
                        : Optional.empty()),
                world(reads));
        if (outcome instanceof SecurityOutcome.Enforced enforced) {
            Optional<String> problem = FilterNeeds.problem(enforced.security());
            if (problem.isPresent()) {
                return new SecurityOutcome.Invalid("Envoy would refuse what it becomes: " + problem.get());
            }
            if (credentials.orElse(null) instanceof AccessResources.Outcome.Enforced compiled) {
                return new SecurityOutcome.Enforced(
                        enforced.security(),
                        enforced.bypassed(),
                        Stream.concat(compiled.warnings().stream(), enforced.warnings().stream())
                                .toList());
            }
        }
        return outcome;
    }

    private SecurityResolver.World world(Reads reads) {
        return new CalledServices(reads, inputs, model, addresses);
    }

    /** Why a policy cannot be enforced on connections. */
    static Optional<String> streamProblem(SecuritySettings settings) {
        if (settings.needsHttp()) {
            return Optional.of(
                    "the policy has sections for HTTP requests, and its target has none (expected: authorization alone)");
        }
        List<Authorization.Rule> rules =
                settings.authorization().map(Authorization::rules).orElse(List.of());
        for (int i = 0; i < rules.size(); i++) {
            boolean byAddress = rules.get(i).cel().isEmpty()
                    && rules.get(i).operation().isEmpty()
                    && rules.get(i)
                            .principal()
                            .map(Authorization.Principal::byAddressOnly)
                            .orElse(true);
            if (!byAddress) {
                return Optional.of(
                        "spec.authorization.rules[" + i
                                + "] asks for more than an address, and its target has no requests (expected: clientCIDRs alone)");
            }
        }
        return Optional.empty();
    }
}
