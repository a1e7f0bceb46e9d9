package dev.gatehouse.controller.envoy;

import dev.gatehouse.api.authz.v1.BoundTokens;
import dev.gatehouse.api.authz.v1.ClientCertificates;
import dev.gatehouse.controller.proto.Protos;
import dev.gatehouse.gatewayapi.access.AccessPolicy;
import dev.gatehouse.gatewayapi.security.SecuritySettings;
import java.util.List;
import java.util.Locale;

/** Makes what authz-svc asks of certificates, and of tokens that are bound to clients, from an AccessPolicy. */
public final class BindingResources {
    private BindingResources() {}

    /** Why the two cannot be enforced together. */
    public static List<String> shared(AccessPolicy policy, SecuritySettings settings) {
        if (policy.boundTokens().isEmpty()) {
            return List.of();
        }
        if (settings.jwt().isEmpty() && policy.introspections().isEmpty()) {
            return List.of(
                    "AccessPolicy spec.boundTokens: there are no tokens to judge (expected: introspection, or jwt in"
                            + " the SecurityPolicy)");
        }
        return settings.jwt().isPresent() && settings.oidc().isPresent()
                ? List.of("AccessPolicy spec.boundTokens: jwt verifies tokens of sessions beside oidc, which no client"
                        + " holds (expected: a SecurityPolicy without oidc)")
                : List.of();
    }

    static ClientCertificates compile(dev.gatehouse.gatewayapi.access.ClientCertificates spec) {
        ClientCertificates.Builder made = ClientCertificates.newBuilder()
                .setOptional(spec.optional())
                .setIdentity(
                        switch (spec.identity()) {
                            case Subject -> ClientCertificates.Identity.SUBJECT;
                            case CommonName -> ClientCertificates.Identity.COMMON_NAME;
                            case DNSName -> ClientCertificates.Identity.DNS_NAME;
                            case URI -> ClientCertificates.Identity.URI;
                            case Email -> ClientCertificates.Identity.EMAIL;
                            case Fingerprint -> ClientCertificates.Identity.FINGERPRINT;
                        })
                .setHeader(spec.header().orElse("").toLowerCase(Locale.ROOT));
        spec.allowed().forEach(each -> made.addAllowed(match(each)));
        spec.trustedProxies().forEach(each -> made.addTrustedProxies(match(each)));
        return made.build();
    }

    private static ClientCertificates.Match match(dev.gatehouse.gatewayapi.access.ClientCertificates.Match spec) {
        return ClientCertificates.Match.newBuilder()
                .addAllSubjects(spec.subjects())
                .addAllCommonNames(spec.commonNames())
                .addAllDnsNames(spec.dnsNames())
                .addAllUris(spec.uris())
                .addAllEmails(spec.emails())
                .addAllFingerprints(spec.fingerprints())
                .build();
    }

    static BoundTokens compile(dev.gatehouse.gatewayapi.access.BoundTokens spec, SecuritySettings settings) {
        BoundTokens.Builder made = BoundTokens.newBuilder()
                .setRequired(
                        switch (spec.required()) {
                            case None -> BoundTokens.Required.NOTHING;
                            case Any -> BoundTokens.Required.ANY;
                            case Certificate -> BoundTokens.Required.CERTIFICATE;
                            case Key -> BoundTokens.Required.KEY;
                        })
                .setJwt(settings.jwt().isPresent());
        spec.nonceLifetime().ifPresent(lifetime -> made.setNonceLifetime(Protos.duration(lifetime)));
        return made.build();
    }
}
