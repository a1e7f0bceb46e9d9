package dev.gatehouse.gatewayapi.access;

import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.PolicyTarget;
import dev.gatehouse.gatewayapi.TargetSelector;
import dev.gatehouse.gatewayapi.TargetedPolicy;
import dev.gatehouse.gatewayapi.security.Jwt;
import dev.gatehouse.gatewayapi.yaml.Fields;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Gatehouse's AccessPolicy: requirements for clients beyond Envoy Gateway's SecurityPolicy. Its target is a
 * SecurityPolicy of its namespace, or any target that a SecurityPolicy can have.
 *
 * @param introspections issuers of opaque tokens, which requests need
 * @param clientCertificates how clients are known by their certificates
 * @param boundTokens how tokens must be bound to their clients
 * @param dryRun true if authorization rules are only counted and logged and deny nothing
 */
public record AccessPolicy(
        List<PolicyTarget> targets,
        List<Introspection> introspections,
        Optional<ClientCertificates> clientCertificates,
        Optional<BoundTokens> boundTokens,
        boolean dryRun)
        implements TargetedPolicy<AccessPolicy> {
    private static final String SECURITY_POLICY = "SecurityPolicy";
    private static final Set<String> KINDS = Set.of("Gateway", "ListenerSet", "HTTPRoute", "GRPCRoute");

    public AccessPolicy {
        targets = List.copyOf(targets);
        introspections = List.copyOf(introspections);
    }

    @Override
    public List<TargetSelector> selectors() {
        return List.of();
    }

    @Override
    public AccessPolicy withTargets(List<PolicyTarget> resolved) {
        return new AccessPolicy(resolved, introspections, clientCertificates, boundTokens, dryRun);
    }

    /** True if authz-svc has to be asked. */
    public boolean asksAuthzService() {
        return !introspections.isEmpty() || clientCertificates.isPresent() || boundTokens.isPresent();
    }

    /** Reads the policy's {@code spec}. */
    public static AccessPolicy read(Fields f) {
        List<PolicyTarget> targets = PolicyTarget.readAll(f);
        for (PolicyTarget target : targets) {
            boolean known = target.kind().equals(SECURITY_POLICY)
                    ? target.group().equals(Kinds.ENVOY_GATEWAY_GROUP)
                    : KINDS.contains(target.kind()) && target.group().equals(Kinds.GATEWAY_GROUP);
            if (!known) {
                f.wrong(
                        "targetRefs",
                        "kind \"" + target.kind() + "\" of group \"" + target.group()
                                + "\" cannot be a target (expected: SecurityPolicy of " + Kinds.ENVOY_GATEWAY_GROUP
                                + ", or Gateway, ListenerSet, HTTPRoute or GRPCRoute of " + Kinds.GATEWAY_GROUP + ")");
            }
            if (target.kind().equals(SECURITY_POLICY) && target.sectionName().isPresent()) {
                f.wrong("targetRefs", "a SecurityPolicy has no sections (expected: no sectionName)");
            }
        }
        List<Introspection> introspections = f.list("introspection", 0, 16, Introspection::read);
        check(f, introspections);
        Optional<ClientCertificates> certificates = f.object("clientCertificates", ClientCertificates::read);
        if (certificates.isPresent()
                && introspections.stream().anyMatch(each -> each.name().equals(ClientCertificates.PROVIDER))) {
            f.wrong(
                    "introspection",
                    "\"" + ClientCertificates.PROVIDER
                            + "\" is the name under which rules find what clientCertificates say (expected: another"
                            + " name)");
        }
        return new AccessPolicy(
                targets,
                introspections,
                certificates,
                f.object("boundTokens", BoundTokens::read),
                f.object("authorization", rules -> rules.bool("dryRun").orElse(false))
                        .orElse(false));
    }

    /** A token is shown to one issuer only, and its claims have one name. */
    private static void check(Fields f, List<Introspection> introspections) {
        Set<String> names = new HashSet<>();
        Set<String> places = new HashSet<>();
        for (Introspection each : introspections) {
            if (!names.add(each.name())) {
                f.wrong("introspection", "\"" + each.name() + "\" is the name of several (expected: one each)");
            }
            for (Jwt.Extractor.Header source : each.sources()) {
                String place = source.name() + ": " + source.valuePrefix();
                if (!places.add(place.toLowerCase(Locale.ROOT))) {
                    f.wrong(
                            "introspection",
                            "\"" + place + "\" is where several look for tokens"
                                    + " (expected: a place each, so that no issuer gets the tokens of another)");
                }
            }
        }
    }
}
