package dev.gatehouse.controller.translate;

import dev.gatehouse.collections.Reads;
import dev.gatehouse.controller.client.ClientPolicy.Http3;
import dev.gatehouse.controller.gateway.ListenerKey;
import dev.gatehouse.controller.gateway.ListenerState;
import dev.gatehouse.controller.gateway.ServingGateway;
import dev.gatehouse.controller.policy.PolicyIndex.TargetKey;
import dev.gatehouse.controller.status.Condition;
import dev.gatehouse.controller.status.Conditions;
import dev.gatehouse.controller.translate.ClientPolicies.Effective;
import dev.gatehouse.controller.translate.ClientPolicies.Refusal;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.Resource;
import dev.gatehouse.gatewayapi.client.ClientTrafficPolicy;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Makes the conditions of a ClientTrafficPolicy for each of its targets. */
final class ClientPolicyStatuses {
    private final Model model;

    ClientPolicyStatuses(Model model) {
        this.model = model;
    }

    /**
     * The conditions of {@code policy} for {@code target}, which must exist.
     *
     * @param refused why proxies or the translation refuse the policy
     */
    List<Condition> conditions(
            Reads reads, Resource<ClientTrafficPolicy> policy, TargetKey target, Optional<String> refused) {
        Optional<ObjectKey> rival = model.clients.rival(reads, target, policy.key());
        if (rival.isPresent()) {
            return List.of(Condition.isFalse(
                    Conditions.ACCEPTED,
                    "Conflicted",
                    "ClientTrafficPolicy " + rival.get() + " is for " + target + " too, and comes first."));
        }
        List<ListenerState> listeners = covered(reads, target);
        List<Condition> conditions = new ArrayList<>();
        Optional<String> invalid = refused.or(
                () -> problems(reads, policy.key(), target, listeners).map(text -> text + "."));
        conditions.add(invalid.map(message -> Condition.isFalse(Conditions.ACCEPTED, "Invalid", message))
                .orElse(Condition.isTrue(Conditions.ACCEPTED, "Accepted", "The policy is accepted.")));
        overridden(reads, target, listeners).ifPresent(conditions::add);
        warning(reads, policy, target, listeners).ifPresent(conditions::add);
        return conditions;
    }

    /**
     * Whether {@code target} exists: a Gateway that this controller serves or a ListenerSet of such a Gateway, and the
     * target's section.
     */
    boolean isThere(Reads reads, TargetKey target) {
        return gateway(reads, target)
                .map(_ -> target.section().isEmpty() || !covered(reads, target).isEmpty())
                .orElse(false);
    }

    /** The fleet that serves {@code target}. */
    Optional<String> fleet(Reads reads, TargetKey target) {
        return gateway(reads, target).map(ServingGateway::fleet);
    }

    private Optional<ServingGateway> gateway(Reads reads, TargetKey target) {
        return model.gatewayOf(reads, target.kind(), target.object());
    }

    /** The listeners that a policy for {@code target} applies to. */
    private List<ListenerState> covered(Reads reads, TargetKey target) {
        return gateway(reads, target).map(ServingGateway::listeners).orElse(List.of()).stream()
                .filter(listener -> ClientPolicies.covers(target, listener.key()))
                .toList();
    }

    private Optional<String> problems(Reads reads, ObjectKey policy, TargetKey target, List<ListenerState> listeners) {
        Set<String> problems = new LinkedHashSet<>();
        for (ListenerState listener : listeners) {
            Optional<Effective> effective = reads.get(model.clients.effective, listener.key());
            effective.stream()
                    .flatMap(each -> each.refusals().stream())
                    .filter(refusal ->
                            refusal.policy().equals(policy) && refusal.target().equals(target))
                    .map(Refusal::message)
                    .forEach(problems::add);
            effective
                    .filter(each -> each.isOf(policy, target))
                    .flatMap(Effective::problem)
                    .ifPresent(problems::add);
        }
        return problems.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", problems));
    }

    /** The condition that names the listeners with a more specific policy; empty: no listener has one. */
    private Optional<Condition> overridden(Reads reads, TargetKey target, List<ListenerState> listeners) {
        SortedSet<String> sections = new TreeSet<>();
        for (ListenerState listener : listeners) {
            ListenerKey key = listener.key();
            List<TargetKey> moreSpecific = Attached.listenerTargets(key);
            moreSpecific = moreSpecific.subList(0, moreSpecific.indexOf(target));
            List<Refusal> refusals = reads.get(model.clients.effective, key)
                    .map(Effective::refusals)
                    .orElse(List.of());
            boolean claimed = moreSpecific.stream()
                    .filter(each -> model.clients.isClaimed(reads, each))
                    // If a ListenerSet's policy cannot be applied to a listener, the Gateway's policy applies.
                    .anyMatch(each -> each.section().isPresent()
                            || refusals.stream()
                                    .noneMatch(refusal -> refusal.target().equals(each)));
            if (claimed) {
                sections.add(key.name());
            }
        }
        return sections.isEmpty()
                ? Optional.empty()
                : Optional.of(Condition.isTrue(
                        Conditions.OVERRIDDEN,
                        "Overridden",
                        "Listeners with a ClientTrafficPolicy of their own, which counts instead: "
                                + String.join(", ", sections) + "."));
    }

    private Optional<Condition> warning(
            Reads reads, Resource<ClientTrafficPolicy> policy, TargetKey target, List<ListenerState> listeners) {
        SortedSet<String> reasons = new TreeSet<>();
        List<String> messages = new ArrayList<>();
        listeners(reads, policy.key(), target, listeners, Http3.WITHOUT_CLIENT_VALIDATION)
                .ifPresent(names -> {
                    reasons.add("UnsupportedHTTP3ClientValidation");
                    messages.add("HTTP/3 is not served for " + names
                            + ", since Envoy does not ask for certificates of clients over QUIC");
                });
        listeners(reads, policy.key(), target, listeners, Http3.PORT_TAKEN).ifPresent(names -> {
            reasons.add("PassedOver");
            messages.add("HTTP/3 is not served for " + names + ", since a UDP listener has the port");
        });
        if (policy.spec().settings().http3BeyondTls()) {
            listeners(reads, policy.key(), target, listeners, Http3.SERVED).ifPresent(names -> {
                reasons.add("PassedOver");
                messages.add("HTTP/3 is served by TLS 1.3 for " + names + ", whatever spec.tls.maxVersion says");
            });
        }
        reads.get(model.clients.checked, policy.key())
                .filter(checked -> !checked.warnings().isEmpty())
                .ifPresent(checked -> {
                    reasons.add("PassedOver");
                    messages.addAll(checked.warnings());
                });
        if (!policy.spec().deprecated().isEmpty()) {
            reasons.add("DeprecatedField");
            messages.addAll(policy.spec().deprecated());
        }
        return reasons.isEmpty()
                ? Optional.empty()
                : Optional.of(Condition.isTrue(
                        Conditions.WARNING,
                        reasons.size() == 1 ? reasons.first() : "Warnings",
                        String.join("; ", messages)));
    }

    private Optional<String> listeners(
            Reads reads, ObjectKey policy, TargetKey target, List<ListenerState> listeners, Http3 state) {
        String names = listeners.stream()
                .map(ListenerState::key)
                .filter(key -> reads.get(model.clients.effective, key)
                        .filter(each ->
                                each.isOf(policy, target) && each.policy().http3() == state)
                        .isPresent())
                .map(key -> "\"" + key.name() + "\"")
                .sorted()
                .collect(Collectors.joining(", "));
        return names.isEmpty() ? Optional.empty() : Optional.of("listener " + names);
    }
}
