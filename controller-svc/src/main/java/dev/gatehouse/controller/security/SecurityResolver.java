package dev.gatehouse.controller.security;

import dev.gatehouse.controller.backend.ClusterSpec;
import dev.gatehouse.controller.backend.ServiceClusters;
import dev.gatehouse.controller.backend.UriCluster;
import dev.gatehouse.controller.check.CelText;
import dev.gatehouse.controller.check.Expressions;
import dev.gatehouse.gatewayapi.Backend;
import dev.gatehouse.gatewayapi.ConfigMap;
import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.ReferenceGrant;
import dev.gatehouse.gatewayapi.Secret;
import dev.gatehouse.gatewayapi.security.Authorization;
import dev.gatehouse.gatewayapi.security.ExtAuth;
import dev.gatehouse.gatewayapi.security.ExtAuth.ContextExtension;
import dev.gatehouse.gatewayapi.security.Jwt;
import dev.gatehouse.gatewayapi.security.Oidc;
import dev.gatehouse.gatewayapi.security.SecuritySettings;
import dev.gatehouse.gatewayapi.security.ServiceBackends;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/** Resolves the references of a SecurityPolicy. An unresolved reference makes the policy invalid, which closes its targets. */
public final class SecurityResolver {
    private static final String JWKS_KEY = "jwks";
    private static final String JWT = "jwt";
    private static final String EXT_AUTH = "extAuth";

    /** The resolver's view of other objects. */
    public interface World extends ServiceClusters.World {
        /** Why proxies must not call {@code endpoint}. */
        Optional<String> refusal(Backend.Endpoint endpoint);

        Optional<ConfigMap> configMap(ObjectKey key);

        Optional<Secret> secret(ObjectKey key);
    }

    private final ObjectKey policy;
    private final Function<String, ObjectKey> owners;
    private final World world;
    private final List<String> problems = new ArrayList<>();
    private final List<String> authorizerProblems = new ArrayList<>();

    private SecurityResolver(ObjectKey policy, Function<String, ObjectKey> owners, World world) {
        this.policy = policy;
        this.owners = owners;
        this.world = world;
    }

    /**
     * Resolves the policy {@code key}, or merged policies.
     *
     * @param owners gives the policy that a section such as "jwt" comes from, whose namespace the section's references
     * are in
     * @param credentialProblem why authz-svc cannot enforce its part
     * @param signOn the sign-on that authz-svc enforces for its oidc
     * @param more the AccessPolicy that goes with it
     */
    public static SecurityOutcome resolve(
            ObjectKey key,
            Function<String, ObjectKey> owners,
            SecuritySettings settings,
            Optional<String> credentialProblem,
            Optional<Security.SignOn> signOn,
            Security.Access more,
            World world) {
        return new SecurityResolver(key, owners, world).resolve(settings, credentialProblem, signOn, more);
    }

    private SecurityOutcome resolve(
            SecuritySettings settings,
            Optional<String> credentialProblem,
            Optional<Security.SignOn> signOn,
            Security.Access more) {
        credentialProblem.ifPresent(problems::add);
        Optional<Security.Tokens> tokens = settings.jwt().map(jwt -> tokens(jwt, settings.oidc(), more));
        Optional<Security.Authorizer> authorizer = settings.extAuth().flatMap(this::authorizer);
        settings.authorization().ifPresent(this::check);
        settings.unknownProviders().stream()
                .filter(provider -> !more.providers().contains(provider))
                .forEach(provider -> problems.add("spec.authorization: a rule's principal.jwt.provider \"" + provider
                        + "\" is not among jwt.providers (expected: one of " + settings.providers() + ")"));
        settings.providers().stream()
                .filter(more.providers()::contains)
                .forEach(provider -> problems.add("spec.jwt.providers: \"" + provider
                        + "\" is a name in introspection, or that of clientCertificates, of the AccessPolicy, too"
                        + " (expected: another name)"));
        boolean bypassed = !authorizerProblems.isEmpty()
                && settings.extAuth().map(ExtAuth::failOpen).orElse(false);
        if (!problems.isEmpty() || !authorizerProblems.isEmpty() && !bypassed) {
            problems.addAll(authorizerProblems);
            return new SecurityOutcome.Invalid(String.join("; ", problems));
        }
        return new SecurityOutcome.Enforced(
                new Security(
                        policy,
                        settings.asksAuthzService() || more.asksAuthzService(),
                        signOn,
                        settings.cors(),
                        settings.csrf(),
                        tokens,
                        authorizer,
                        settings.authorization(),
                        more),
                bypassed
                        ? Optional.of(String.join("; ", authorizerProblems)
                                + "; since failOpen is true, requests pass without extAuth")
                        : Optional.empty(),
                settings.passedOver().stream()
                        .map(field -> "spec." + field + " is not served and has no effect")
                        .toList());
    }

    private Security.Tokens tokens(Jwt jwt, Optional<Oidc> oidc, Security.Access more) {
        List<Security.Provider> providers = new ArrayList<>();
        for (int i = 0; i < jwt.providers().size(); i++) {
            Jwt.Provider provider = jwt.providers().get(i);
            String place = "spec.jwt.providers[" + i + "]";
            Jwt.Provider ofSessions =
                    oidc.map(each -> SessionTokens.reading(each, provider)).orElse(provider);
            Jwt.Provider reading = more.boundTokens() ? ofSessions.withProofs() : ofSessions;
            keys(provider.jwks(), place).ifPresent(keys -> providers.add(new Security.Provider(reading, keys)));
        }
        return new Security.Tokens(jwt.missing(), providers);
    }

    private Optional<Security.Keys> keys(Jwt.Jwks jwks, String place) {
        return switch (jwks) {
            case Jwt.Jwks.Inline inline -> local(inline.text(), place + ".localJWKS.inline");
            case Jwt.Jwks.InConfigMap reference -> {
                ObjectKey key = new ObjectKey(owners.apply(JWT).namespace(), reference.name());
                Optional<ConfigMap> map = world.configMap(key);
                if (map.isEmpty()) {
                    problems.add(place + ".localJWKS.valueRef: ConfigMap " + key + " is not there");
                    yield Optional.empty();
                }
                Map<String, String> data = new TreeMap<>(map.get().data());
                Optional<String> text = Optional.ofNullable(data.get(JWKS_KEY))
                        .or(() -> data.values().stream().findFirst());
                if (text.isEmpty()) {
                    problems.add(place + ".localJWKS.valueRef: ConfigMap " + key + " is empty (expected: a key \""
                            + JWKS_KEY + "\")");
                    yield Optional.empty();
                }
                yield local(text.get(), place + ".localJWKS.valueRef: ConfigMap " + key);
            }
            case Jwt.Jwks.Remote remote ->
                (remote.service().references().isEmpty()
                                ? uri(remote, place + ".remoteJWKS.uri")
                                : cluster(owners.apply(JWT), remote.service(), false, place + ".remoteJWKS", problems))
                        .map(cluster -> cluster.with(
                                remote.service().settings(), remote.uri().getHost()))
                        .map(cluster -> new Security.Keys.Fetched(remote, cluster));
        };
    }

    private Optional<Security.Keys> local(String text, String place) {
        Optional<String> problem = JwksText.problem(text);
        problem.ifPresent(each -> problems.add(place + ": " + each));
        return problem.isPresent() ? Optional.empty() : Optional.of(new Security.Keys.Local(JwksText.canonical(text)));
    }

    private Optional<ClusterSpec> uri(Jwt.Jwks.Remote remote, String place) {
        UriCluster cluster = UriCluster.of(remote.uri());
        Optional<String> refusal = world.refusal(cluster.endpoint());
        refusal.ifPresent(reason -> problems.add(place + ": " + reason));
        return refusal.isPresent() ? Optional.empty() : Optional.of(cluster.spec());
    }

    private Optional<ClusterSpec> cluster(
            ObjectKey owner, ServiceBackends backends, boolean grpc, String place, List<String> unresolvable) {
        ReferenceGrant.Origin origin =
                new ReferenceGrant.Origin(Kinds.ENVOY_GATEWAY_GROUP, Kinds.SECURITY_POLICY.name(), owner.namespace());
        return ServiceClusters.cluster(world, origin, backends.references(), grpc, place, unresolvable);
    }

    private Optional<Security.Authorizer> authorizer(ExtAuth auth) {
        boolean grpc = auth.service() instanceof ExtAuth.Service.Grpc;
        String place = "spec.extAuth." + auth.service().field();
        Optional<ClusterSpec> cluster =
                cluster(owners.apply(EXT_AUTH), auth.service().backends(), grpc, place, authorizerProblems);
        SortedMap<String, String> extensions = new TreeMap<>();
        boolean secret = false;
        for (int i = 0; i < auth.contextExtensions().size(); i++) {
            ContextExtension extension = auth.contextExtensions().get(i);
            switch (extension.value()) {
                case ContextExtension.Value.Literal literal -> extensions.put(extension.name(), literal.text());
                case ContextExtension.Value.In in -> {
                    secret |= in.secret();
                    value(in, "spec.extAuth.contextExtensions[" + i + "].valueRef")
                            .ifPresent(text -> extensions.put(extension.name(), text));
                }
            }
        }
        if (cluster.isEmpty() || !authorizerProblems.isEmpty()) {
            return Optional.empty();
        }
        String authority = ServiceClusters.authority(
                world,
                auth.service().backends().references().getFirst(),
                owners.apply(EXT_AUTH).namespace());
        return Optional.of(new Security.Authorizer(
                auth,
                cluster.get().with(auth.service().backends().settings(), ServiceClusters.hostname(authority)),
                authority,
                extensions,
                secret,
                false));
    }

    private Optional<String> value(ContextExtension.Value.In in, String place) {
        ObjectKey key = new ObjectKey(owners.apply(EXT_AUTH).namespace(), in.object());
        String object = (in.secret() ? "Secret " : "ConfigMap ") + key;
        Optional<Map<String, String>> data = in.secret()
                ? world.secret(key)
                        .map(each -> each.text(in.key())
                                .map(text -> Map.of(in.key(), text))
                                .orElse(Map.of()))
                : world.configMap(key).map(ConfigMap::data);
        if (data.isEmpty()) {
            authorizerProblems.add(place + ": " + object + " is not there");
            return Optional.empty();
        }
        Optional<String> value = Optional.ofNullable(data.get().get(in.key()));
        if (value.isEmpty()) {
            authorizerProblems.add(place + ": " + object + " has no key \"" + in.key() + "\"");
        }
        return value;
    }

    private void check(Authorization authorization) {
        for (int i = 0; i < authorization.rules().size(); i++) {
            Authorization.Rule rule = authorization.rules().get(i);
            String place = "spec.authorization.rules[" + i + "]";
            rule.cel()
                    .flatMap(CelText::problemForRequests)
                    .ifPresent(problem -> problems.add(place + ".cel: " + problem));
            rule.operation()
                    .flatMap(Authorization.Operation::path)
                    .filter(path -> path.type() == Authorization.PathType.RegularExpression)
                    .flatMap(path -> Expressions.problem(path.value()))
                    .ifPresent(problem -> problems.add(place + ".operation.path.value: " + problem));
        }
    }
}
