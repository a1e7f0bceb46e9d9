package dev.gatehouse.standalone.signon;

import static dev.gatehouse.standalone.imports.WrittenObjects.ordered;

import dev.gatehouse.standalone.imports.Amounts;
import dev.gatehouse.standalone.imports.Report;
import dev.gatehouse.standalone.imports.Report.Outcome;
import dev.gatehouse.standalone.imports.Setting;
import dev.gatehouse.standalone.imports.WrittenObjects;
import dev.gatehouse.standalone.signon.UpstreamRoutes.OpenPath;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Makes policies equivalent to an oauth2-proxy's configuration. */
final class OAuth2Proxy {
    private static final Duration SESSION = Duration.ofHours(168);
    private static final Duration LOGIN = Duration.ofMinutes(15);
    private static final String FROM_REQUEST = "%REQ(x-forwarded-proto)%://%REQ(:authority)%";

    private final ImportOptions options;
    private final Report report;
    private final Map<String, Setting> settings;
    private final List<Upstream> upstreams;
    private final Optional<List<AlphaConfiguration.Header>> headers;
    private final Path folder;
    private final SignOnObjects objects;
    private final String policyName;
    private final String ssoName;
    private final Map<String, Object> oidc = new LinkedHashMap<>();
    private final Map<String, Object> sso = new LinkedHashMap<>();
    private final List<Map<String, Object>> parameters = new ArrayList<>();

    private OAuth2Proxy(OAuth2ProxyFiles files, Path folder, ImportOptions options, Report report) {
        this.options = options;
        this.report = report;
        this.settings = files.settings();
        this.upstreams = new ArrayList<>(files.upstreams());
        this.headers = files.headers();
        this.folder = folder;
        this.objects = new SignOnObjects(options.namespace());
        this.policyName = "SecurityPolicy " + options.namespace() + "/" + options.name() + " ";
        this.ssoName = "SSOPolicy " + options.namespace() + "/" + options.name() + " ";
    }

    /** @param folder that relative names of files in the configuration are looked for in */
    static List<Map<String, Object>> policies(
            OAuth2ProxyFiles files, Path folder, ImportOptions options, Report report) {
        return new OAuth2Proxy(files, folder, options, report).make();
    }

    private List<Map<String, Object>> make() {
        settings.forEach((flag, setting) -> OAuth2ProxyOptions.byFlag(flag).ifPresent(option -> {
            option.fate().ifPresent(fate -> {
                if (option.isOff(setting)) {
                    report.notNeeded(setting, "asks for nothing");
                } else {
                    fate.accept(report, setting);
                }
            });
        }));
        OpenIdIssuer.Found issuer = new OpenIdIssuer(settings, options, report).find();
        provider(issuer);
        client();
        login();
        List<Map<String, Object>> tokens = tokens(issuer);
        List<String> told = forwarding();
        Optional<Map<String, Object>> authorization = authorization(issuer, tokens);
        session();
        List<Map<String, Object>> targets = targets(told);

        Map<String, Object> policy = objects.securityPolicy(options.name(), targets);
        policy.put("oidc", oidc);
        if (!tokens.isEmpty()) {
            // A request with a session has no token.
            policy.put("jwt", ordered("optional", true, "providers", tokens));
        }
        authorization.ifPresent(each -> policy.put("authorization", each));
        if (!parameters.isEmpty()) {
            sso.put("authorizationParameters", parameters);
        }
        objects.ssoPolicy(options.name(), options.name()).putAll(sso);
        return objects.all();
    }

    private Optional<Setting> set(String flag) {
        return Optional.ofNullable(settings.get(flag))
                .filter(setting -> setting.reference().isPresent()
                        || setting.values().stream().anyMatch(value -> !value.isEmpty()));
    }

    private boolean on(String flag, boolean otherwise) {
        return set(flag).map(setting -> setting.value().equals("true")).orElse(otherwise);
    }

    private void policyField(Setting setting, String field) {
        report.takenOver(setting, policyName + "spec." + field);
    }

    private void ssoField(Setting setting, String field) {
        report.takenOver(setting, ssoName + "spec." + field);
    }

    private void provider(OpenIdIssuer.Found issuer) {
        Map<String, Object> provider = ordered("issuer", issuer.text());
        endpoint("login-url", "authorizationEndpoint", provider);
        endpoint("redeem-url", "tokenEndpoint", provider);
        set("skip-oidc-discovery").filter(each -> each.value().equals("true")).ifPresent(each -> {
            for (String needed : List.of("login-url", "redeem-url", "oidc-jwks-url")) {
                if (set(needed).isEmpty()) {
                    report.wrong(each, "is true without " + needed.replace('-', '_') + " (expected: its address)");
                }
            }
            report.notNeeded(each, "endpoints that the policy names are not asked for");
        });
        set("oidc-jwks-url").ifPresent(each -> {
            sso.put("jwksURI", each.value());
            ssoField(each, "jwksURI");
        });
        set("provider-display-name").ifPresent(each -> {
            sso.put("displayName", each.value());
            ssoField(each, "displayName");
        });
        set("oidc-enabled-signing-alg").ifPresent(each -> {
            sso.put("signingAlgorithms", each.values());
            ssoField(each, "signingAlgorithms");
        });
        set("provider-ca-file").ifPresent(each -> {
            String name = options.name() + "-provider";
            certificates(each, name + "-ca");
            URI uri = URI.create(issuer.text());
            objects.trusting(
                    name,
                    Optional.ofNullable(uri.getHost()).orElse("invalid"),
                    uri.getPort() > 0 ? uri.getPort() : 443,
                    name + "-ca");
            provider.put(
                    "backendRefs",
                    List.of(ordered("group", WrittenObjects.ENVOY_GATEWAY, "kind", "Backend", "name", name)));
            policyField(each, "oidc.provider.backendRefs, with a Backend and a BackendTLSPolicy");
        });
        // Claims that the ID token does not have are asked for.
        set("profile-url")
                .ifPresent(each -> report.takenOver(
                        each, ssoName + "spec.userInfo; its address is that of the discovery document"));
        boolean profile = !on("skip-claims-from-profile-url", false);
        set("skip-claims-from-profile-url").ifPresent(each -> ssoField(each, "userInfo"));
        if (profile) {
            sso.put("userInfo", true);
        }
        oidc.put("provider", provider);
    }

    private void endpoint(String flag, String field, Map<String, Object> provider) {
        set(flag).ifPresent(each -> {
            provider.put(field, each.value());
            policyField(each, "oidc.provider." + field);
        });
    }

    private void certificates(Setting setting, String configMap) {
        StringBuilder all = new StringBuilder();
        for (String file : setting.values()) {
            Optional<String> text = text(file);
            if (text.isEmpty()) {
                report.differs(
                        setting,
                        "\"" + file + "\" cannot be read here: make the ConfigMap " + options.namespace() + "/"
                                + configMap + " from it, under the key ca.crt");
                return;
            }
            all.append(text.get().strip()).append('\n');
        }
        objects.configMap(configMap, ordered("ca.crt", all.toString()));
    }

    private Optional<String> text(String file) {
        try {
            Path path = folder.resolve(file);
            return Files.isRegularFile(path) ? Optional.of(Files.readString(path)) : Optional.empty();
        } catch (IOException | InvalidPathException e) {
            return Optional.empty();
        }
    }

    private void client() {
        String secretName = options.name() + "-client";
        Map<String, Object> secret = new LinkedHashMap<>();
        Optional<Setting> id = set("client-id");
        if (id.isEmpty()) {
            report.add(
                    "client_id",
                    new Outcome.Wrong("is missing (expected: the name by which the provider knows the client)"));
        }
        id.ifPresent(each -> {
            if (each.reference().isPresent()) {
                referred(each, "client-id", secretName, "clientIDRef");
            } else {
                oidc.put("clientID", each.value());
                policyField(each, "oidc.clientID");
            }
        });
        Optional<Setting> key = set("jwt-key").or(() -> set("jwt-key-file"));
        if (key.isPresent()) {
            String keyName = options.name() + "-key";
            sso.put(
                    "clientAuthentication",
                    ordered("method", "PrivateKeyJWT", "privateKeyRef", ordered("name", keyName)));
            Setting setting = key.get();
            Optional<String> pem = setting.name().toLowerCase(Locale.ROOT).contains("file")
                    ? text(setting.value())
                    : setting.reference().isEmpty() ? Optional.of(setting.value()) : Optional.empty();
            pem.ifPresentOrElse(
                    text -> objects.secret(keyName, ordered("private-key", text)),
                    () -> report.differs(
                            setting,
                            "make the Secret " + options.namespace() + "/" + keyName
                                    + " with the key (PKCS #8) under private-key"));
            ssoField(setting, "clientAuthentication");
        }
        Optional<Setting> own = set("client-secret");
        Optional<Setting> file = set("client-secret-file");
        oidc.put("clientSecret", ordered("name", secretName));
        if (own.filter(each -> each.reference().isPresent()).isPresent()) {
            referred(own.get(), "client-secret", secretName, "clientSecret");
        } else if (own.isPresent()) {
            secret.put("client-secret", own.get().value());
            report.takenOver(own.get(), "Secret " + options.namespace() + "/" + secretName + " client-secret");
        } else if (file.isPresent()) {
            Optional<String> text = text(file.get().value());
            text.ifPresent(each -> secret.put("client-secret", each.strip()));
            if (text.isPresent()) {
                report.takenOver(file.get(), "Secret " + options.namespace() + "/" + secretName + " client-secret");
            } else {
                report.differs(
                        file.get(),
                        "\"" + file.get().value() + "\" cannot be read here: make the Secret " + options.namespace()
                                + "/" + secretName + " from it, under the key client-secret");
            }
        } else {
            // The field is required, though the client says who it is in another way.
            secret.put("client-secret", "none");
            if (key.isEmpty()) {
                sso.put("clientAuthentication", ordered("method", "None"));
                report.add(
                        "client_secret",
                        new Outcome.TakenOver(
                                ssoName + "spec.clientAuthentication.method None: a public client, with PKCE"));
            }
        }
        if (!secret.isEmpty()) {
            objects.secret(secretName, secret);
        }
    }

    /** A value that a Secret of the cluster has: it is referred to, if it stands under the name that policies read it by. */
    private void referred(Setting setting, String key, String secretName, String field) {
        Setting.SecretKey reference = setting.reference().orElseThrow();
        boolean fits = reference.key().equals(key);
        oidc.put(field, ordered("name", fits ? reference.secret() : secretName));
        if (fits) {
            policyField(setting, "oidc." + field + ": Secret " + options.namespace() + "/" + reference.secret());
        } else {
            report.differs(
                    setting,
                    "make the Secret " + options.namespace() + "/" + secretName + " with the value of the key \""
                            + reference.key() + "\" of the Secret \"" + reference.secret() + "\" under the key " + key);
        }
    }

    private void login() {
        List<String> scopes = set("scope")
                .map(each -> Arrays.asList(each.value().strip().split("[ ,]+")))
                .orElse(
                        set("allowed-group").isPresent()
                                ? List.of("email", "profile", "groups")
                                : List.of("email", "profile"));
        oidc.put(
                "scopes",
                scopes.stream().filter(scope -> !scope.equals("openid")).toList());
        set("scope").ifPresent(each -> policyField(each, "oidc.scopes"));
        set("resource").ifPresent(each -> {
            oidc.put("resources", List.of(each.value()));
            policyField(each, "oidc.resources");
        });
        String prefix =
                set("proxy-prefix").map(Setting::value).orElse("/oauth2").replaceFirst("/+$", "");
        set("proxy-prefix").ifPresent(each -> policyField(each, "oidc.redirectURL, and oidc.logoutPath"));
        String redirect = set("redirect-url").map(Setting::value).orElse(FROM_REQUEST + prefix + "/callback");
        if (redirect.startsWith("/")) {
            redirect = FROM_REQUEST + redirect;
        } else if (redirect.matches("https?://[^/]+/?")) {
            redirect = redirect.replaceFirst("/$", "") + prefix + "/callback";
        }
        oidc.put("redirectURL", redirect);
        set("redirect-url").ifPresent(each -> policyField(each, "oidc.redirectURL"));
        oidc.put("logoutPath", prefix + "/sign_out");
        parameter("prompt", "prompt");
        parameter("approval-prompt", "approval_prompt");
        parameter("acr-values", "acr_values");
        settings.forEach((name, setting) -> {
            if (name.startsWith("parameter ")) {
                String parameter = name.substring("parameter ".length());
                parameters.add(ordered("name", parameter, "value", String.join(" ", setting.values())));
                ssoField(setting, "authorizationParameters");
            }
        });
        set("api-route").ifPresent(each -> {
            // Of the path with its query, of which the expression is for a part of the path.
            oidc.put(
                    "denyRedirect",
                    ordered(
                            "headers",
                            each.values().stream()
                                    .map(route -> ordered(
                                            "name",
                                            ":path",
                                            "type",
                                            "RegularExpression",
                                            "value",
                                            RouteExpression.ofTarget(route)))
                                    .toList()));
            policyField(each, "oidc.denyRedirect");
        });
        set("skip-auth-preflight").ifPresent(each -> report.notNeeded(each, "CORS preflights pass without a session"));
    }

    private void parameter(String flag, String name) {
        set(flag).ifPresent(each -> {
            parameters.add(ordered("name", name, "value", each.value()));
            ssoField(each, "authorizationParameters");
        });
    }

    /** The {@code jwt.providers} by which tokens of clients count instead of a session. */
    private List<Map<String, Object>> tokens(OpenIdIssuer.Found issuer) {
        List<Map<String, Object>> providers = new ArrayList<>();
        boolean bearer = on("skip-jwt-bearer-tokens", false);
        set("skip-jwt-bearer-tokens").ifPresent(each -> {
            if (bearer) {
                oidc.put("passThroughAuthHeader", true);
                policyField(each, "oidc.passThroughAuthHeader, and spec.jwt");
                List<String> audiences = new ArrayList<>();
                set("client-id").filter(id -> id.reference().isEmpty()).ifPresent(id -> audiences.add(id.value()));
                set("oidc-extra-audience").ifPresent(extra -> audiences.addAll(extra.values()));
                if (set("client-id").filter(id -> id.reference().isPresent()).isPresent()) {
                    report.gap(
                            each,
                            "tokens of any audience of the issuer would pass: write the client's id into jwt.providers[0].audiences");
                }
                Optional<String> keys = issuer.keys();
                if (keys.isEmpty()) {
                    report.wrong(each, "the address of the keys is not known (expected: oidc_jwks_url, or --jwks-uri)");
                }
                providers.add(tokenProvider("provider", issuer.text(), audiences, keys.orElse("https://invalid/")));
            } else {
                report.notNeeded(each, "asks for nothing");
            }
        });
        set("oidc-extra-audience").ifPresent(each -> {
            if (bearer) {
                policyField(each, "jwt.providers[0].audiences");
            } else {
                report.notNeeded(each, "an ID token of a session is for this client");
            }
        });
        set("extra-jwt-issuers").ifPresent(each -> {
            if (!bearer) {
                report.notNeeded(each, "says nothing without skip_jwt_bearer_tokens");
                return;
            }
            for (String pair : each.values()) {
                int split = pair.lastIndexOf('=');
                if (split < 1) {
                    report.wrong(each, "\"" + pair + "\" is no pair (expected: ISSUER=AUDIENCE)");
                    continue;
                }
                String other = pair.substring(0, split);
                providers.add(tokenProvider(
                        "issuer-" + (providers.size() + 1),
                        other,
                        List.of(pair.substring(split + 1)),
                        OpenIdIssuer.keys(other).orElse(other.replaceFirst("/$", "") + "/.well-known/jwks.json")));
            }
            policyField(each, "jwt.providers; keys are fetched from remoteJWKS.uri: see whether it is right");
        });
        return providers;
    }

    private static Map<String, Object> tokenProvider(String name, String issuer, List<String> audiences, String keys) {
        Map<String, Object> provider = ordered("name", name, "issuer", issuer);
        if (!audiences.isEmpty()) {
            provider.put("audiences", audiences);
        }
        provider.put("remoteJWKS", ordered("uri", keys));
        provider.put(
                "extractFrom", ordered("headers", List.of(ordered("name", "Authorization", "valuePrefix", "Bearer "))));
        return provider;
    }

    /** The headers by which the backend is told of a user. */
    private List<String> forwarding() {
        BackendHeaders told =
                new BackendHeaders(settings, headers, report, policyName, ssoName, on("skip-jwt-bearer-tokens", false));
        told.add(oidc, sso);
        return told.names();
    }

    private Optional<Map<String, Object>> authorization(OpenIdIssuer.Found issuer, List<Map<String, Object>> tokens) {
        Membership members = new Membership();
        String emailClaim = set("oidc-email-claim")
                .or(() -> set("user-id-claim"))
                .map(Setting::value)
                .orElse("email");
        String groupsClaim = set("oidc-groups-claim").map(Setting::value).orElse("groups");
        Optional<Setting> domains = set("email-domain");
        Optional<Setting> addresses = set("authenticated-emails-file");
        if (domains.isEmpty() && addresses.isEmpty()) {
            report.add(
                    "email_domains",
                    new Outcome.Wrong(
                            "is missing, and so is authenticated_emails_file: nobody would be let in (expected: one"
                                    + " of both, \"*\" for everybody)"));
        }
        boolean everybody = domains.filter(each -> each.values().contains("*")).isPresent();
        domains.ifPresent(each -> {
            if (everybody) {
                report.notNeeded(each, "\"*\" lets everybody in whom the provider knows");
            } else {
                each.values().forEach(domain -> members.domain(emailClaim, domain.toLowerCase(Locale.ROOT)));
                policyField(each, "authorization; upper and lower case count");
            }
        });
        addresses.ifPresent(each -> {
            if (everybody) {
                report.notNeeded(each, "email_domains has \"*\"");
                return;
            }
            text(each.value())
                    .ifPresentOrElse(
                            text -> {
                                text.lines()
                                        .map(String::strip)
                                        .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                                        .forEach(line -> members.email(emailClaim, line));
                                policyField(each, "authorization; upper and lower case count");
                            },
                            () -> report.gap(
                                    each,
                                    "\"" + each.value() + "\" cannot be read here: put it beside the configuration"));
        });
        for (String flag : List.of("allowed-group", "keycloak-group", "gitlab-group")) {
            set(flag).ifPresent(each -> {
                each.values().forEach(group -> members.group(groupsClaim, group));
                policyField(each, "authorization, by the claim " + groupsClaim);
            });
        }
        set("allowed-role").ifPresent(each -> {
            for (String role : each.values()) {
                int split = role.indexOf(':');
                members.group(
                        split < 0 ? "realm_access.roles" : "resource_access." + role.substring(0, split) + ".roles",
                        role.substring(split + 1));
            }
            policyField(
                    each,
                    "authorization, by the claims realm_access and resource_access: have Keycloak's mapper add them to ID tokens"
                            + " or UserInfo");
        });
        for (String flag : List.of("oidc-email-claim", "oidc-groups-claim", "user-id-claim")) {
            set(flag).ifPresent(each -> policyField(each, "authorization, and headers of the backend"));
        }
        set("insecure-oidc-allow-unverified-email").ifPresent(each -> policyField(each, "authorization"));
        boolean verifiedOnly = !on("insecure-oidc-allow-unverified-email", false);
        if (members.isEmpty()) {
            return Optional.empty();
        }
        List<Map<String, Object>> rules = new ArrayList<>();
        if (on("skip-auth-preflight", false)) {
            rules.add(Membership.preflights());
        }
        rules.addAll(members.rules(
                verifiedOnly,
                tokens.stream()
                        .map(each -> (String) each.getOrDefault("name", ""))
                        .toList()));
        return Optional.of(ordered("defaultAction", "Deny", "rules", rules));
    }

    private void session() {
        Map<String, Object> session = new LinkedHashMap<>();
        Optional<Setting> store = set("session-store-type");
        switch (store.map(Setting::value).orElse("cookie")) {
            case "cookie" -> session.put("store", "Cookie");
            case "redis" -> session.put("store", "Redis");
            default ->
                store.ifPresent(each ->
                        report.wrong(each, "\"" + each.value() + "\" is not known (expected: cookie or redis)"));
        }
        store.ifPresentOrElse(
                each -> ssoField(each, "session.store"),
                () -> report.add("session_store_type", new Outcome.TakenOver(ssoName + "spec.session.store Cookie")));
        Duration lifetime =
                set("cookie-expire").flatMap(each -> Amounts.go(each.value())).orElse(SESSION);
        if (!lifetime.isZero()) {
            session.put("absoluteTimeout", Amounts.text(lifetime));
        }
        set("cookie-expire")
                .ifPresentOrElse(
                        each -> ssoField(each, "session.absoluteTimeout"),
                        () -> report.add(
                                "cookie_expire", new Outcome.TakenOver(ssoName + "spec.session.absoluteTimeout 168h")));
        sso.put("session", session);
        oidc.put(
                "csrfTokenTTL",
                Amounts.text(set("cookie-csrf-expire")
                        .flatMap(each -> Amounts.go(each.value()))
                        .orElse(LOGIN)));
        set("cookie-csrf-expire").ifPresent(each -> policyField(each, "oidc.csrfTokenTTL"));
        set("cookie-samesite").ifPresent(each -> {
            switch (each.value().toLowerCase(Locale.ROOT)) {
                case "lax" -> oidc.put("cookieConfig", ordered("sameSite", "Lax"));
                case "strict" -> oidc.put("cookieConfig", ordered("sameSite", "Strict"));
                case "none" -> oidc.put("cookieConfig", ordered("sameSite", "None"));
                default -> report.wrong(each, "\"" + each.value() + "\" is not known (expected: lax, strict or none)");
            }
            policyField(each, "oidc.cookieConfig.sameSite");
        });
        set("cookie-domain").ifPresent(each -> {
            String domain = each.values().getFirst().replaceFirst("^\\.", "");
            oidc.put("cookieDomain", domain);
            if (each.values().size() > 1) {
                report.differs(each, "a policy has one domain, \"" + domain + "\": write a policy for each host");
            } else {
                policyField(each, "oidc.cookieDomain");
            }
        });
    }

    /** @param told the headers by which the backend is told of a user */
    private List<Map<String, Object>> targets(List<String> told) {
        boolean passHost = on("pass-host-header", true);
        boolean insecure = on("ssl-upstream-insecure-skip-verify", false);
        set("upstream")
                .ifPresent(each -> each.values()
                        .forEach(text -> Upstream.of(each, text, passHost, insecure, report)
                                .ifPresent(upstreams::add)));
        set("pass-host-header").ifPresent(each -> report.takenOver(each, "the HTTPRoute's filters"));
        set("ssl-upstream-insecure-skip-verify").ifPresent(each -> report.takenOver(each, "spec.tls of the Backends"));
        List<OpenPath> open = OpenPath.all(set("skip-auth-regex"), set("skip-auth-route"), report);
        List<Map<String, Object>> targets = options.targets();
        if (targets.isEmpty()) {
            Optional<String> host = set("redirect-url")
                    .map(Setting::value)
                    .filter(url -> url.matches("https?://[^/%]+(/.*)?"))
                    .map(url -> url.replaceFirst("^https?://", "").replaceFirst("[:/].*", ""));
            return new UpstreamRoutes(objects, options, report, stripped(open, told)).make(upstreams, open, host);
        }
        upstreams.forEach(upstream -> report.notNeeded(upstream.setting(), "the target's own backends are used"));
        set("skip-auth-strip-headers").ifPresent(each -> report.notNeeded(each, "the target's own rules are used"));
        open.forEach(
                path -> report.gap(
                        path.setting(),
                        "give the target a rule for these paths, and the rule a SecurityPolicy without oidc (or write routes by --gateway)"));
        return targets;
    }

    /** The headers that clients of open paths must not send: those that the backend takes for the user's. */
    private List<String> stripped(List<OpenPath> open, List<String> told) {
        Optional<Setting> strip = set("skip-auth-strip-headers");
        if (open.isEmpty() || !on("skip-auth-strip-headers", true)) {
            strip.ifPresent(each -> report.notNeeded(each, "asks for nothing"));
            return List.of();
        }
        if (strip.isPresent()) {
            report.takenOver(strip.get(), "the HTTPRoute's filters");
        } else {
            report.add("skip_auth_strip_headers", new Report.Outcome.TakenOver("the HTTPRoute's filters"));
        }
        return told;
    }
}
