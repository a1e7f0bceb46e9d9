package dev.gatehouse.controller.envoy;

import com.google.protobuf.ByteString;
import dev.gatehouse.api.authz.v1.AccessPolicy;
import dev.gatehouse.api.authz.v1.ApiKeyAuth;
import dev.gatehouse.api.authz.v1.BasicAuth;
import dev.gatehouse.controller.security.Security;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.ObjectReference;
import dev.gatehouse.gatewayapi.Secret;
import dev.gatehouse.gatewayapi.security.SecuritySettings;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiFunction;

/** Makes authz-svc's policy from a SecurityPolicy and its Secrets. */
public final class AccessResources {
    private static final String HTPASSWD = ".htpasswd";

    private AccessResources() {}

    /** A Secret that a policy refers to. */
    public sealed interface Credential {
        record Found(Secret secret) implements Credential {}

        record Unusable(String reason) implements Credential {}
    }

    /**
     * An AccessPolicy.
     *
     * @param world resolves its references
     */
    public record More(dev.gatehouse.gatewayapi.access.AccessPolicy policy, SignOnResources.World world) {}

    /** The outcome of compiling a policy. */
    public sealed interface Outcome {
        /**
         * @param signOn the part of its sign-on that proxies need
         * @param warnings the policy's fields that have no effect
         */
        record Enforced(AccessPolicy policy, Optional<Security.SignOn> signOn, List<String> warnings)
                implements Outcome {
            public Enforced {
                warnings = List.copyOf(warnings);
            }
        }

        /** The policy cannot be enforced: its targets are closed. */
        record Invalid(String message) implements Outcome {}
    }

    /**
     * Compiles the sections of the policy {@code key} that authz-svc enforces.
     *
     * @param sso the SSOPolicy that goes with it
     * @param more the AccessPolicy that goes with it
     */
    public static Outcome compile(
            ObjectKey key,
            SecuritySettings settings,
            SignOnResources.World world,
            Optional<SignOnResources.Sso> sso,
            Optional<More> more) {
        BiFunction<String, ObjectReference, Credential> secrets = world::secret;
        AccessPolicy.Builder access = AccessPolicy.newBuilder().setName(key.toString());
        List<String> problems = new ArrayList<>();
        List<String> warnings = new ArrayList<>();
        settings.apiKeyAuth().ifPresent(auth -> access.setApiKeyAuth(apiKeys(auth, secrets, problems, warnings)));
        settings.basicAuth().ifPresent(auth -> access.setBasicAuth(basic(auth, secrets, problems)));
        settings.oidc()
                .ifPresent(oidc -> access.setOidc(SignOnResources.compile(settings, oidc, world, sso, problems)));
        more.ifPresent(each -> {
            access.addAllIntrospections(IntrospectionResources.compile(each.policy(), each.world(), problems));
            problems.addAll(IntrospectionResources.shared(each.policy(), settings));
            problems.addAll(BindingResources.shared(each.policy(), settings));
            each.policy()
                    .clientCertificates()
                    .ifPresent(spec -> access.setClientCertificates(BindingResources.compile(spec)));
            each.policy()
                    .boundTokens()
                    .ifPresent(spec -> access.setBoundTokens(BindingResources.compile(spec, settings)));
        });
        return problems.isEmpty()
                ? new Outcome.Enforced(
                        access.build(),
                        settings.oidc().map(oidc -> SignOnResources.signOn(settings, oidc, access.getOidc())),
                        warnings)
                : new Outcome.Invalid(String.join("; ", problems));
    }

    private static ApiKeyAuth apiKeys(
            dev.gatehouse.gatewayapi.security.ApiKeyAuth auth,
            BiFunction<String, ObjectReference, Credential> secrets,
            List<String> problems,
            List<String> warnings) {
        ApiKeyAuth.Builder keys = ApiKeyAuth.newBuilder()
                .setForwardClientIdHeader(auth.forwardClientIdHeader().orElse(""))
                .setSanitize(auth.sanitize());
        Set<String> clients = new HashSet<>();
        Map<ByteString, String> owners = new HashMap<>();
        for (int i = 0; i < auth.credentialRefs().size(); i++) {
            int place = i;
            ObjectReference reference = auth.credentialRefs().get(i);
            switch (secrets.apply("apiKeyAuth", reference)) {
                case Credential.Unusable unusable ->
                    problems.add("spec.apiKeyAuth.credentialRefs[" + i + "]: " + unusable.reason());
                case Credential.Found found ->
                    new TreeMap<>(found.secret().data()).forEach((client, apiKey) -> {
                        // If a client is in several Secrets, the first Secret's key is used (as in Envoy Gateway).
                        if (!clients.add(client)) {
                            warnings.add("spec.apiKeyAuth.credentialRefs[" + place + "]: client \"" + client
                                    + "\" is in a Secret before this one, whose key counts");
                            return;
                        }
                        String where = "spec.apiKeyAuth.credentialRefs[" + place + "]: client \"" + client + "\"";
                        switch (ApiKeyText.of(apiKey.toByteArray())) {
                            case ApiKeyText.Unreadable unreadable ->
                                problems.add(where + " of Secret \"" + reference.name() + "\": the hash of its key is "
                                        + unreadable.reason());
                            case ApiKeyText.Digest digest -> {
                                String other = owners.putIfAbsent(digest.sha256(), client);
                                if (other != null) {
                                    problems.add(where + " has the key of client \"" + other
                                            + "\" (expected: a key of its own)");
                                    return;
                                }
                                keys.addCredentials(ApiKeyAuth.Credential.newBuilder()
                                        .setClientId(client)
                                        .setKeySha256(digest.sha256()));
                            }
                        }
                    });
            }
        }
        for (dev.gatehouse.gatewayapi.security.ApiKeyAuth.ExtractFrom from : auth.extractFrom()) {
            from.headers().forEach(name -> keys.addExtractFrom(source().setHeader(name)));
            from.params().forEach(name -> keys.addExtractFrom(source().setQueryParameter(name)));
            from.cookies().forEach(name -> keys.addExtractFrom(source().setCookie(name)));
        }
        return keys.build();
    }

    private static ApiKeyAuth.KeySource.Builder source() {
        return ApiKeyAuth.KeySource.newBuilder();
    }

    private static BasicAuth basic(
            dev.gatehouse.gatewayapi.security.BasicAuth auth,
            BiFunction<String, ObjectReference, Credential> secrets,
            List<String> problems) {
        BasicAuth.Builder basic = BasicAuth.newBuilder()
                .setForwardUsernameHeader(auth.forwardUsernameHeader().orElse(""));
        switch (secrets.apply("basicAuth", auth.users())) {
            case Credential.Unusable unusable -> problems.add("spec.basicAuth.users: " + unusable.reason());
            case Credential.Found found -> {
                String text = found.secret().text(HTPASSWD).orElse("");
                if (text.isBlank()) {
                    problems.add("spec.basicAuth.users: Secret \""
                            + auth.users().name() + "\" has no key \"" + HTPASSWD + "\", or it is empty");
                }
                Htpasswd file = Htpasswd.of(text);
                file.problems()
                        .forEach(problem -> problems.add("spec.basicAuth.users: Secret \""
                                + auth.users().name() + "\", key \"" + HTPASSWD + "\", " + problem));
                file.users()
                        .forEach(user -> basic.addUsers(
                                BasicAuth.User.newBuilder().setName(user.name()).setPasswordHash(user.hash())));
            }
        }
        return basic.build();
    }
}
