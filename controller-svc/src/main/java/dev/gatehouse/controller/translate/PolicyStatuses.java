package dev.gatehouse.controller.translate;

import dev.gatehouse.collections.Collection;
import dev.gatehouse.collections.Reads;
import dev.gatehouse.controller.gateway.ListenerKey;
import dev.gatehouse.controller.gateway.ListenerState;
import dev.gatehouse.controller.gateway.ServingGateway;
import dev.gatehouse.controller.policy.Effective;
import dev.gatehouse.controller.policy.PolicyIndex.TargetKey;
import dev.gatehouse.controller.route.Attachments;
import dev.gatehouse.controller.route.ResolvedRoute;
import dev.gatehouse.controller.status.AncestorConditions;
import dev.gatehouse.controller.status.Condition;
import dev.gatehouse.controller.status.Conditions;
import dev.gatehouse.controller.status.ObjectStatus;
import dev.gatehouse.gatewayapi.Kind;
import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.ObjectRef;
import dev.gatehouse.gatewayapi.ParentReference;
import dev.gatehouse.gatewayapi.PolicyTarget;
import dev.gatehouse.gatewayapi.Resource;
import dev.gatehouse.gatewayapi.TargetedPolicy;
import dev.gatehouse.gatewayapi.access.AccessPolicy;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The statuses of policies of every kind. A status has an entry for each Gateway or ListenerSet that the policy's
 * targets attach to, as in Envoy Gateway. The entry says whether the policy is accepted, which policies override it,
 * and which policies it is merged with.
 */
final class PolicyStatuses {
    /** The kinds of routes for connections instead of requests. */
    private static final Set<String> CONNECTIONS = Set.of("TLSRoute", "TCPRoute", "UDPRoute");

    private final Inputs inputs;
    private final Model model;
    private final PolicedRoutes policedRoutes;
    private final Rejections rejections;
    private final Collection<ObjectRef, SortedMap<String, String>> failed;
    private final String controllerName;

    PolicyStatuses(
            Inputs inputs,
            Model model,
            PolicedRoutes policedRoutes,
            Rejections rejections,
            Collection<ObjectRef, SortedMap<String, String>> failed,
            String controllerName) {
        this.inputs = inputs;
        this.model = model;
        this.policedRoutes = policedRoutes;
        this.rejections = rejections;
        this.failed = failed;
        this.controllerName = controllerName;
    }

    /**
     * The verdict of a kind's own translation on a policy.
     *
     * @param invalid why the policy cannot be enforced
     * @param onConnections why the policy cannot be enforced on a TCP, TLS or UDP route
     * @param passedOver the fields that have no effect
     * @param callout the fleet of the service that enforces the policy and may refuse it; empty: the proxies enforce it
     * @param together checks merged policies of the kind
     */
    record Verdict<S extends TargetedPolicy<S>>(
            Optional<String> invalid,
            Optional<String> onConnections,
            List<String> passedOver,
            Optional<String> callout,
            Together<S> together) {
        Verdict {
            passedOver = List.copyOf(passedOver);
        }
    }

    /** Checks merged policies. */
    @FunctionalInterface
    interface Together<S extends TargetedPolicy<S>> {
        /**
         * Why the merged policy cannot be enforced; empty: it can be enforced.
         *
         * @param connections whether its target is a TCP, TLS or UDP route
         */
        Optional<String> problem(Effective<S> merged, boolean connections);
    }

    /** A Gateway or ListenerSet that a target attaches to. */
    private record Ancestor(ParentReference reference, String controllerName) {}

    /** The status of {@code policy}. */
    <S extends TargetedPolicy<S>> Optional<ObjectStatus> of(
            Reads reads, Attached<S> attached, Resource<S> policy, Verdict<S> verdict) {
        Kind<S> kind = attached.kind();
        AncestorConditions conditions = new AncestorConditions();
        for (PolicyTarget target : policy.spec().targets()) {
            TargetKey key = TargetKey.of(target, policy.namespace());
            boolean forPolicy =
                    kind.equals(Kinds.ACCESS_POLICY) && target.kind().equals(Kinds.SECURITY_POLICY.name());
            List<Ancestor> ancestors = forPolicy ? securityPolicy(reads, target, key) : ancestors(reads, target, key);
            if (ancestors.isEmpty()) {
                conditions.put(
                        reference(target, policy.namespace()),
                        controllerName,
                        forPolicy
                                ? inputs.withoutSecurityPolicy(reads, key)
                                : Condition.isFalse(Conditions.ACCEPTED, "TargetNotFound", missing(target, key)));
                continue;
            }
            Optional<Condition> problem = unresolved(reads, attached, policy.key(), key);
            if (problem.isPresent()) {
                ancestors.forEach(each -> conditions.put(each.reference(), each.controllerName(), problem.get()));
                continue;
            }
            Optional<Condition> refusal = refusal(
                    reads, ObjectRef.of(kind, policy.key()), key, verdict, isMerged(reads, attached, policy, key));
            for (Ancestor each : ancestors) {
                refusal.ifPresent(condition -> conditions.put(each.reference(), each.controllerName(), condition));
            }
            merged(reads, attached, policy, key, verdict.together(), conditions);
            for (Ancestor each : ancestors) {
                conditions.accept(each.reference(), each.controllerName());
                children(reads, attached, policy, key, verdict.together())
                        .forEach(condition -> conditions.put(each.reference(), each.controllerName(), condition));
                warning(policy.spec(), verdict)
                        .ifPresent(condition -> conditions.put(each.reference(), each.controllerName(), condition));
            }
        }
        return Optional.of(new ObjectStatus.Ancestors(policy.metadata().generation(), conditions.statuses()));
    }

    /** The status of a policy whose conditions {@code conditions} gives for each target. */
    ObjectStatus of(
            Reads reads,
            Resource<?> policy,
            List<PolicyTarget> targets,
            Function<TargetKey, List<Condition>> conditions) {
        AncestorConditions all = new AncestorConditions();
        for (PolicyTarget target : targets) {
            TargetKey key = TargetKey.of(target, policy.namespace());
            List<Ancestor> ancestors = ancestors(reads, target, key);
            for (Condition condition : conditions.apply(key)) {
                if (ancestors.isEmpty()) {
                    all.put(reference(target, policy.namespace()), controllerName, condition);
                }
                ancestors.forEach(each -> all.put(each.reference(), each.controllerName(), condition));
            }
        }
        return new ObjectStatus.Ancestors(policy.metadata().generation(), all.statuses());
    }

    /** The Gateways that the targets of {@code policy} attach to. */
    <S extends TargetedPolicy<S>> Set<ObjectKey> gateways(Reads reads, Resource<S> policy) {
        Set<ObjectKey> gateways = new HashSet<>();
        for (PolicyTarget target : policy.spec().targets()) {
            TargetKey key = TargetKey.of(target, policy.namespace());
            gateway(reads, key).ifPresent(state -> gateways.add(state.key()));
            reads.get(model.attachments, key.owner()).stream()
                    .flatMap(attachments -> attachments.parents().stream())
                    .flatMap(parent -> parent.bindings().stream())
                    .forEach(binding -> gateways.add(binding.listener().gateway()));
        }
        return gateways;
    }

    /** The HTTP listeners that the targets of an AccessPolicy are, have, or attach to; also the targets of the SecurityPolicies that it names. */
    Set<ListenerKey> accessListeners(Reads reads, Resource<AccessPolicy> policy) {
        Set<ListenerKey> listeners = httpListeners(reads, policy);
        for (PolicyTarget target : policy.spec().targets()) {
            if (target.kind().equals(Kinds.SECURITY_POLICY.name())) {
                reads.get(
                                model.securities.attached().policies(),
                                TargetKey.of(target, policy.namespace()).object())
                        .ifPresent(each -> listeners.addAll(httpListeners(reads, each)));
            }
        }
        return listeners;
    }

    /** The HTTP listeners that the targets of {@code policy} are, have, or attach to. */
    <S extends TargetedPolicy<S>> Set<ListenerKey> httpListeners(Reads reads, Resource<S> policy) {
        Set<ListenerKey> listeners = new HashSet<>();
        for (PolicyTarget target : policy.spec().targets()) {
            TargetKey key = TargetKey.of(target, policy.namespace());
            gateway(reads, key).stream()
                    .flatMap(state -> state.listeners().stream())
                    .map(ListenerState::key)
                    .filter(listener -> listener.owner().equals(key.owner())
                            || key.section().isEmpty() && key.kind().equals(Kinds.GATEWAY.name()))
                    .filter(listener ->
                            key.section().map(listener.name()::equals).orElse(true))
                    .forEach(listeners::add);
            reads.get(model.attachments, key.owner()).stream()
                    .flatMap(attachments -> attachments.parents().stream())
                    .flatMap(parent -> parent.bindings().stream())
                    .map(Attachments.Binding::listener)
                    .forEach(listeners::add);
        }
        listeners.removeIf(listener -> !reads.get(model.listeners, listener)
                .flatMap(ListenerState::protocol)
                .map(ListenerState.Protocol::http)
                .orElse(false));
        return listeners;
    }

    /** Whether authorization rules exist for which the AccessPolicy counts outcomes. */
    boolean hasRulesToTry(Reads reads, Resource<AccessPolicy> policy) {
        for (PolicyTarget target : policy.spec().targets()) {
            TargetKey key = TargetKey.of(target, policy.namespace());
            boolean tries = target.kind().equals(Kinds.SECURITY_POLICY.name())
                    ? reads.get(model.securities.attached().policies(), key.object())
                            .flatMap(each -> each.spec().settings().authorization())
                            .isPresent()
                    : bindings(reads, key).anyMatch(binding -> triesRules(reads, binding, policy.key()));
            if (tries) {
                return true;
            }
        }
        return false;
    }

    private Stream<BindingKey> bindings(Reads reads, TargetKey key) {
        return isListenerSide(key)
                ? gateway(reads, key).stream()
                        .flatMap(state -> state.listeners().stream())
                        .flatMap(listener -> reads.get(model.bindingsByListener, listener.key()).stream())
                        .flatMap(each -> each.keySet().stream())
                : parents(reads, key.owner()).stream()
                        .flatMap(parent -> parent.bindings().stream())
                        .map(binding -> new BindingKey(binding.listener(), key.owner()));
    }

    /** The fleets of the Gateways that a target is, belongs to, or attaches to. */
    private Stream<String> fleets(Reads reads, TargetKey key) {
        Stream<ObjectKey> gateways = isListenerSide(key)
                ? gateway(reads, key).stream().map(ServingGateway::key)
                : parents(reads, key.owner()).stream()
                        .flatMap(parent -> parent.bindings().stream())
                        .map(binding -> binding.listener().gateway());
        return gateways.distinct()
                .flatMap(gateway -> reads.get(model.serving, gateway).stream())
                .map(ServingGateway::fleet)
                .distinct();
    }

    private boolean triesRules(Reads reads, BindingKey binding, ObjectKey policy) {
        return reads.get(model.routes, binding.route()).stream()
                .flatMap(route -> route.rules().stream())
                .anyMatch(rule -> model.securities
                                .accessPolicy(reads, binding.listener(), binding.route(), rule.name())
                                .filter(counting -> counting.policy().key().equals(policy))
                                .isPresent()
                        && model.securities
                                .attached()
                                .effective(reads, binding.listener(), binding.route(), rule.name())
                                .flatMap(each -> each.spec().settings().authorization())
                                .isPresent());
    }

    /**
     * @param merged whether the policy is merged with another wherever it is effective: a problem of its own settings
     * alone then does not matter
     */
    private Optional<Condition> refusal(
            Reads reads, ObjectRef policy, TargetKey target, Verdict<?> verdict, boolean merged) {
        Optional<SortedMap<String, String>> failures = reads.get(failed, policy);
        if (failures.isPresent()) {
            return Optional.of(
                    Condition.isFalse(Conditions.ACCEPTED, "TranslationFailed", FailedObjects.message(failures.get())));
        }
        return Optional.of(verdict)
                .filter(_ -> !merged)
                .flatMap(each -> each.invalid()
                        .or(() -> CONNECTIONS.contains(target.kind()) ? each.onConnections() : Optional.empty()))
                .map(message -> message + ".")
                .or(() -> verdict.callout().flatMap(fleet -> rejections.of(reads, fleet, policy)))
                .or(() -> fleets(reads, target)
                        .flatMap(fleet -> rejections.of(reads, fleet, policy).stream())
                        .findFirst()
                        .map(rejection -> "A proxy refused it: " + rejection))
                .map(message -> Condition.isFalse(Conditions.ACCEPTED, "Invalid", message));
    }

    private static Optional<Condition> warning(TargetedPolicy<?> policy, Verdict<?> verdict) {
        List<String> messages = new ArrayList<>(verdict.passedOver());
        messages.addAll(policy.deprecated());
        boolean both = !verdict.passedOver().isEmpty() && !policy.deprecated().isEmpty();
        return messages.isEmpty()
                ? Optional.empty()
                : Optional.of(Condition.isTrue(
                        Conditions.WARNING,
                        both ? "MultipleWarnings" : policy.deprecated().isEmpty() ? "PassedOver" : "DeprecatedField",
                        String.join("; ", messages)));
    }

    /** The Gateways and ListenerSets that a target attaches to; empty: the target does not exist, or this controller does not serve it. */
    private List<Ancestor> ancestors(Reads reads, PolicyTarget target, TargetKey key) {
        if (!target.group().equals(Kinds.GATEWAY_GROUP)) {
            return List.of();
        }
        return switch (target.kind()) {
            case "Gateway", "ListenerSet" ->
                gateway(reads, key)
                        .map(state ->
                                List.of(new Ancestor(reference(key.owner(), key.section()), state.controllerName())))
                        .orElse(List.of());
            case "HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute", "UDPRoute" ->
                reads.get(model.attachments, key.owner())
                        .map(attachments -> attachments.parents().stream()
                                .map(parent -> new Ancestor(
                                        reference(
                                                new ObjectRef(
                                                        parent.reference().kind(),
                                                        parent.reference()
                                                                .key(key.object()
                                                                        .namespace())
                                                                .namespace(),
                                                        parent.reference().name()),
                                                parent.reference().sectionName()),
                                        parent.controllerName()))
                                .distinct()
                                .toList())
                        .orElse(List.of());
            default -> List.of();
        };
    }

    /** The ancestor of a policy for a SecurityPolicy is that SecurityPolicy; empty: it does not exist. */
    private List<Ancestor> securityPolicy(Reads reads, PolicyTarget target, TargetKey key) {
        return reads.get(model.securities.attached().policies(), key.object()).isPresent()
                ? List.of(new Ancestor(reference(target, key.object().namespace()), controllerName))
                : List.of();
    }

    /** Why an existing target does not accept the policy: its section does not exist, or another policy takes precedence. */
    private <S extends TargetedPolicy<S>> Optional<Condition> unresolved(
            Reads reads, Attached<S> attached, ObjectKey policy, TargetKey key) {
        if (key.section().isPresent() && !hasSection(reads, key)) {
            return Optional.of(Condition.isFalse(Conditions.ACCEPTED, "TargetNotFound", key + " is not there."));
        }
        return attached.at(reads, key)
                .map(Resource::key)
                .filter(winner -> !winner.equals(policy))
                .map(winner -> Condition.isFalse(
                        Conditions.ACCEPTED,
                        "Conflicted",
                        attached.kind().name() + " " + winner + " is for " + key + " too, and comes first."));
    }

    private boolean hasSection(Reads reads, TargetKey key) {
        String section = key.section().orElseThrow();
        return switch (key.kind()) {
            case "Gateway", "ListenerSet" ->
                gateway(reads, key)
                        .map(state -> state.listeners().stream()
                                .anyMatch(listener -> listener.key().owner().equals(key.owner())
                                        && listener.key().name().equals(section)))
                        .orElse(false);
            default ->
                reads.get(model.routes, key.owner())
                        .map(PolicyStatuses::ruleNames)
                        .orElse(Set.of())
                        .contains(section);
        };
    }

    private static Set<String> ruleNames(ResolvedRoute route) {
        return route.rules().stream().flatMap(rule -> rule.name().stream()).collect(Collectors.toSet());
    }

    private Optional<ServingGateway> gateway(Reads reads, TargetKey key) {
        return model.gatewayOf(reads, key.kind(), key.object());
    }

    /**
     * Adds the condition that names the listeners on which a policy for a route or rule is merged, and the policies
     * that it is merged with.
     */
    private <S extends TargetedPolicy<S>> void merged(
            Reads reads,
            Attached<S> attached,
            Resource<S> policy,
            TargetKey key,
            Together<S> together,
            AncestorConditions conditions) {
        if (policy.spec().merge().isEmpty() || isListenerSide(key)) {
            return;
        }
        for (Attachments.Parent parent : parents(reads, key.owner())) {
            for (Attachments.Binding binding : parent.bindings()) {
                ListenerKey listener = binding.listener();
                attached.merged(reads, policy, listener)
                        .ifPresent(merged -> conditions.put(
                                reference(listener.owner(), Optional.of(listener.name())),
                                parent.controllerName(),
                                condition(merged, together, key)));
            }
        }
    }

    private static <S extends TargetedPolicy<S>> Condition condition(
            Effective<S> merged, Together<S> together, TargetKey key) {
        ObjectKey with = merged.members().getLast().key();
        return together.problem(merged, CONNECTIONS.contains(key.kind()))
                .map(problem -> Condition.isFalse(
                        Conditions.ACCEPTED, "Invalid", "Merged with policy " + with + ": " + problem + "."))
                .orElse(Condition.isTrue(Conditions.MERGED, "Merged", "Merged with policy " + with));
    }

    /** Whether the policy is merged with another on each listener where it is effective. */
    private <S extends TargetedPolicy<S>> boolean isMerged(
            Reads reads, Attached<S> attached, Resource<S> policy, TargetKey key) {
        if (policy.spec().merge().isEmpty() || isListenerSide(key)) {
            return false;
        }
        List<ListenerKey> listeners = parents(reads, key.owner()).stream()
                .flatMap(parent -> parent.bindings().stream())
                .map(Attachments.Binding::listener)
                .toList();
        return !listeners.isEmpty()
                && listeners.stream()
                        .allMatch(listener ->
                                attached.parent(reads, policy, listener).isPresent());
    }

    private List<Attachments.Parent> parents(Reads reads, ObjectRef route) {
        return reads.get(model.attachments, route).map(Attachments::parents).orElse(List.of());
    }

    /**
     * The conditions about more specific policies below a policy's target: the policies that override it, and the
     * policies that it is merged with.
     */
    private <S extends TargetedPolicy<S>> List<Condition> children(
            Reads reads, Attached<S> attached, Resource<S> policy, TargetKey key, Together<S> together) {
        SortedSet<String> replacing = new TreeSet<>();
        SortedSet<String> merging = new TreeSet<>();
        if (isListenerSide(key)) {
            below(reads, attached, policy, key, together, replacing, merging);
        } else if (key.section().isEmpty()) {
            for (String rule : reads.get(model.routes, key.owner())
                    .map(PolicyStatuses::ruleNames)
                    .orElse(Set.of())) {
                TargetKey section = new TargetKey(key.kind(), key.object(), Optional.of(rule));
                if (attached.at(reads, section).isPresent()) {
                    replacing.add("rule " + rule);
                }
            }
        }
        replacing.removeAll(merging);
        List<Condition> conditions = new ArrayList<>();
        if (!replacing.isEmpty()) {
            conditions.add(Condition.isTrue(
                    Conditions.OVERRIDDEN,
                    "Overridden",
                    "Below, policies of kind " + attached.kind().name() + " count instead: "
                            + String.join(", ", replacing) + "."));
        }
        if (!merging.isEmpty()) {
            conditions.add(Condition.isTrue(
                    Conditions.MERGED,
                    "Merged",
                    "Below, policies of kind " + attached.kind().name() + " are merged with this one: "
                            + String.join(", ", merging) + "."));
        }
        return conditions;
    }

    private <S extends TargetedPolicy<S>> void below(
            Reads reads,
            Attached<S> attached,
            Resource<S> policy,
            TargetKey key,
            Together<S> together,
            Set<String> replacing,
            Set<String> merging) {
        boolean wholeGateway = key.kind().equals("Gateway") && key.section().isEmpty();
        Set<ObjectRef> seen = new HashSet<>();
        for (ListenerState listener :
                gateway(reads, key).map(ServingGateway::listeners).orElse(List.of())) {
            ObjectRef owner = listener.key().owner();
            boolean own = owner.equals(key.owner());
            if (!wholeGateway
                    && !(own && key.section().map(listener.key().name()::equals).orElse(true))) {
                continue;
            }
            if (key.section().isEmpty()) {
                TargetKey section = new TargetKey(
                        owner.kind(), owner.key(), Optional.of(listener.key().name()));
                if (attached.at(reads, section).isPresent()) {
                    replacing.add(section.toString());
                }
                TargetKey set = new TargetKey(owner.kind(), owner.key(), Optional.empty());
                if (!own && attached.at(reads, set).isPresent()) {
                    replacing.add(set.toString());
                }
            }
            for (BindingKey binding : policedRoutes.on(reads, attached.kind(), listener.key())) {
                List<Resource<S>> routePolicies = routePolicies(reads, attached, binding.route());
                if (routePolicies.isEmpty()) {
                    continue;
                }
                String name = binding.route().kind() + " " + binding.route().key();
                boolean mergedHere = routePolicies.stream()
                        .flatMap(each -> attached.merged(reads, each, listener.key()).stream())
                        .anyMatch(merged -> merged.members().getLast().key().equals(policy.key())
                                && together.problem(
                                                merged,
                                                CONNECTIONS.contains(
                                                        binding.route().kind()))
                                        .isEmpty());
                if (mergedHere) {
                    merging.add(name);
                } else if (seen.add(binding.route()) && isBelow(reads, binding.route(), key)) {
                    replacing.add(name);
                }
            }
        }
    }

    /** The effective policies of a route and of its rules. */
    private <S extends TargetedPolicy<S>> List<Resource<S>> routePolicies(
            Reads reads, Attached<S> attached, ObjectRef route) {
        List<Resource<S>> found = new ArrayList<>();
        attached.at(reads, new TargetKey(route.kind(), route.key(), Optional.empty()))
                .ifPresent(found::add);
        for (String rule :
                reads.get(model.routes, route).map(PolicyStatuses::ruleNames).orElse(Set.of())) {
            attached.at(reads, new TargetKey(route.kind(), route.key(), Optional.of(rule)))
                    .ifPresent(found::add);
        }
        return found;
    }

    /**
     * Whether a route names {@code key} as a parent. If the policy targets a listener of a Gateway, the route must name
     * that listener, as in Envoy Gateway.
     */
    private boolean isBelow(Reads reads, ObjectRef route, TargetKey key) {
        return key.section().isEmpty()
                || key.kind().equals("ListenerSet")
                || parents(reads, route).stream()
                        .map(Attachments.Parent::reference)
                        .anyMatch(parent -> parent.kind().equals(key.kind())
                                && parent.key(route.namespace()).equals(key.object())
                                && parent.sectionName().equals(key.section()));
    }

    private static boolean isListenerSide(TargetKey key) {
        return key.kind().equals("Gateway") || key.kind().equals("ListenerSet");
    }

    private static String missing(PolicyTarget target, TargetKey key) {
        boolean known = target.group().equals(Kinds.GATEWAY_GROUP);
        return known
                        && Set.of(
                                        "Gateway",
                                        "ListenerSet",
                                        "HTTPRoute",
                                        "GRPCRoute",
                                        "TLSRoute",
                                        "TCPRoute",
                                        "UDPRoute")
                                .contains(target.kind())
                ? key + " is not there."
                : "Kind \"" + target.kind() + "\" of group \"" + target.group()
                        + "\" cannot be a target (expected: Gateway, ListenerSet or a route of " + Kinds.GATEWAY_GROUP
                        + ").";
    }

    private static ParentReference reference(ObjectRef object, Optional<String> section) {
        return new ParentReference(
                Kinds.GATEWAY_GROUP,
                object.kind(),
                Optional.of(object.namespace()),
                object.name(),
                section,
                Optional.empty());
    }

    private static ParentReference reference(PolicyTarget target, String namespace) {
        return new ParentReference(
                target.group(),
                target.kind(),
                Optional.of(namespace),
                target.name(),
                target.sectionName(),
                Optional.empty());
    }
}
