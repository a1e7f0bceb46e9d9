package dev.gatehouse.controller.envoy;

import dev.gatehouse.gatewayapi.ObjectKey;

/** Makes what waf-svc enforces from a WAFPolicy. */
public final class WafResources {
    private WafResources() {}

    /** The policy {@code key}; its directives are texts named "directives[0]" and so on. */
    public static dev.gatehouse.api.waf.v1.WafPolicy policy(ObjectKey key, dev.gatehouse.gatewayapi.WafPolicy spec) {
        dev.gatehouse.api.waf.v1.WafPolicy.Builder policy = dev.gatehouse.api.waf.v1.WafPolicy.newBuilder()
                .setName(key.toString())
                .setMode(
                        switch (spec.mode()) {
                            case Enforce -> dev.gatehouse.api.waf.v1.WafPolicy.Mode.ENFORCE;
                            case DetectOnly -> dev.gatehouse.api.waf.v1.WafPolicy.Mode.DETECT_ONLY;
                            case Off -> dev.gatehouse.api.waf.v1.WafPolicy.Mode.OFF;
                        });
        for (int i = 0; i < spec.directives().size(); i++) {
            policy.addSources(dev.gatehouse.api.waf.v1.WafPolicy.Source.newBuilder()
                    .setName("directives[" + i + "]")
                    .setText(spec.directives().get(i)));
        }
        return policy.build();
    }
}
