package dev.gatehouse.standalone.signon;

import static dev.gatehouse.standalone.imports.WrittenObjects.ordered;

import dev.gatehouse.gatewayapi.security.SignOnAddress;
import dev.gatehouse.standalone.imports.Amounts;
import dev.gatehouse.standalone.imports.Report;
import dev.gatehouse.standalone.imports.Setting;
import dev.gatehouse.standalone.imports.WrittenObjects;
import dev.gatehouse.standalone.signon.AuthserviceFile.Part;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Makes policies equivalent to authservice's chains. */
final class Authservice {
    private static final List<String> TOP = List.of(
            "chains",
            "listen_address",
            "listen_port",
            "health_listen_address",
            "health_listen_port",
            "health_listen_path",
            "log_level",
            "threads",
            "trigger_rules",
            "default_oidc_config",
            "allow_unmatched_requests");
    private static final List<String> OIDC = List.of(
            "configuration_uri",
            "authorization_uri",
            "token_uri",
            "callback_uri",
            "jwks",
            "jwks_fetcher",
            "client_authentication_method",
            "client_id",
            "client_secret",
            "client_secret_ref",
            "scopes",
            "cookie_name_prefix",
            "cookie_attributes",
            "id_token",
            "access_token",
            "logout",
            "absolute_session_timeout",
            "idle_session_timeout",
            "trusted_certificate_authority",
            "trusted_certificate_authority_file",
            "trusted_certificate_authority_refresh_interval",
            "proxy_uri",
            "redis_session_store_config",
            "skip_verify_peer_cert",
            "token_exchange");

    private final Path folder;
    private final ImportOptions options;
    private final Report report;
    private final SignOnObjects objects;

    Authservice(Path folder, ImportOptions options, Report report) {
        this.folder = folder;
        this.options = options;
        this.report = report;
        this.objects = new SignOnObjects(options.namespace());
    }

    List<Map<String, Object>> policies(AuthserviceFile file) {
        file.roots().forEach(this::configuration);
        return objects.all();
    }

    private void configuration(Part root) {
        root.known(TOP);
        for (String name : List.of("listen_address", "listen_port", "threads", "log_level")) {
            root.there(name).ifPresent(each -> report.notNeeded(each, "authz-svc has settings of its own"));
        }
        for (String name : List.of("health_listen_address", "health_listen_port", "health_listen_path")) {
            root.there(name).ifPresent(each -> report.notNeeded(each, "authz-svc has health checks of its own"));
        }
        Optional<Part> defaults = root.part("default_oidc_config");
        root.there("trigger_rules")
                .filter(_ -> !root.parts("trigger_rules").isEmpty())
                .ifPresent(
                        each -> report.gap(
                                each,
                                "target the HTTPRoute rules that are for these paths (KIND/NAME/RULE), and give others no oidc"));
        List<Part> chains = root.parts("chains");
        boolean single = chains.size() == 1;
        boolean everything = false;
        for (int i = 0; i < chains.size(); i++) {
            everything |= chains.get(i).part("match").isEmpty();
            chain(chains.get(i), i, single, defaults);
        }
        unmatched(root, everything);
    }

    /** Requests that no chain is for are refused, unless the configuration says otherwise. */
    private void unmatched(Part root, boolean everything) {
        Optional<Setting> allowed = root.there("allow_unmatched_requests");
        if (root.on("allow_unmatched_requests") || everything) {
            allowed.ifPresent(each -> report.notNeeded(each, "what no policy is for passes"));
            return;
        }
        Setting setting = root.setting("allow_unmatched_requests", List.of());
        if (options.gateway().isPresent()) {
            objects.securityPolicy(
                            options.name() + "-others",
                            List.of(ordered(
                                    "group",
                                    WrittenObjects.GATEWAY_API,
                                    "kind",
                                    "Gateway",
                                    "name",
                                    options.gateway().get())))
                    .put("authorization", ordered("defaultAction", "Deny"));
            report.takenOver(setting, "SecurityPolicy " + options.namespace() + "/" + options.name() + "-others");
        } else {
            report.gap(
                    setting,
                    "requests that match no chain were refused: name the Gateway by --gateway, and a policy refuses what no other"
                            + " policy is for");
        }
    }

    private void chain(Part chain, int index, boolean single, Optional<Part> defaults) {
        chain.known(List.of("name", "match", "filters"));
        String chainName = chain.text("name").map(Setting::value).orElse("chain-" + index);
        String suffix = chainName
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^a-z0-9-]+", "-")
                .replaceAll("^-+|-+$", "");
        String name = single ? options.name() : options.name() + "-" + (suffix.isEmpty() ? index : suffix);
        chain.text("name").ifPresent(each -> report.takenOver(each, "the name of the policies, " + name));
        List<Map<String, Object>> targets = options.targets(chainName);
        if (targets.isEmpty() && single) {
            targets = options.targets();
        }
        if (targets.isEmpty()) {
            report.wrong(
                    chain.location(),
                    chain.path(),
                    "what chain \"" + chainName + "\" is for is not said (expected: --target "
                            + (single ? "" : chainName + "=") + "HTTPRoute/NAME)");
        }
        chain.part("match").ifPresent(match -> match(match));
        List<Part> filters = chain.parts("filters");
        if (filters.size() != 1) {
            report.wrong(
                    chain.location(),
                    chain.path() + ".filters",
                    "has " + filters.size() + " filters (expected: one; users sign on once for a request)");
            return;
        }
        Part filter = filters.getFirst();
        filter.known(List.of("oidc", "oidc_override", "mock"));
        Optional<Part> mock = filter.part("mock");
        if (mock.isPresent()) {
            boolean allow = mock.get().on("allow");
            objects.securityPolicy(name, targets)
                    .put("authorization", ordered("defaultAction", allow ? "Allow" : "Deny"));
            report.takenOver(
                    filter.setting("mock", List.of()),
                    "SecurityPolicy " + options.namespace() + "/" + name + " spec.authorization");
            return;
        }
        Optional<Part> override = filter.part("oidc_override");
        if (override.isPresent() && defaults.isEmpty()) {
            report.wrong(
                    filter.setting("oidc_override", List.of()), "overrides nothing (expected: default_oidc_config)");
        }
        Optional<Part> oidc = filter.part("oidc")
                .or(() -> override.map(each -> defaults.map(each::over).orElse(each)));
        if (oidc.isPresent()) {
            new Chain(name, oidc.get()).add(targets);
        } else if (!report.hasErrors()) {
            report.wrong(filter.location(), filter.path(), "is none (expected: oidc, oidc_override or mock)");
        }
    }

    private void match(Part match) {
        match.known(List.of("header", "prefix", "equality"));
        String header = match.text("header").map(Setting::value).orElse("").toLowerCase(Locale.ROOT);
        String value = match.text("equality")
                .or(() -> match.text("prefix"))
                .map(Setting::value)
                .orElse("");
        Setting setting = new Setting(match.path(), match.location(), List.of());
        if (header.equals(":authority") || header.equals("host")) {
            report.differs(
                    setting,
                    "the target says which hosts it is for: see that \"" + value + "\" is among its hostnames");
        } else {
            report.gap(
                    setting,
                    "the target says which requests it is for: let it be an HTTPRoute rule with a match of \"" + header
                            + "\" " + (match.text("prefix").isPresent() ? "that begins with" : "that is") + " \""
                            + value + "\"");
        }
    }

    /** The policies of one chain. */
    private final class Chain {
        private final String name;
        private final Part part;
        private final String policyField;
        private final String ssoField;
        private final Map<String, Object> oidc = new LinkedHashMap<>();
        private final Map<String, Object> sso = new LinkedHashMap<>();

        Chain(String name, Part part) {
            this.name = name;
            this.part = part;
            this.policyField = "SecurityPolicy " + options.namespace() + "/" + name + " spec.oidc.";
            this.ssoField = "SSOPolicy " + options.namespace() + "/" + name + " spec.";
        }

        void add(List<Map<String, Object>> targets) {
            part.known(OIDC);
            provider();
            client();
            login();
            forwarding();
            logout();
            session();
            objects.securityPolicy(name, targets).put("oidc", oidc);
            objects.ssoPolicy(name, name).putAll(sso);
        }

        private void inPolicy(Setting setting, String field) {
            report.takenOver(setting, policyField + field);
        }

        private void inSso(Setting setting, String field) {
            report.takenOver(setting, ssoField + field);
        }

        private Optional<String> issuer() {
            return part.text("configuration_uri")
                    .map(each -> each.value().replaceFirst("/?\\.well-known/openid-configuration$", ""))
                    .or(options::issuer)
                    .or(() -> part.text("authorization_uri").flatMap(each -> OpenIdIssuer.ofEndpoint(each.value())));
        }

        private void provider() {
            Map<String, Object> provider = new LinkedHashMap<>();
            Optional<String> issuer = issuer();
            if (issuer.isEmpty()) {
                report.wrong(
                        part.setting("authorization_uri", List.of()),
                        "does not tell the issuer, which ID tokens are verified by (expected: configuration_uri, or --issuer)");
            }
            issuer.filter(each -> SignOnAddress.of(each).isEmpty())
                    .ifPresent(each -> report.wrong(
                            part.setting("configuration_uri", List.of()),
                            "\"" + each + "\" is no issuer (expected: https://host[:port]/path)"));
            provider.put("issuer", issuer.orElse("https://invalid"));
            part.text("configuration_uri").ifPresent(each -> inPolicy(each, "provider.issuer"));
            part.text("authorization_uri").ifPresent(each -> {
                provider.put("authorizationEndpoint", each.value());
                inPolicy(each, "provider.authorizationEndpoint");
            });
            part.text("token_uri").ifPresent(each -> {
                provider.put("tokenEndpoint", each.value());
                inPolicy(each, "provider.tokenEndpoint");
            });
            part.text("jwks")
                    .ifPresent(each -> report.differs(
                            each, "keys are fetched from the provider, by its discovery document or by --jwks-uri"));
            options.jwksUri().ifPresent(each -> sso.put("jwksURI", each));
            part.part("jwks_fetcher").ifPresent(fetcher -> {
                fetcher.known(List.of("jwks_uri", "periodic_fetch_interval_sec", "skip_verify_peer_cert"));
                fetcher.text("jwks_uri").ifPresent(each -> {
                    sso.put("jwksURI", each.value());
                    inSso(each, "jwksURI");
                });
                fetcher.there("periodic_fetch_interval_sec")
                        .ifPresent(each -> report.notNeeded(each, "new keys are fetched when a token names one"));
                fetcher.text("skip_verify_peer_cert")
                        .filter(each -> each.value().equals("true"))
                        .ifPresent(this::verified);
            });
            part.text("skip_verify_peer_cert")
                    .filter(each -> each.value().equals("true"))
                    .ifPresent(this::verified);
            certificates(provider, issuer);
            part.there("trusted_certificate_authority_refresh_interval")
                    .ifPresent(each -> report.notNeeded(each, "a ConfigMap that changes counts at once"));
            part.text("proxy_uri")
                    .ifPresent(each -> report.differs(
                            each,
                            "authz-svc calls the provider itself: let it through your network, or name a Backend by"
                                    + " provider.backendRefs"));
            oidc.put("provider", provider);
        }

        private void verified(Setting setting) {
            report.differs(
                    setting,
                    "certificates of providers are always verified: name its CA by trusted_certificate_authority");
        }

        private void certificates(Map<String, Object> provider, Optional<String> issuer) {
            Optional<Setting> inline = part.text("trusted_certificate_authority");
            Optional<Setting> file = part.text("trusted_certificate_authority_file");
            Optional<Setting> either = inline.or(() -> file);
            either.ifPresent(each -> {
                String backend = name + "-provider";
                Optional<String> pem = inline.map(Setting::value)
                        .or(() -> text(file.map(Setting::value).orElse("")));
                pem.ifPresent(text -> objects.configMap(backend + "-ca", ordered("ca.crt", text)));
                URI uri =
                        URI.create(issuer.filter(text -> SignOnAddress.of(text).isPresent())
                                .orElse("https://invalid"));
                objects.trusting(
                        backend,
                        Optional.ofNullable(uri.getHost()).orElse("invalid"),
                        uri.getPort() > 0 ? uri.getPort() : 443,
                        backend + "-ca");
                provider.put(
                        "backendRefs",
                        List.of(ordered("group", WrittenObjects.ENVOY_GATEWAY, "kind", "Backend", "name", backend)));
                if (pem.isPresent()) {
                    inPolicy(each, "provider.backendRefs, with a Backend and a BackendTLSPolicy");
                } else {
                    report.differs(
                            each,
                            "\"" + each.value() + "\" cannot be read here: make the ConfigMap " + options.namespace()
                                    + "/" + backend + "-ca from it, under the key ca.crt");
                }
            });
        }

        private Optional<String> text(String name) {
            try {
                Path path = folder.resolve(name);
                return Files.isRegularFile(path) ? Optional.of(Files.readString(path)) : Optional.empty();
            } catch (IOException | InvalidPathException e) {
                return Optional.empty();
            }
        }

        private void client() {
            Optional<Setting> id = part.text("client_id");
            id.ifPresentOrElse(
                    each -> {
                        oidc.put("clientID", each.value());
                        inPolicy(each, "clientID");
                    },
                    () -> report.wrong(
                            part.location(),
                            part.path() + ".client_id",
                            "is missing (expected: the client's id at the provider)"));
            Optional<Part> reference = part.part("client_secret_ref");
            Optional<Setting> secret = part.text("client_secret");
            if (reference.isPresent()) {
                reference.get().known(List.of("namespace", "name"));
                String secretName =
                        reference.get().text("name").map(Setting::value).orElse("");
                Optional<String> namespace = reference.get().text("namespace").map(Setting::value);
                Map<String, Object> ref = ordered("name", secretName);
                namespace.filter(each -> !each.equals(options.namespace())).ifPresent(each -> {
                    ref.put("namespace", each);
                    objects.grant(name + "-client", each, secretName);
                });
                oidc.put("clientSecret", ref);
                inPolicy(part.setting("client_secret_ref", List.of()), "clientSecret");
            } else {
                oidc.put("clientSecret", ordered("name", name + "-client"));
                objects.secret(
                        name + "-client",
                        ordered("client-secret", secret.map(Setting::value).orElse("none")));
                secret.ifPresent(each ->
                        report.takenOver(each, "Secret " + options.namespace() + "/" + name + "-client client-secret"));
            }
            Optional<Setting> method = part.text("client_authentication_method");
            method.ifPresent(each -> {
                switch (each.value()) {
                    case "client_secret_basic" -> method(each, "ClientSecretBasic");
                    case "client_secret_post" -> method(each, "ClientSecretPost");
                    case "none" -> method(each, "None");
                    default ->
                        report.wrong(
                                each,
                                "\"" + each.value()
                                        + "\" is not served (expected: client_secret_basic, client_secret_post or none)");
                }
            });
            if (method.isEmpty() && (reference.isPresent() || secret.isPresent())) {
                sso.put("clientAuthentication", ordered("method", "ClientSecretBasic"));
            } else if (method.isEmpty()) {
                report.wrong(
                        part.location(),
                        part.path() + ".client_secret",
                        "is missing, and so is client_secret_ref (expected: one of both)");
            }
        }

        private void method(Setting setting, String method) {
            sso.put("clientAuthentication", ordered("method", method));
            inSso(setting, "clientAuthentication.method");
        }

        private void login() {
            oidc.put(
                    "scopes",
                    part.texts("scopes").stream()
                            .filter(each -> !each.equals("openid"))
                            .distinct()
                            .toList());
            part.there("scopes").ifPresent(each -> inPolicy(each, "scopes"));
            Optional<Setting> callback = part.text("callback_uri");
            callback.ifPresentOrElse(
                    each -> {
                        oidc.put("redirectURL", each.value());
                        inPolicy(each, "redirectURL");
                    },
                    () -> report.wrong(
                            part.location(),
                            part.path() + ".callback_uri",
                            "is missing (expected: https://HOST/PATH)"));
            part.there("cookie_name_prefix")
                    .ifPresent(each -> report.notNeeded(each, "each policy has cookies of its own"));
            part.part("cookie_attributes").ifPresent(cookie -> {
                cookie.known(List.of("same_site", "domain", "partitioned"));
                cookie.text("same_site").ifPresent(each -> {
                    switch (each.value().replaceFirst("^SAME_SITE_", "")) {
                        case "UNSPECIFIED", "0", "LAX", "1" -> report.notNeeded(each, "cookies are SameSite=Lax");
                        case "STRICT", "2" -> sameSite(each, "Strict");
                        case "NONE", "3" -> sameSite(each, "None");
                        default ->
                            report.wrong(
                                    each,
                                    "\"" + each.value()
                                            + "\" is not known (expected: SAME_SITE_LAX, SAME_SITE_STRICT or SAME_SITE_NONE)");
                    }
                });
                cookie.text("domain").ifPresent(each -> {
                    oidc.put("cookieDomain", each.value());
                    inPolicy(each, "cookieDomain");
                });
                cookie.there("partitioned").ifPresent(each -> report.differs(each, "cookies are not partitioned"));
            });
        }

        private void sameSite(Setting setting, String value) {
            oidc.put("cookieConfig", ordered("sameSite", value));
            inPolicy(setting, "cookieConfig.sameSite");
        }

        private void forwarding() {
            Optional<Part> id = part.part("id_token");
            Optional<Part> access = part.part("access_token");
            id.ifPresent(token -> {
                token.known(List.of("header", "preamble"));
                Setting setting = part.setting("id_token", List.of());
                String header = token.text("header").map(Setting::value).orElse("Authorization");
                String preamble =
                        token.text("preamble").map(Setting::value).orElse("").strip();
                oidc.put("forwardIDToken", ordered("header", header));
                if (header.equalsIgnoreCase("authorization") == preamble.equalsIgnoreCase("bearer")) {
                    inPolicy(setting, "forwardIDToken");
                } else {
                    report.differs(
                            setting, "the header has the token alone, and \"Bearer\" before it in Authorization");
                }
            });
            access.ifPresent(token -> {
                token.known(List.of("header", "preamble"));
                Setting setting = part.setting("access_token", List.of());
                String header = token.text("header").map(Setting::value).orElse("Authorization");
                if (header.equalsIgnoreCase("authorization")) {
                    oidc.put("forwardAccessToken", true);
                    inPolicy(setting, "forwardAccessToken");
                } else if ("Authorization"
                        .equalsIgnoreCase(id.flatMap(each -> each.text("header"))
                                .map(Setting::value)
                                .orElse("Authorization"))) {
                    report.differs(
                            setting, "Authorization has the ID token: the access token goes into no other header");
                } else {
                    oidc.put("forwardAccessToken", true);
                    report.differs(setting, "the backend finds the token in \"Authorization: Bearer\"");
                }
            });
            part.part("token_exchange").ifPresent(exchange -> {
                exchange.known(List.of("token_exchange_uri", "client_credentials", "bearer_token_credentials"));
                report.gap(
                        part.setting("token_exchange", List.of()),
                        "tokens are exchanged at the provider's token endpoint: set tokenExchange of the SSOPolicy, with the"
                                + " audience or resource of the backend; until then the backend gets the provider's token");
            });
        }

        private void logout() {
            part.part("logout").ifPresent(logout -> {
                logout.known(List.of("path", "redirect_uri"));
                logout.text("path").ifPresent(each -> {
                    oidc.put("logoutPath", each.value());
                    inPolicy(each, "logoutPath");
                });
                logout.text("redirect_uri").ifPresent(each -> {
                    boolean atProvider = issuer().flatMap(SignOnAddress::of).isPresent()
                            && Optional.ofNullable(
                                            URI.create(issuer().orElse("")).getHost())
                                    .filter(host ->
                                            each.value().matches("https?://" + host.replace(".", "\\.") + "([:/].*)?"))
                                    .isPresent();
                    if (atProvider && each.value().contains("?")) {
                        report.differs(
                                each,
                                "the provider's end_session_endpoint is asked with id_token_hint and post_logout_redirect_uri:"
                                        + " set logout.postLogoutRedirectURI of the SSOPolicy");
                    } else if (atProvider && oidc.get("provider") instanceof Map<?, ?>) {
                        report.notNeeded(
                                each,
                                "the provider's end_session_endpoint is asked, as its discovery document names it");
                    } else {
                        sso.put("logout", ordered("postLogoutRedirectURI", each.value()));
                        inSso(each, "logout.postLogoutRedirectURI");
                    }
                });
            });
        }

        private void session() {
            Map<String, Object> session = new LinkedHashMap<>();
            Optional<Part> redis = part.part("redis_session_store_config");
            session.put("store", redis.isPresent() ? "Redis" : "Memory");
            redis.ifPresent(each -> {
                each.known(List.of("server_uri", "username", "password", "password_file", "tls_config"));
                report.takenOver(
                        part.setting("redis_session_store_config", List.of()),
                        ssoField + "session.store; authz-svc has the connection: set GATEHOUSE_AUTHZ_REDIS_*"
                                + " (docs/configuration.md)");
            });
            timeout("absolute_session_timeout", "absoluteTimeout", session);
            timeout("idle_session_timeout", "idleTimeout", session);
            sso.put("session", session);
        }

        private void timeout(String from, String field, Map<String, Object> session) {
            part.seconds(from).ifPresent(each -> {
                session.put(field, Amounts.text(Duration.ofSeconds(Long.parseLong(each.value()))));
                inSso(each, "session." + field);
            });
        }
    }
}
