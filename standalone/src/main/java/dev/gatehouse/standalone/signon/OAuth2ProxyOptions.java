package dev.gatehouse.standalone.signon;

import dev.gatehouse.standalone.imports.Report;
import dev.gatehouse.standalone.imports.Setting;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;

/** All options of oauth2-proxy, by the names of their flags, and the outcome of options without an equivalent policy. */
final class OAuth2ProxyOptions {
    /** How a value is written. */
    enum Form {
        TEXT,
        LIST,
        SWITCH,
        DURATION,
        NUMBER
    }

    /**
     * @param flag without dashes in front
     * @param file its name in the configuration file
     * @param fate what becomes of it; empty: {@link OAuth2Proxy} makes something from it
     */
    record Option(String flag, String file, Form form, Optional<BiConsumer<Report, Setting>> fate) {
        /** Whether the switch is off, or the value empty: nothing was asked for. */
        boolean isOff(Setting setting) {
            return form == Form.SWITCH
                    ? setting.value().equals("false")
                    : setting.reference().isEmpty() && setting.values().stream().allMatch(String::isEmpty);
        }
    }

    private static final String ADDRESS = "the Gateway's listeners say where it listens, and by which certificates";
    private static final String LOGS = "the proxies write access logs and authz-svc an audit log of logins";
    private static final String HEALTH = "the Gateway has health checks of its own";
    private static final String PAGES = "pages of authz-svc are its own";
    private static final String REDIS =
            "authz-svc has the connection to Redis: set GATEHOUSE_AUTHZ_REDIS_* (docs/configuration.md)";
    private static final String MEMBERS = "ask the provider for a groups claim, and use allowed_groups";

    private static final Map<String, Option> BY_FLAG = new LinkedHashMap<>();
    private static final Map<String, Option> BY_FILE = new LinkedHashMap<>();

    static {
        // A policy is made from these.
        made(
                Form.TEXT,
                "provider",
                "client-id",
                "client-secret",
                "client-secret-file",
                "oidc-issuer-url",
                "redirect-url");
        made(
                Form.TEXT,
                "proxy-prefix",
                "login-url",
                "redeem-url",
                "oidc-jwks-url",
                "scope",
                "prompt",
                "approval-prompt");
        made(
                Form.TEXT,
                "acr-values",
                "resource",
                "azure-tenant",
                "oidc-email-claim",
                "oidc-groups-claim",
                "user-id-claim");
        made(Form.TEXT, "cookie-samesite", "session-store-type", "authenticated-emails-file", "provider-display-name");
        made(Form.TEXT, "jwt-key", "jwt-key-file", "profile-url");
        made(Form.DURATION, "cookie-expire", "cookie-csrf-expire");
        made(Form.SWITCH, "pass-user-headers", "pass-basic-auth", "prefer-email-to-user", "pass-access-token");
        made(Form.SWITCH, "pass-authorization-header", "set-xauthrequest", "set-authorization-header");
        made(
                Form.SWITCH,
                "skip-auth-preflight",
                "skip-auth-strip-headers",
                "skip-jwt-bearer-tokens",
                "pass-host-header",
                "skip-oidc-discovery");
        made(Form.SWITCH, "ssl-upstream-insecure-skip-verify", "insecure-oidc-allow-unverified-email");
        made(Form.SWITCH, "skip-claims-from-profile-url");
        list("email-domain", "email_domains");
        list("cookie-domain", "cookie_domains");
        list("upstream", "upstreams");
        list("skip-auth-regex", "skip_auth_regex");
        list("skip-auth-route", "skip_auth_routes");
        list("api-route", "api_routes");
        list("allowed-group", "allowed_groups");
        list("allowed-role", "allowed_roles");
        list("keycloak-group", "keycloak_groups");
        list("gitlab-group", "gitlab_groups");
        list("oidc-extra-audience", "oidc_extra_audiences");
        list("extra-jwt-issuers", "extra_jwt_issuers");
        list("oidc-enabled-signing-alg", "oidc_enabled_signing_algs");
        list("provider-ca-file", "provider_ca_files");

        notNeeded(
                Form.TEXT,
                ADDRESS,
                "http-address",
                "https-address",
                "tls-cert-file",
                "tls-key-file",
                "tls-min-version");
        notNeeded(Form.LIST, ADDRESS, "tls-cipher-suite");
        notNeeded(
                Form.TEXT,
                "metrics are at /q/metrics of each service",
                "metrics-address",
                "metrics-secure-address",
                "metrics-tls-cert-file",
                "metrics-tls-key-file");
        notNeeded(Form.SWITCH, LOGS, "auth-logging", "request-logging", "standard-logging", "errors-to-info-log");
        notNeeded(Form.SWITCH, LOGS, "logging-compress", "logging-local-time", "silence-ping-logging");
        notNeeded(Form.TEXT, LOGS, "auth-logging-format", "request-logging-format", "standard-logging-format");
        notNeeded(Form.TEXT, LOGS, "logging-filename", "request-id-header");
        notNeeded(Form.NUMBER, LOGS, "logging-max-age", "logging-max-backups", "logging-max-size");
        file(
                "exclude-logging-path",
                "exclude_logging_paths",
                Form.LIST,
                (report, each) -> report.notNeeded(each, LOGS));
        notNeeded(Form.SWITCH, "secrets are in no log", "sensitive-logging");
        notNeeded(Form.TEXT, HEALTH, "ping-path", "ready-path", "ping-user-agent");
        notNeeded(Form.SWITCH, HEALTH, "gcp-healthchecks");
        notNeeded(
                Form.TEXT,
                "authz-svc seals by keys of its own (GATEHOUSE_AUTHZ_SESSION_KEYS); users sign on once more",
                "cookie-secret",
                "cookie-secret-file",
                "cookie-name");
        notNeeded(Form.SWITCH, "each login has a state of its own", "cookie-csrf-per-request", "encode-state");
        notNeeded(Form.NUMBER, "a browser has five logins at most", "cookie-csrf-per-request-limit");
        notNeeded(Form.SWITCH, "no token is in a cookie that is not sealed", "session-cookie-minimal");
        notNeeded(Form.TEXT, "PKCE is always by S256", "code-challenge-method", "force-code-challenge-method");
        notNeeded(Form.SWITCH, "nonces are always verified", "insecure-oidc-skip-nonce");
        notNeeded(Form.SWITCH, "users are led to the provider at once", "skip-provider-button");
        notNeeded(Form.SWITCH, "queries reach the backend as they are", "allow-query-semicolons");
        notNeeded(Form.DURATION, "tokens are renewed before they end", "cookie-refresh");
        notNeeded(Form.DURATION, "responses are streamed", "flush-interval");
        notNeeded(Form.SWITCH, "responses go to the backend's client alone", "set-basic-auth");
        notNeeded(Form.TEXT, "ID tokens are verified by their signature", "validate-url");
        notNeeded(Form.TEXT, "the public half of the key is registered at the provider", "pubjwk-url");
        notNeeded(Form.TEXT, "name all files on the command line", "config", "alpha-config");
        notNeeded(Form.SWITCH, "says nothing about sign-on", "version", "config-test", "show-debug-on-error");
        notNeeded(Form.SWITCH, "redirects after a logout are to this host", "relative-redirect-url");

        notNeeded(
                Form.TEXT,
                REDIS,
                "redis-connection-url",
                "redis-username",
                "redis-password",
                "redis-sentinel-password");
        notNeeded(Form.TEXT, REDIS, "redis-sentinel-master-name", "redis-ca-path");
        notNeeded(Form.SWITCH, REDIS, "redis-use-sentinel", "redis-use-cluster", "redis-insecure-skip-tls-verify");
        notNeeded(Form.LIST, REDIS, "redis-sentinel-connection-urls", "redis-cluster-connection-urls");
        notNeeded(Form.NUMBER, REDIS, "redis-connection-idle-timeout");
        notNeeded(Form.SWITCH, REDIS, "redis-use-iam-auth", "redis-iam-serverless");
        notNeeded(Form.TEXT, REDIS, "redis-iam-user-id", "redis-iam-replication-group-id", "redis-iam-region");

        differs(Form.TEXT, PAGES, "custom-templates-dir", "custom-sign-in-logo", "banner", "footer");
        differs(Form.SWITCH, PAGES, "display-htpasswd-form");
        differs(Form.TEXT, "cookies are for the whole host", "cookie-path");
        differs(Form.TEXT, "cookies of a login have the session's SameSite", "cookie-csrf-samesite");
        differs(
                Form.SWITCH,
                "cookies are always Secure and HttpOnly: browsers keep them for https, and for localhost",
                "cookie-secure",
                "cookie-httponly");
        differs(
                Form.DURATION,
                "set timeouts.request of the HTTPRoute's rules, or timeout of a BackendTrafficPolicy",
                "upstream-timeout");
        differs(Form.SWITCH, "add a rule with a RequestRedirect to the HTTPRoute of the http listener", "force-https");
        differs(Form.SWITCH, "who the client is says clientIPDetection of a ClientTrafficPolicy", "reverse-proxy");
        differs(
                Form.TEXT,
                "who the client is says clientIPDetection of a ClientTrafficPolicy",
                "real-client-ip-header");
        file(
                "trusted-proxy-ip",
                "trusted_proxy_ips",
                Form.LIST,
                (report, each) ->
                        report.differs(each, "who the client is says clientIPDetection of a ClientTrafficPolicy"));
        file(
                "whitelist-domain",
                "whitelist_domains",
                Form.LIST,
                (report, each) ->
                        report.differs(each, "users come back to the host that they came from, and no other"));
        differs(Form.TEXT, "the backend is told of users by headers; no password is sent", "basic-auth-password");
        differs(
                Form.TEXT,
                "requests are not signed: use a BackendTLSPolicy with a client certificate",
                "signature-key");
        differs(Form.TEXT, "the provider is told by its end_session_endpoint", "backend-logout-url");
        differs(Form.TEXT, "the answer comes in the query", "auth-request-response-mode");
        differs(
                Form.SWITCH,
                "only certificates of provider_ca_files count, if there are any",
                "use-system-trust-store");
        differs(Form.LIST, "keys are fetched: name their address by oidc_jwks_url", "oidc-public-key-file");
        differs(Form.SWITCH, "the issuer is always verified", "insecure-oidc-skip-issuer-verification");
        differs(
                Form.SWITCH,
                "certificates of providers are always verified: name its CA by provider_ca_files",
                "ssl-insecure-skip-verify");
        differs(Form.SWITCH, "a token that is not valid gets 401", "bearer-token-login-fallback");
        differs(Form.LIST, "errors of the provider are told on a page", "callback-error-redirect");
        differs(Form.TEXT, "the client proves itself by its secret or key", "azure-graph-group-field");

        file("oidc-audience-claim", "oidc_audience_claims", Form.LIST, (report, each) -> {
            if (each.values().equals(List.of("aud"))) {
                report.notNeeded(each, "the claim aud counts");
            } else {
                report.gap(each, "only the claim aud counts");
            }
        });
        gap(
                Form.TEXT,
                "let the scripts that use them get tokens, or give them a route with basicAuth",
                "htpasswd-file");
        gap(Form.LIST, "give these users a route with basicAuth", "htpasswd-user-group");
        file(
                "trusted-ip",
                "trusted_ips",
                Form.LIST,
                (report, each) -> report.gap(
                        each,
                        "make an HTTPRoute rule without sign-on, with a SecurityPolicy whose authorization has these"
                                + " clientCIDRs"));
        gap(
                Form.SWITCH,
                "set denyRedirect of the SecurityPolicy for the paths of your API; with it for all paths nobody could"
                        + " sign on",
                "force-json-errors");
        file("proxy-websockets", "proxy_websockets", Form.SWITCH, (report, each) -> {
            if (each.value().equals("false")) {
                report.gap(each, "upgrades pass with a session: refuse them by a BackendTrafficPolicy's httpUpgrade");
            } else {
                report.notNeeded(each, "upgrades pass with a session");
            }
        });
        gap(Form.TEXT, MEMBERS, "bitbucket-team", "bitbucket-repository", "github-org", "github-team", "github-repo");
        gap(Form.TEXT, MEMBERS, "github-token", "google-admin-email", "google-service-account-json");
        gap(Form.TEXT, MEMBERS, "google-target-principal", "google-admin-api-user-scope");
        gap(Form.SWITCH, MEMBERS, "google-use-application-default-credentials", "google-use-organization-id");
        file("github-user", "github_users", Form.LIST, (report, each) -> report.gap(each, MEMBERS));
        file("google-group", "google_groups", Form.LIST, (report, each) -> report.gap(each, MEMBERS));
        BY_FILE.put("google_group", BY_FLAG.get("google-group"));
        file("gitlab-project", "gitlab_projects", Form.LIST, (report, each) -> report.gap(each, MEMBERS));
        file(
                "entra-id-allowed-tenant",
                "entra_id_allowed_tenants",
                Form.LIST,
                (report, each) -> report.gap(each, "name the one tenant by oidc_issuer_url"));
        gap(
                Form.SWITCH,
                "use a client secret, or clientAuthentication PrivateKeyJWT of the SSOPolicy",
                "entra-id-federated-token-auth");
        gap(Form.TEXT, "ask the provider for a claim with the roles, and use allowed_groups", "oidc-roles-claim");
    }

    private OAuth2ProxyOptions() {}

    private static void made(Form form, String... flags) {
        for (String flag : flags) {
            add(new Option(flag, flag.replace('-', '_'), form, Optional.empty()));
        }
    }

    private static void list(String flag, String file) {
        add(new Option(flag, file, Form.LIST, Optional.empty()));
    }

    private static void notNeeded(Form form, String why, String... flags) {
        fate(form, (report, each) -> report.notNeeded(each, why), flags);
    }

    private static void differs(Form form, String how, String... flags) {
        fate(form, (report, each) -> report.differs(each, how), flags);
    }

    private static void gap(Form form, String instead, String... flags) {
        fate(form, (report, each) -> report.gap(each, instead), flags);
    }

    private static void fate(Form form, BiConsumer<Report, Setting> fate, String... flags) {
        for (String flag : flags) {
            file(flag, flag.replace('-', '_') + (form == Form.LIST && !flag.endsWith("s") ? "s" : ""), form, fate);
        }
    }

    private static void file(String flag, String file, Form form, BiConsumer<Report, Setting> fate) {
        add(new Option(flag, file, form, Optional.of(fate)));
    }

    private static void add(Option option) {
        BY_FLAG.put(option.flag(), option);
        BY_FILE.put(option.file(), option);
        // Some versions name a list in the file as its flag.
        BY_FILE.putIfAbsent(option.flag().replace('-', '_'), option);
    }

    static Optional<Option> byFlag(String flag) {
        return Optional.ofNullable(BY_FLAG.get(flag));
    }

    static Optional<Option> byFile(String name) {
        return Optional.ofNullable(BY_FILE.get(name));
    }

    /** @param variable without OAUTH2_PROXY_ */
    static Optional<Option> byVariable(String variable) {
        return byFile(variable.toLowerCase(Locale.ROOT));
    }

    static Collection<Option> all() {
        return BY_FLAG.values();
    }

    static Collection<String> fileNames() {
        return BY_FILE.keySet();
    }
}
