package dev.gatehouse.authz.xds;

import dev.gatehouse.api.authz.v1.AccessPolicy;
import dev.gatehouse.api.authz.v1.ApiKeyAuth;
import dev.gatehouse.api.authz.v1.BasicAuth;
import dev.gatehouse.authz.apikey.ApiKeys;
import dev.gatehouse.authz.apikey.KeySource;
import dev.gatehouse.authz.basic.BasicUsers;
import dev.gatehouse.authz.basic.PasswordChecks;
import dev.gatehouse.authz.certificate.Certificates;
import dev.gatehouse.authz.introspection.Binding;
import dev.gatehouse.authz.introspection.BoundTokens;
import dev.gatehouse.authz.introspection.OpaqueTokens;
import dev.gatehouse.authz.oidc.SignOn;
import dev.gatehouse.authz.oidc.SignOns;
import dev.gatehouse.authz.policy.Check;
import dev.gatehouse.authz.policy.HeaderName;
import dev.gatehouse.authz.policy.InvalidPolicy;
import dev.gatehouse.authz.policy.Policy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads a policy from its resource. */
final class PolicyReader {
    private PolicyReader() {}

    static Policy read(AccessPolicy resource, PasswordChecks passwords, SignOns signOns) throws InvalidPolicy {
        if (resource.getName().isEmpty()) {
            throw new InvalidPolicy("name", "\"\"", "<namespace>/<name>");
        }
        // The sign-on comes before keys and passwords: the provider's answers have neither. A token takes the place of
        // a session.
        List<Check> checks = new ArrayList<>();
        Certificates certificates = CertificateReader.certificates(resource.getClientCertificates());
        Binding binding = CertificateReader.binding(resource.getBoundTokens(), certificates, signOns.proofs());
        if (resource.hasClientCertificates()) {
            checks.add(CertificateReader.identity(resource.getClientCertificates(), certificates));
        }
        Optional<OpaqueTokens> tokens = resource.getIntrospectionsCount() > 0
                ? Optional.of(IntrospectionReader.read(
                        resource.getIntrospectionsList(), resource.hasOidc(), signOns, binding))
                : Optional.empty();
        tokens.ifPresent(checks::add);
        if (resource.hasOidc()) {
            SignOn signOn = OidcReader.read(resource.getName(), resource.getOidc(), signOns);
            checks.add(
                    tokens.<Check>map(each -> signOn.exceptFor(each::hasToken)).orElse(signOn));
        }
        if (resource.hasApiKeyAuth()) {
            checks.add(apiKeys(resource.getApiKeyAuth()));
        }
        if (resource.hasBasicAuth()) {
            checks.add(basic(resource.getBasicAuth(), passwords));
        }
        Optional<Check> behindTokens =
                resource.getBoundTokens().getJwt() ? Optional.of(new BoundTokens(binding)) : Optional.empty();
        if (checks.isEmpty() && behindTokens.isEmpty()) {
            throw new InvalidPolicy(
                    "oidc, api_key_auth, basic_auth, introspections, client_certificates, bound_tokens.jwt",
                    "none",
                    "at least one of them");
        }
        return new Policy(resource.getName(), checks, behindTokens);
    }

    private static ApiKeys apiKeys(ApiKeyAuth auth) throws InvalidPolicy {
        try {
            List<ApiKeys.Credential> credentials = new ArrayList<>();
            for (ApiKeyAuth.Credential credential : auth.getCredentialsList()) {
                credentials.add(new ApiKeys.Credential(
                        credential.getClientId(), credential.getKeySha256().toByteArray()));
            }
            List<KeySource> sources = new ArrayList<>();
            for (int i = 0; i < auth.getExtractFromCount(); i++) {
                sources.add(source(auth.getExtractFrom(i), "extract_from[" + i + "]"));
            }
            return ApiKeys.of(
                    credentials,
                    sources,
                    HeaderName.optional(auth.getForwardClientIdHeader(), "forward_client_id_header"),
                    auth.getSanitize());
        } catch (InvalidPolicy e) {
            throw e.under("api_key_auth");
        }
    }

    private static KeySource source(ApiKeyAuth.KeySource source, String field) throws InvalidPolicy {
        return switch (source.getFromCase()) {
            case HEADER -> new KeySource.Header(HeaderName.of(source.getHeader(), field + ".header"));
            case QUERY_PARAMETER ->
                new KeySource.Parameter(notEmpty(source.getQueryParameter(), field + ".query_parameter"));
            case COOKIE -> new KeySource.Cookie(notEmpty(source.getCookie(), field + ".cookie"));
            case FROM_NOT_SET -> throw new InvalidPolicy(field, "none", "header, query_parameter or cookie");
        };
    }

    private static String notEmpty(String name, String field) throws InvalidPolicy {
        if (name.isEmpty()) {
            throw new InvalidPolicy(field, "\"\"", "a name");
        }
        return name;
    }

    private static BasicUsers basic(BasicAuth auth, PasswordChecks passwords) throws InvalidPolicy {
        try {
            List<BasicUsers.User> users = new ArrayList<>();
            for (BasicAuth.User user : auth.getUsersList()) {
                users.add(new BasicUsers.User(user.getName(), user.getPasswordHash()));
            }
            return BasicUsers.of(
                    users, HeaderName.optional(auth.getForwardUsernameHeader(), "forward_username_header"), passwords);
        } catch (InvalidPolicy e) {
            throw e.under("basic_auth");
        }
    }
}
