package dev.gatehouse.controller.translate;

import dev.gatehouse.collections.Collection;
import dev.gatehouse.collections.Graph;
import dev.gatehouse.collections.Reads;
import dev.gatehouse.controller.backend.BackendAddresses;
import dev.gatehouse.controller.envoy.AccessResources;
import dev.gatehouse.controller.envoy.BindingResources;
import dev.gatehouse.controller.envoy.ClusterResources;
import dev.gatehouse.controller.envoy.IntrospectionResources;
import dev.gatehouse.controller.envoy.SignOnResources;
import dev.gatehouse.controller.envoy.filter.FilterNeeds;
import dev.gatehouse.controller.gateway.ListenerKey;
import dev.gatehouse.controller.policy.Effective;
import dev.gatehouse.controller.policy.PolicyIndex.TargetKey;
import dev.gatehouse.controller.security.Security;
import dev.gatehouse.controller.security.SecurityOutcome;
import dev.gatehouse.controller.security.SecurityResolver;
import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.ObjectRef;
import dev.gatehouse.gatewayapi.Policy;
import dev.gatehouse.gatewayapi.PolicyTarget;
import dev.gatehouse.gatewayapi.Resource;
import dev.gatehouse.gatewayapi.access.AccessPolicy;
import dev.gatehouse.gatewayapi.security.Authorization;
import dev.gatehouse.gatewayapi.security.SecuritySettings;
import dev.gatehouse.gatewayapi.security.SsoPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Resolves SecurityPolicies: each policy alone, and merged policies at each rule where they are merged. A policy that
 * cannot be enforced closes its targets.
 */
final class Securities {
    private static final Set<String> STREAMS =
            Set.of(Kinds.TCP_ROUTE.name(), Kinds.TLS_ROUTE.name(), Kinds.UDP_ROUTE.name());

    private final Inputs inputs;
    private final Model model;
    private final BackendAddresses addresses;
    private final Attached<Policy<SecuritySettings>> attached;
    private final SsoPolicies ssoPolicies;
    private final AccessPolicies accessPolicies;
    private final Collection<ObjectKey, AccessResources.Outcome> access;
    private final Collection<ObjectKey, SecurityOutcome> outcomes;

    Securities(Graph graph, Inputs inputs, Model model, PolicySelection selection, BackendAddresses addresses) {
        this.inputs = inputs;
        this.model = model;
        this.addresses = addresses;
        attached = new Attached<>(graph, selection, Kinds.SECURITY_POLICY);
        ssoPolicies = new SsoPolicies(graph, inputs, attached.policies());
        accessPolicies = new AccessPolicies(graph, selection);
        access = graph.map(
                "access",
                inputs.of(Kinds.SECURITY_POLICY),
                (reads, key, policy) ->
                        access(reads, key, _ -> key, policy.spec().settings(), List.of(policy), Optional.empty()),
                (_, failure) -> Optional.of(new AccessResources.Outcome.Invalid(failure.toString())));
        outcomes = graph.map(
                "securityOutcomes",
                inputs.of(Kinds.SECURITY_POLICY),
                (reads, key, policy) -> Optional.of(outcome(
                        reads, key, _ -> key, policy.spec().settings(), reads.get(access, key), Optional.empty())),
                (_, failure) -> Optional.of(new SecurityOutcome.Invalid(failure.toString())));
    }

    Attached<Policy<SecuritySettings>> attached() {
        return attached;
    }

    SsoPolicies ssoPolicies() {
        return ssoPolicies;
    }

    AccessPolicies accessPolicies() {
        return accessPolicies;
    }

    /** The effective AccessPolicy of a rule of a route on a listener. */
    Optional<AccessPolicies.Counting> accessPolicy(
            Reads reads, ListenerKey listener, ObjectRef route, Optional<String> rule) {
        return accessPolicies.counting(
                reads,
                attached.members(reads, listener, route, rule).stream()
                        .map(Resource::key)
                        .toList(),
                listener,
                route,
                rule);
    }

    /** The part of each policy alone that authz-svc enforces. */
    Collection<ObjectKey, AccessResources.Outcome> access() {
        return access;
    }

    /** The outcome of a policy alone. */
    SecurityOutcome outcome(Reads reads, ObjectKey policy) {
        return reads.get(outcomes, policy).orElse(new SecurityOutcome.Invalid("not resolved"));
    }

    /** The outcome of the effective policies of a rule of a route on a listener; empty: there is no policy. */
    Optional<SecurityOutcome> outcome(Reads reads, ListenerKey listener, ObjectRef route, Optional<String> rule) {
        Optional<Effective<Policy<SecuritySettings>>> effective = attached.effective(reads, listener, route, rule);
        Optional<Resource<AccessPolicy>> more =
                accessPolicy(reads, listener, route, rule).map(AccessPolicies.Counting::policy);
        return more.isPresent()
                ? Optional.of(outcome(reads, new Together(effective, more)))
                : effective.map(policies -> outcome(reads, policies));
    }

    /**
     * Merged SecurityPolicies and the AccessPolicy that goes with them. One call to authz-svc enforces all of them.
     *
     * @param policies empty: there is an AccessPolicy only
     */
    record Together(Optional<Effective<Policy<SecuritySettings>>> policies, Optional<Resource<AccessPolicy>> more) {
        SecuritySettings settings() {
            return policies.map(each -> each.spec().settings()).orElse(SecuritySettings.NONE);
        }

        List<Resource<Policy<SecuritySettings>>> members() {
            return policies.map(Effective::members).orElse(List.of());
        }

        List<String> problems() {
            return policies.map(Effective::problems).orElse(List.of());
        }

        /** The SecurityPolicy that a field comes from. Without a SecurityPolicy it is the AccessPolicy, and no field asks for an owner. */
        ObjectKey owner(String field) {
            return policies.map(each -> each.owner(field))
                    .orElseGet(() -> more.orElseThrow().key());
        }

        /** True if the combination has a name of its own in authz-svc. */
        boolean isNamed() {
            return members().size() > 1
                    || more.map(each -> each.spec().asksAuthzService()).orElse(false);
        }

        /** The name of the combination. If it has several members, no object can have the name: "shop/cart+infra/all&shop/tokens". */
        ObjectKey name() {
            Optional<Resource<AccessPolicy>> asking =
                    more.filter(each -> each.spec().asksAuthzService() || policies.isEmpty());
            String names = Stream.concat(
                            policies.stream().map(Securities::name),
                            asking.stream().map(each -> "&" + each.key()))
                    .collect(Collectors.joining());
            return new ObjectKey(owner("").namespace(), names);
        }
    }

    /** The outcome of merged policies. */
    SecurityOutcome outcome(Reads reads, Effective<Policy<SecuritySettings>> effective) {
        return effective.members().size() == 1
                ? outcome(reads, effective.policy())
                : outcome(reads, new Together(Optional.of(effective), Optional.empty()));
    }

    private SecurityOutcome outcome(Reads reads, Together policies) {
        if (!policies.problems().isEmpty()) {
            return new SecurityOutcome.Invalid(String.join("; ", policies.problems()));
        }
        return outcome(
                reads,
                policies.name(),
                policies::owner,
                policies.settings(),
                access(reads, policies),
                policies.more().map(Resource::spec));
    }

    private Optional<AccessResources.Outcome> access(Reads reads, Together policies) {
        return access(
                reads, policies.name(), policies::owner, policies.settings(), policies.members(), policies.more());
    }

    /**
     * The part of merged policies that authz-svc enforces.
     *
     * @param owners the policies
     */
    record MergedAccess(dev.gatehouse.api.authz.v1.AccessPolicy policy, Set<ObjectRef> owners) {
        MergedAccess {
            owners = Set.copyOf(owners);
        }
    }

    /** The part that authz-svc enforces of a rule's merged policies; empty: authz-svc enforces nothing, or one policy alone. */
    Optional<MergedAccess> mergedAccess(Reads reads, ListenerKey listener, ObjectRef route, Optional<String> rule) {
        Together policies = new Together(
                attached.effective(reads, listener, route, rule),
                accessPolicy(reads, listener, route, rule).map(AccessPolicies.Counting::policy));
        if (!policies.isNamed() || !policies.problems().isEmpty()) {
            return Optional.empty();
        }
        return access(reads, policies)
                .flatMap(outcome -> outcome instanceof AccessResources.Outcome.Enforced enforced
                        ? Optional.of(new MergedAccess(
                                enforced.policy(),
                                Stream.concat(
                                                policies.members().stream()
                                                        .map(member ->
                                                                ObjectRef.of(Kinds.SECURITY_POLICY, member.key())),
                                                policies.more().stream()
                                                        .map(each -> ObjectRef.of(Kinds.ACCESS_POLICY, each.key())))
                                        .collect(Collectors.toSet())))
                        : Optional.empty());
    }

    /** The name of merged policies. If there are several, no object can have the name: "cart+infra/all". */
    private static String name(Effective<?> effective) {
        String name = effective.policy().name();
        return effective.members().size() == 1
                ? name
                : name + "+" + effective.members().getLast().key();
    }

    private Optional<AccessResources.Outcome> access(
            Reads reads,
            ObjectKey name,
            Function<String, ObjectKey> owners,
            SecuritySettings settings,
            List<Resource<Policy<SecuritySettings>>> members,
            Optional<Resource<AccessPolicy>> more) {
        if (!settings.asksAuthzService()
                && !more.map(each -> each.spec().asksAuthzService()).orElse(false)) {
            return Optional.empty();
        }
        Optional<SignOnResources.Sso> sso = Optional.empty();
        if (settings.oidc().isPresent()) {
            List<Resource<SsoPolicy>> found = new ArrayList<>();
            // Of the policy whose sessions are used, and of less specific ones.
            List<Resource<SsoPolicy>> ofSessions = new ArrayList<>();
            boolean sessions = false;
            for (Resource<Policy<SecuritySettings>> member : members) {
                // The targets include the objects that the policy's selectors select.
                List<PolicyTarget> targets = reads.get(attached.policies(), member.key())
                        .map(each -> each.spec().targets())
                        .orElse(member.spec().targets());
                SsoPolicies.Found own = ssoPolicies.of(reads, member.key(), targets);
                if (own.unreadable().isPresent()) {
                    return Optional.of(new AccessResources.Outcome.Invalid(
                            own.unreadable().get() + " cannot be read; see its status"));
                }
                own.policy().filter(policy -> !found.contains(policy)).ifPresent(found::add);
                sessions |= member.key().equals(owners.apply("oidc"));
                if (sessions) {
                    own.policy().filter(policy -> !ofSessions.contains(policy)).ifPresent(ofSessions::add);
                }
            }
            Optional<Effective<SsoPolicy>> merged = SsoPolicies.merged(found);
            Optional<String> problem = merged.flatMap(SsoPolicies::problem);
            if (problem.isEmpty()
                    && merged.isPresent()
                    && !store(merged).equals(store(SsoPolicies.merged(ofSessions)))) {
                problem = Optional.of(merged.get().policy() + ": spec.session.store is not that of SecurityPolicy "
                        + owners.apply("oidc") + ", whose sessions are used (expected: the same one)");
            }
            if (problem.isPresent()) {
                return Optional.of(new AccessResources.Outcome.Invalid("SSOPolicy " + problem.get()));
            }
            sso = merged.map(policy -> new SignOnResources.Sso(
                    policy.spec(),
                    new SignOnWorld(
                            reads,
                            inputs,
                            model,
                            addresses,
                            Kinds.SSO_POLICY,
                            field -> SsoPolicies.owner(policy, field))));
        }
        return Optional.of(AccessResources.compile(
                name,
                settings,
                new SignOnWorld(reads, inputs, model, addresses, Kinds.SECURITY_POLICY, owners),
                sso,
                more.map(each -> new AccessResources.More(each.spec(), accessWorld(reads, each.key())))));
    }

    private static Optional<SsoPolicy.Store> store(Optional<Effective<SsoPolicy>> policy) {
        return policy.flatMap(each -> each.spec().session().store());
    }

    private SecurityOutcome outcome(
            Reads reads,
            ObjectKey name,
            Function<String, ObjectKey> owners,
            SecuritySettings settings,
            Optional<AccessResources.Outcome> credentials,
            Optional<AccessPolicy> more) {
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
                more.map(each -> Security.Access.of(each, settings)).orElse(Security.Access.NONE),
                world(reads));
        if (outcome instanceof SecurityOutcome.Enforced enforced) {
            Optional<String> problem = FilterNeeds.problem(enforced.security())
                    .or(() -> enforced.security().clusters().stream()
                            .flatMap(cluster -> ClusterResources.problem(cluster).stream())
                            .findFirst());
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

    private SignOnWorld accessWorld(Reads reads, ObjectKey accessPolicy) {
        return new SignOnWorld(reads, inputs, model, addresses, Kinds.ACCESS_POLICY, _ -> accessPolicy);
    }

    /** Why an AccessPolicy cannot be enforced. */
    Optional<String> accessProblem(Reads reads, ObjectKey accessPolicy) {
        return reads.get(inputs.of(Kinds.ACCESS_POLICY), accessPolicy)
                .flatMap(policy -> IntrospectionResources.problem(policy.spec(), accessWorld(reads, accessPolicy))
                        .or(() -> besideProblem(reads, policy)));
    }

    /** Why an AccessPolicy and a SecurityPolicy (its target, or a policy with the same target) cannot be enforced together. */
    private Optional<String> besideProblem(Reads reads, Resource<AccessPolicy> policy) {
        if (!policy.spec().asksAuthzService()) {
            return Optional.empty();
        }
        for (TargetKey target : Attached.keys(policy.spec().targets(), policy.key())) {
            boolean named = target.kind().equals(Kinds.SECURITY_POLICY.name());
            Optional<Resource<Policy<SecuritySettings>>> beside =
                    named ? reads.get(attached.policies(), target.object()) : attached.at(reads, target);
            List<String> problems = beside.map(each -> Stream.concat(
                                    IntrospectionResources.shared(
                                            policy.spec(), each.spec().settings())
                                            .stream(),
                                    BindingResources.shared(
                                            policy.spec(), each.spec().settings())
                                            .stream())
                            .toList())
                    .orElse(List.of());
            if (!problems.isEmpty()) {
                return Optional.of(String.join("; ", problems));
            }
            Optional<TargetKey> stream = beside.filter(_ -> named).stream()
                    .flatMap(each -> Attached.keys(each.spec().targets(), each.key()).stream())
                    .filter(each -> STREAMS.contains(each.kind()))
                    .findFirst();
            if (stream.isPresent()) {
                return Optional.of("SecurityPolicy " + target.object() + " is for " + stream.get()
                        + ", whose connections have no tokens (expected: a route of requests)");
            }
        }
        return Optional.empty();
    }

    /**
     * Why a policy alone cannot be enforced. Its rules may need tokens that an AccessPolicy of the same rule validates.
     * A rule without such an AccessPolicy is closed.
     *
     * @param listeners the HTTP listeners that its targets are, have, or attach to
     */
    Optional<String> problem(Reads reads, Resource<Policy<SecuritySettings>> policy, Set<ListenerKey> listeners) {
        ObjectKey key = policy.key();
        SecuritySettings settings = policy.spec().settings();
        if (settings.unknownProviders().isEmpty()) {
            return outcome(reads, key).problem();
        }
        List<TargetKey> places = Stream.of(
                        Stream.of(AccessPolicies.target(key)),
                        Attached.keys(policy.spec().targets(), key).stream(),
                        listeners.stream().flatMap(listener -> Attached.listenerTargets(listener).stream()))
                .flatMap(each -> each)
                .toList();
        return places.stream()
                .flatMap(place -> accessPolicies.attached().at(reads, place).stream())
                .findFirst()
                .map(more -> outcome(reads, new Together(Optional.of(Effective.of(policy)), Optional.of(more))))
                .orElseGet(() -> outcome(reads, key))
                .problem();
    }

    private SecurityResolver.World world(Reads reads) {
        return new CalledServices(reads, inputs, model, addresses);
    }

    /** Why a policy cannot be enforced on connections. */
    static Optional<String> streamProblem(SecuritySettings settings) {
        if (settings.needsHttp()) {
            return Optional.of(
                    "the policy has sections for HTTP requests, and its target has none (expected: authorization"
                            + " alone)");
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
                return Optional.of("spec.authorization.rules[" + i
                        + "] asks for more than an address, and its target has no requests (expected:"
                        + " clientCIDRs alone)");
            }
        }
        return Optional.empty();
    }
}
