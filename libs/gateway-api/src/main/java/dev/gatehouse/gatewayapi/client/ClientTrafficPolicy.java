package dev.gatehouse.gatewayapi.client;

import dev.gatehouse.gatewayapi.PolicyTarget;
import dev.gatehouse.gatewayapi.TargetSelector;
import dev.gatehouse.gatewayapi.TargetedPolicy;
import dev.gatehouse.gatewayapi.yaml.Fields;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Envoy Gateway's ClientTrafficPolicy: for Gateways, ListenerSets, and single listeners of them.
 *
 * @param deprecated the fields in use that have another name now, with that name
 */
public record ClientTrafficPolicy(
        List<PolicyTarget> targets,
        List<TargetSelector> selectors,
        ClientSettings settings,
        Map<String, String> deprecated)
        implements TargetedPolicy<ClientTrafficPolicy> {
    public ClientTrafficPolicy {
        targets = List.copyOf(targets);
        selectors = List.copyOf(selectors);
        deprecated = Map.copyOf(deprecated);
    }

    @Override
    public ClientTrafficPolicy withTargets(List<PolicyTarget> targets) {
        return new ClientTrafficPolicy(targets, selectors, settings, deprecated);
    }

    /** Reads the policy's {@code spec}. */
    public static ClientTrafficPolicy read(Fields f) {
        boolean oneTarget = f.has("targetRef");
        List<PolicyTarget> targets = PolicyTarget.readOrSelected(f);
        List<TargetSelector> selectors = f.list("targetSelectors", TargetSelector::read);
        ClientSettings settings = ClientSettings.read(f);
        return new ClientTrafficPolicy(targets, selectors, settings, deprecated(oneTarget, settings));
    }

    private static Map<String, String> deprecated(boolean oneTarget, ClientSettings settings) {
        Map<String, String> fields = new TreeMap<>();
        if (settings.proxyProtocol().legacy()) {
            fields.put("spec.enableProxyProtocol", "spec.proxyProtocol");
        }
        if (settings.headers().requestId().legacy()) {
            fields.put("spec.headers.preserveXRequestID", "spec.headers.requestID");
        }
        if (oneTarget) {
            fields.put("spec.targetRef", "spec.targetRefs");
        }
        if (settings.tls()
                .flatMap(ClientTls::validation)
                .map(ClientValidation::legacyOptional)
                .orElse(false)) {
            fields.put("spec.tls.clientValidation.optional", "spec.tls.clientValidation.mode");
        }
        return fields;
    }
}
