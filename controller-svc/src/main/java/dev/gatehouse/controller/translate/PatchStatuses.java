package dev.gatehouse.controller.translate;

import dev.gatehouse.collections.Reads;
import dev.gatehouse.controller.gateway.GatewayState;
import dev.gatehouse.controller.status.AncestorConditions;
import dev.gatehouse.controller.status.Condition;
import dev.gatehouse.controller.status.Conditions;
import dev.gatehouse.controller.status.ObjectStatus;
import dev.gatehouse.gatewayapi.EnvoyPatchPolicy;
import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.ObjectRef;
import dev.gatehouse.gatewayapi.ParentReference;
import dev.gatehouse.gatewayapi.PolicyTarget;
import dev.gatehouse.gatewayapi.Resource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The statuses of EnvoyPatchPolicies: whether the target accepts the policy, and the outcome of the policy's patches. */
final class PatchStatuses {
    private final Model model;
    private final Patches patches;
    private final Rejections rejections;
    private final Settings settings;

    PatchStatuses(Model model, Patches patches, Rejections rejections, Settings settings) {
        this.model = model;
        this.patches = patches;
        this.rejections = rejections;
        this.settings = settings;
    }

    ObjectStatus of(Reads reads, Resource<EnvoyPatchPolicy> policy) {
        PolicyTarget target = policy.spec().target();
        Patches.Reach reach = patches.reach(reads, target, policy.namespace());
        AncestorConditions conditions = new AncestorConditions();
        ParentReference ancestor = reference(target, policy.namespace(), reach);
        String controller = controllerName(reads, target, policy.namespace(), reach);
        conditions.put(ancestor, controller, accepted(target, policy.namespace(), reach));
        if (settings.extensions().patches()) {
            patches.report(reads, policy.key())
                    .ifPresent(report -> conditions.put(ancestor, controller, programmed(reads, policy, report)));
        }
        return new ObjectStatus.Ancestors(policy.metadata().generation(), conditions.statuses());
    }

    private Condition accepted(PolicyTarget target, String namespace, Patches.Reach reach) {
        String name = target.kind() + " " + named(target, namespace);
        return switch (reach) {
            // Envoy Gateway uses the reason Invalid if the target is a GatewayClass.
            case Patches.Reach.Missing _ ->
                Condition.isFalse(
                        Conditions.ACCEPTED,
                        isClass(target) ? "Invalid" : "TargetNotFound",
                        name + " is not there (expected: a Gateway in the policy's namespace, or a GatewayClass with"
                                + " mergeGateways).");
            case Patches.Reach.OfFleet _, Patches.Reach.Wrong _
            when !settings.extensions().patches() ->
                Condition.isFalse(
                        Conditions.ACCEPTED,
                        "Disabled",
                        "EnvoyPatchPolicies are not enabled (expected: extensionApis.enableEnvoyPatchPolicy in the"
                                + " EnvoyGateway configuration, or GATEHOUSE_CONTROLLER_EXTENSION_APIS_ENVOY_PATCH_POLICY).");
            case Patches.Reach.Wrong wrong ->
                Condition.isFalse(
                        Conditions.ACCEPTED,
                        "Invalid",
                        "spec.targetRef: " + target.group() + " " + name + " (expected: " + wrong.expected() + ").");
            case Patches.Reach.OfFleet _ ->
                Condition.isTrue(Conditions.ACCEPTED, "Accepted", "The policy is accepted.");
        };
    }

    private Condition programmed(Reads reads, Resource<EnvoyPatchPolicy> policy, Patches.Report report) {
        List<String> problems = new ArrayList<>(report.problems());
        rejections
                .of(reads, report.fleet(), ObjectRef.of(Kinds.ENVOY_PATCH_POLICY, policy.key()))
                .ifPresent(message -> problems.add("A proxy refused it, and the patch is left out: " + message));
        return problems.isEmpty()
                ? Condition.isTrue(Conditions.PROGRAMMED, "Programmed", "The patches are applied.")
                : Condition.isFalse(
                        Conditions.PROGRAMMED,
                        report.notFound() ? "ResourceNotFound" : "Invalid",
                        String.join("\n", problems));
    }

    /** If Gateways share their proxies, the GatewayClass is the ancestor, as in Envoy Gateway. */
    private static ParentReference reference(PolicyTarget target, String namespace, Patches.Reach reach) {
        boolean ofClass = isClass(target)
                || reach instanceof Patches.Reach.Wrong wrong
                        && wrong.expected().startsWith("GatewayClass");
        return new ParentReference(
                Kinds.GATEWAY_GROUP,
                ofClass ? "GatewayClass" : "Gateway",
                ofClass ? Optional.empty() : Optional.of(namespace),
                target.name(),
                Optional.empty(),
                Optional.empty());
    }

    private String controllerName(Reads reads, PolicyTarget target, String namespace, Patches.Reach reach) {
        return switch (reach) {
            case Patches.Reach.OfFleet reached ->
                reached.fleet().gateways().getFirst().controllerName();
            case Patches.Reach.Missing _, Patches.Reach.Wrong _ ->
                reads.get(model.gateways, new ObjectKey(namespace, target.name()))
                        .map(GatewayState::controllerName)
                        .orElse(settings.controllerName());
        };
    }

    private static boolean isClass(PolicyTarget target) {
        return target.kind().equals("GatewayClass");
    }

    private static String named(PolicyTarget target, String namespace) {
        return isClass(target) ? target.name() : new ObjectKey(namespace, target.name()).toString();
    }
}
