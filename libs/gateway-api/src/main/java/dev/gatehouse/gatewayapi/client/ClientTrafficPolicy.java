package dev.gatehouse.gatewayapi.client;

import dev.gatehouse.gatewayapi.PolicyTarget;
import dev.gatehouse.gatewayapi.TargetSelector;
import dev.gatehouse.gatewayapi.TargetedPolicy;
import dev.gatehouse.gatewayapi.yaml.Fields;
import java.util.ArrayList;
import java.util.List;

/**
 * Envoy Gateway's ClientTrafficPolicy. Its targets are Gateways, ListenerSets, and single listeners of either.
 *
 * @param deprecated the deprecated fields in use, each as "spec.a is deprecated, use spec.b instead", in order
 */
public record ClientTrafficPolicy(
        List<PolicyTarget> targets, List<TargetSelector> selectors, ClientSettings settings, List<String> deprecated)
        implements TargetedPolicy<ClientTrafficPolicy> {
    public ClientTrafficPolicy {
        targets = List.copyOf(targets);
        selectors = List.copyOf(selectors);
        deprecated = List.copyOf(deprecated);
    }

    @Override
    public ClientTrafficPolicy withTargets(List<PolicyTarget> targets) {
        return new ClientTrafficPolicy(targets, selectors, settings, deprecated);
    }

    /** Reads the policy's {@code spec}. */
    public static ClientTrafficPolicy read(Fields f) {
        boolean oneTarget = f.has("targetRef");
        ClientTrafficPolicy policy = new ClientTrafficPolicy(
                PolicyTarget.readOrSelected(f),
                f.list("targetSelectors", TargetSelector::read),
                ClientSettings.read(f),
                List.of());
        return new ClientTrafficPolicy(
                policy.targets(), policy.selectors(), policy.settings(), deprecated(oneTarget, policy.settings()));
    }

    private static List<String> deprecated(boolean oneTarget, ClientSettings settings) {
        List<String> fields = new ArrayList<>();
        if (settings.proxyProtocol().legacy()) {
            fields.add(instead("enableProxyProtocol", "proxyProtocol"));
        }
        if (settings.headers().requestId().legacy()) {
            fields.add(instead("headers.preserveXRequestID", "headers.requestID"));
        }
        if (oneTarget) {
            fields.add(instead("targetRef", "targetRefs"));
        }
        if (settings.tls()
                .flatMap(ClientTls::validation)
                .map(ClientValidation::legacyOptional)
                .orElse(false)) {
            fields.add(instead("tls.clientValidation.optional", "tls.clientValidation.mode"));
        }
        return fields;
    }

    private static String instead(String field, String successor) {
        return "spec." + field + " is deprecated, use spec." + successor + " instead";
    }
}
