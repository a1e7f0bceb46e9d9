package dev.gatehouse.standalone.signon;

import dev.gatehouse.gatewayapi.yaml.Location;
import dev.gatehouse.gatewayapi.yaml.Node;
import dev.gatehouse.gatewayapi.yaml.Wording;
import dev.gatehouse.standalone.imports.Report;
import dev.gatehouse.standalone.imports.Setting;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** oauth2-proxy's alpha configuration: most of its fields are options by another name. */
final class AlphaConfiguration {
    /**
     * A header that a backend gets.
     *
     * @param claim "access_token" and "id_token" are the tokens
     * @param prefix what stands before the value
     */
    record Header(Setting setting, String name, String claim, String prefix) {}

    private static final String OIDC = "oidcConfig.";

    /** Fields of a provider, and the flags that are the same. */
    private static final Map<String, String> PROVIDER = Map.ofEntries(
            Map.entry("clientID", "client-id"),
            Map.entry("clientSecret", "client-secret"),
            Map.entry("clientSecretFile", "client-secret-file"),
            Map.entry("provider", "provider"),
            Map.entry("name", "provider-display-name"),
            Map.entry("caFiles", "provider-ca-file"),
            Map.entry("useSystemTrustStore", "use-system-trust-store"),
            Map.entry("loginURL", "login-url"),
            Map.entry("redeemURL", "redeem-url"),
            Map.entry("profileURL", "profile-url"),
            Map.entry("skipClaimsFromProfileURL", "skip-claims-from-profile-url"),
            Map.entry("resource", "resource"),
            Map.entry("validateURL", "validate-url"),
            Map.entry("scope", "scope"),
            Map.entry("allowedGroups", "allowed-group"),
            Map.entry("code_challenge_method", "code-challenge-method"),
            Map.entry("codeChallengeMethod", "code-challenge-method"),
            Map.entry("backendLogoutURL", "backend-logout-url"),
            Map.entry("authRequestResponseMode", "auth-request-response-mode"),
            Map.entry(OIDC + "issuerURL", "oidc-issuer-url"),
            Map.entry(OIDC + "insecureAllowUnverifiedEmail", "insecure-oidc-allow-unverified-email"),
            Map.entry(OIDC + "insecureSkipIssuerVerification", "insecure-oidc-skip-issuer-verification"),
            Map.entry(OIDC + "insecureSkipNonce", "insecure-oidc-skip-nonce"),
            Map.entry(OIDC + "skipDiscovery", "skip-oidc-discovery"),
            Map.entry(OIDC + "jwksURL", "oidc-jwks-url"),
            Map.entry(OIDC + "emailClaim", "oidc-email-claim"),
            Map.entry(OIDC + "groupsClaim", "oidc-groups-claim"),
            Map.entry(OIDC + "userIDClaim", "user-id-claim"),
            Map.entry(OIDC + "audienceClaims", "oidc-audience-claim"),
            Map.entry(OIDC + "extraAudiences", "oidc-extra-audience"),
            Map.entry(OIDC + "publicKeyFiles", "oidc-public-key-file"),
            Map.entry(OIDC + "enabledSigningAlgs", "oidc-enabled-signing-alg"),
            Map.entry("keycloakConfig.groups", "keycloak-group"),
            Map.entry("keycloakConfig.roles", "allowed-role"),
            Map.entry("azureConfig.tenant", "azure-tenant"),
            Map.entry("azureConfig.graphGroupField", "azure-graph-group-field"),
            Map.entry("microsoftEntraIDConfig.allowedTenants", "entra-id-allowed-tenant"),
            Map.entry("microsoftEntraIDConfig.federatedTokenAuth", "entra-id-federated-token-auth"),
            Map.entry("githubConfig.org", "github-org"),
            Map.entry("githubConfig.team", "github-team"),
            Map.entry("githubConfig.repo", "github-repo"),
            Map.entry("githubConfig.token", "github-token"),
            Map.entry("githubConfig.users", "github-user"),
            Map.entry("gitlabConfig.group", "gitlab-group"),
            Map.entry("gitlabConfig.projects", "gitlab-project"),
            Map.entry("bitbucketConfig.team", "bitbucket-team"),
            Map.entry("bitbucketConfig.repository", "bitbucket-repository"),
            Map.entry("googleConfig.group", "google-group"),
            Map.entry("googleConfig.adminEmail", "google-admin-email"),
            Map.entry("googleConfig.serviceAccountJson", "google-service-account-json"),
            Map.entry("googleConfig.useApplicationDefaultCredentials", "google-use-application-default-credentials"),
            Map.entry("googleConfig.targetPrincipal", "google-target-principal"),
            Map.entry("googleConfig.useOrganizationID", "google-use-organization-id"),
            Map.entry("googleConfig.adminAPIUserScope", "google-admin-api-user-scope"),
            Map.entry("loginGovConfig.jwtKey", "jwt-key"),
            Map.entry("loginGovConfig.jwtKeyFile", "jwt-key-file"),
            Map.entry("loginGovConfig.pubjwkURL", "pubjwk-url"));

    private final Report report;

    AlphaConfiguration(Report report) {
        this.report = report;
    }

    /** Adds the documents' settings to {@code settings}, by the names of flags. */
    void read(List<Node.Mapping> documents, Map<String, Setting> settings) {
        for (Node.Mapping document : documents) {
            document.fields().forEach((name, field) -> {
                switch (name) {
                    case "providers" -> providers(field, settings);
                    case "upstreamConfig", "injectRequestHeaders" -> {}
                    case "injectResponseHeaders" ->
                        report.differs(
                                setting(name, field.location()),
                                "responses have no headers of users: the backend gets them, by claimToHeaders of the SSOPolicy");
                    case "server", "metricsServer" ->
                        report.notNeeded(
                                setting(name, field.location()), "the Gateway's listeners say where it listens");
                    default ->
                        report.wrong(
                                field.location(),
                                name,
                                "unknown field (expected: injectRequestHeaders, injectResponseHeaders, metricsServer,"
                                        + " providers, server, upstreamConfig)");
                }
            });
        }
    }

    private void providers(Node.Field field, Map<String, Setting> settings) {
        if (!(field.value() instanceof Node.Sequence list) || list.items().isEmpty()) {
            report.wrong(
                    field.location(), "providers", Wording.shown(field.value()) + " (expected: a list of providers)");
            return;
        }
        for (Node other : list.items().subList(1, list.items().size())) {
            report.gap(
                    setting("providers", other.location()),
                    "oauth2-proxy uses the first provider alone; add others to providers of the SSOPolicy");
        }
        if (list.items().getFirst() instanceof Node.Mapping provider) {
            fields(provider, "", settings);
        }
    }

    private void fields(Node.Mapping mapping, String path, Map<String, Setting> settings) {
        mapping.fields().forEach((name, field) -> {
            String full = path + name;
            String flag = PROVIDER.get(full);
            if (flag != null) {
                settings.put(flag, new Setting("providers[0]." + full, field.location(), texts(field.value())));
            } else if (full.equals("id")) {
                report.notNeeded(setting("providers[0].id", field.location()), "the SecurityPolicy has a name");
            } else if (full.equals("loginURLParameters")) {
                parameters(field, settings);
            } else if (full.equals("ADFSConfig.skipScope") || full.equals("additionalClaims")) {
                report.differs(
                        setting("providers[0]." + full, field.location()),
                        "scopes are asked for, and all claims of the ID token are there");
            } else if (field.value() instanceof Node.Mapping nested && path.isEmpty() && name.endsWith("Config")) {
                fields(nested, name + ".", settings);
            } else {
                report.wrong(
                        field.location(),
                        "providers[0]." + full,
                        "unknown field (expected: a field of oauth2-proxy's provider)");
            }
        });
    }

    /** Reads login parameters with fixed values. Parameters that a user may choose are not among them. */
    private void parameters(Node.Field field, Map<String, Setting> settings) {
        if (!(field.value() instanceof Node.Sequence list)) {
            return;
        }
        list.items().forEach(item -> {
            if (item instanceof Node.Mapping parameter) {
                String name = OAuth2ProxyFiles.text(parameter, "name");
                Setting setting = new Setting(
                        "providers[0].loginURLParameters." + name,
                        parameter.location(),
                        parameter.get("default").map(AlphaConfiguration::texts).orElse(List.of()));
                if (parameter.get("allow").isPresent()) {
                    report.differs(
                            setting, "users do not choose parameters of the login: those of the SSOPolicy are sent");
                }
                if (!setting.values().isEmpty()) {
                    settings.put("parameter " + name, setting);
                }
            }
        });
    }

    private static List<String> texts(Node node) {
        return switch (node) {
            case Node.Scalar scalar -> List.of(scalar.text());
            case Node.Sequence list ->
                list.items().stream().flatMap(item -> texts(item).stream()).toList();
            case Node.Mapping _ -> List.of();
        };
    }

    private static Setting setting(String name, Location location) {
        return new Setting(name, location, List.of());
    }

    static List<Header> headers(List<Node.Mapping> documents, Report report) {
        List<Header> headers = new ArrayList<>();
        for (Node.Mapping document : documents) {
            if (document.get("injectRequestHeaders").orElse(null) instanceof Node.Sequence list) {
                list.items().forEach(item -> {
                    if (item instanceof Node.Mapping header) {
                        header(header, headers, report);
                    }
                });
            }
        }
        return headers;
    }

    private static void header(Node.Mapping header, List<Header> headers, Report report) {
        String name = OAuth2ProxyFiles.text(header, "name");
        Setting setting = setting("injectRequestHeaders." + name, header.location());
        List<Node> values = header.get("values").orElse(null) instanceof Node.Sequence list ? list.items() : List.of();
        if (values.size() != 1 || !(values.getFirst() instanceof Node.Mapping value)) {
            report.differs(
                    setting, "a header has one value here: set the others by a RequestHeaderModifier of the HTTPRoute");
            return;
        }
        Node.Mapping source = value.get("claimSource").orElse(null) instanceof Node.Mapping nested ? nested : value;
        String claim = OAuth2ProxyFiles.text(source, "claim");
        if (claim.isEmpty()) {
            report.differs(setting, "a value that is no claim: set it by a RequestHeaderModifier of the HTTPRoute");
        } else if (source.get("basicAuthPassword").isPresent()) {
            report.differs(setting, "no password is sent: the backend is told of users by headers");
        } else {
            headers.add(new Header(setting, name, claim, OAuth2ProxyFiles.text(source, "prefix")));
        }
    }

    static List<Upstream> upstreams(List<Node.Mapping> documents, Report report) {
        List<Upstream> upstreams = new ArrayList<>();
        for (Node.Mapping document : documents) {
            document.find("upstreamConfig.proxyRawPath")
                    .ifPresent(node -> report.differs(
                            setting("upstreamConfig.proxyRawPath", node.location()),
                            "how paths are normalised says a ClientTrafficPolicy (path)"));
            if (document.find("upstreamConfig.upstreams").orElse(null) instanceof Node.Sequence list) {
                list.items().forEach(item -> {
                    if (item instanceof Node.Mapping upstream) {
                        upstream(upstream, report).ifPresent(upstreams::add);
                    }
                });
            }
        }
        return upstreams;
    }

    private static Optional<Upstream> upstream(Node.Mapping node, Report report) {
        Map<String, String> texts = new LinkedHashMap<>();
        node.fields().forEach((name, field) -> {
            if (field.value() instanceof Node.Scalar scalar) {
                texts.put(name, scalar.text());
            }
            Setting part = setting("upstreamConfig." + name, field.location());
            switch (name) {
                case "id",
                        "path",
                        "uri",
                        "static",
                        "staticCode",
                        "rewriteTarget",
                        "passHostHeader",
                        "insecureSkipTLSVerify" -> {}
                case "flushInterval" -> report.notNeeded(part, "responses are streamed");
                case "timeout" -> report.differs(part, "set timeouts.request of the HTTPRoute's rule");
                case "proxyWebSockets" -> {
                    if (field.value() instanceof Node.Scalar scalar
                            && scalar.text().equals("false")) {
                        report.gap(
                                part,
                                "upgrades pass with a session: refuse them by a BackendTrafficPolicy's httpUpgrade");
                    }
                }
                default ->
                    report.wrong(
                            field.location(),
                            part.name(),
                            "unknown field (expected: a field of oauth2-proxy's upstream)");
            }
        });
        Setting setting = setting("upstreamConfig." + texts.getOrDefault("id", "upstream"), node.location());
        boolean answers = "true".equals(texts.get("static"));
        Optional<URI> address =
                answers ? Optional.empty() : Upstream.uri(setting, texts.getOrDefault("uri", ""), report);
        if (!answers && address.isEmpty()) {
            return Optional.empty();
        }
        String code = texts.getOrDefault("staticCode", "200");
        return Optional.of(new Upstream(
                setting,
                texts.getOrDefault("path", "/"),
                address,
                answers ? Optional.of(code.matches("[2-5][0-9]{2}") ? Integer.parseInt(code) : 200) : Optional.empty(),
                Optional.ofNullable(texts.get("rewriteTarget")),
                !"false".equals(texts.get("passHostHeader")),
                "true".equals(texts.get("insecureSkipTLSVerify")),
                false));
    }
}
