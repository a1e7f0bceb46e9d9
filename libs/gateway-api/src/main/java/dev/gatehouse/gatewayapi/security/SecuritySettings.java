package dev.gatehouse.gatewayapi.security;

import dev.gatehouse.gatewayapi.BackendReference;
import dev.gatehouse.gatewayapi.yaml.Fields;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The settings of a SecurityPolicy. All of its sections must let a request pass. */
public record SecuritySettings(
        Optional<Cors> cors,
        Optional<Csrf> csrf,
        Optional<ApiKeyAuth> apiKeyAuth,
        Optional<BasicAuth> basicAuth,
        Optional<Oidc> oidc,
        Optional<Jwt> jwt,
        Optional<ExtAuth> extAuth,
        Optional<Authorization> authorization) {
    /** No settings. */
    public static final SecuritySettings NONE = new SecuritySettings(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());

    /** Reads the sections of a policy's {@code spec}. */
    public static SecuritySettings read(Fields spec) {
        return new SecuritySettings(
                spec.object("cors", Cors::read),
                spec.object("csrf", Csrf::read),
                spec.object("apiKeyAuth", ApiKeyAuth::read),
                spec.object("basicAuth", BasicAuth::read),
                spec.object("oidc", Oidc::read),
                spec.object("jwt", Jwt::read),
                spec.object("extAuth", ExtAuth::read),
                spec.object("authorization", Authorization::read));
    }

    /** The providers that rules look for in tokens, and that verify none: such a rule would never match, or always. */
    public List<String> unknownProviders() {
        List<String> known = providers();
        return authorization.map(Authorization::rules).orElse(List.of()).stream()
                .flatMap(rule -> rule.principal().stream())
                .flatMap(principal -> principal.jwt().stream())
                .map(Authorization.JwtPrincipal::provider)
                .filter(provider -> !known.contains(provider))
                .distinct()
                .toList();
    }

    /** The names of the providers of tokens. */
    public List<String> providers() {
        return jwt.map(each -> each.providers().stream().map(Jwt.Provider::name).toList())
                .orElse(List.of());
    }

    /** True if authz-svc has to be asked. */
    public boolean asksAuthzService() {
        return apiKeyAuth.isPresent() || basicAuth.isPresent() || oidc.isPresent();
    }

    /** True if there is a section that only HTTP requests have. */
    public boolean needsHttp() {
        return cors.isPresent()
                || csrf.isPresent()
                || apiKeyAuth.isPresent()
                || basicAuth.isPresent()
                || oidc.isPresent()
                || jwt.isPresent()
                || extAuth.isPresent();
    }

    /** The backends of the services that proxies, or authz-svc, call for the policy. */
    public List<BackendReference> backends() {
        List<BackendReference> all = new ArrayList<>();
        jwt.ifPresent(each -> each.providers().forEach(provider -> {
            if (provider.jwks() instanceof Jwt.Jwks.Remote remote) {
                all.addAll(remote.service().references());
            }
        }));
        extAuth.ifPresent(each -> all.addAll(each.service().backends().references()));
        oidc.ifPresent(each -> all.addAll(each.provider().service().references()));
        return all;
    }

    /** The fields that tune, are not served and have no effect. */
    public List<String> passedOver() {
        List<String> fields = new ArrayList<>();
        jwt.ifPresent(each -> {
            for (int i = 0; i < each.providers().size(); i++) {
                if (each.providers().get(i).jwks() instanceof Jwt.Jwks.Remote remote) {
                    fields.addAll(remote.service().passedOver("jwt.providers[" + i + "].remoteJWKS"));
                }
            }
        });
        oidc.ifPresent(each -> fields.addAll(each.provider().withoutEffect()));
        extAuth.ifPresent(each -> fields.addAll(
                each.service().backends().passedOver("extAuth." + each.service().field())));
        return List.copyOf(fields);
    }
}
