package dev.gatehouse.standalone.signon;

import static dev.gatehouse.standalone.imports.WrittenObjects.ordered;

import dev.gatehouse.standalone.imports.Report;
import dev.gatehouse.standalone.imports.Report.Outcome;
import dev.gatehouse.standalone.imports.Setting;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What oauth2-proxy tells backends of users. */
final class BackendHeaders {
    private static final String AUTHORIZATION = "Authorization";
    private static final String ID_TOKEN = "X-Forwarded-Id-Token";

    private final Map<String, Setting> settings;
    private final Optional<List<AlphaConfiguration.Header>> headers;
    private final Report report;
    private final String policyName;
    private final String ssoName;
    private final boolean bearer;
    private final List<Map<String, Object>> claims = new ArrayList<>();
    private final Set<String> names = new LinkedHashSet<>();

    /**
     * @param headers of the alpha configuration, which counts instead of switches
     * @param bearer whether {@code spec.jwt} reads tokens of clients in {@code Authorization}: it would judge a
     * session's token there, too
     */
    BackendHeaders(
            Map<String, Setting> settings,
            Optional<List<AlphaConfiguration.Header>> headers,
            Report report,
            String policyName,
            String ssoName,
            boolean bearer) {
        this.settings = settings;
        this.headers = headers;
        this.report = report;
        this.policyName = policyName;
        this.ssoName = ssoName;
        this.bearer = bearer;
    }

    /** The headers that {@link #add} sets, which clients must not. */
    List<String> names() {
        return List.copyOf(names);
    }

    void add(Map<String, Object> oidc, Map<String, Object> sso) {
        if (headers.isPresent()) {
            Optional<AlphaConfiguration.Header> forwarded =
                    headers.get().stream().filter(BackendHeaders::forwardable).reduce((first, last) -> last);
            headers.get().forEach(header -> header(header, forwarded, oidc));
        } else {
            switches(oidc);
        }
        if (!claims.isEmpty()) {
            sso.put("claimToHeaders", claims);
        }
    }

    private boolean on(String flag, boolean otherwise) {
        Setting setting = settings.get(flag);
        return setting == null ? otherwise : setting.value().equals("true");
    }

    private String claim(String name) {
        return switch (name) {
            case "user" -> "sub";
            case "email" ->
                Optional.ofNullable(settings.get("oidc-email-claim"))
                        .or(() -> Optional.ofNullable(settings.get("user-id-claim")))
                        .map(Setting::value)
                        .orElse("email");
            case "groups" ->
                Optional.ofNullable(settings.get("oidc-groups-claim"))
                        .map(Setting::value)
                        .orElse("groups");
            default -> name;
        };
    }

    private void tell(String header, String claim) {
        claims.add(ordered("header", header, "claim", claim(claim)));
        names.add(header);
    }

    private void idToken(Setting setting, String header, Map<String, Object> oidc) {
        boolean elsewhere = bearer && header.equalsIgnoreCase(AUTHORIZATION);
        String name = elsewhere ? ID_TOKEN : header;
        names.add(name);
        oidc.put("forwardIDToken", ordered("header", name));
        if (elsewhere) {
            report.differs(
                    setting,
                    "the backend finds the ID token in " + ID_TOKEN
                            + " (oidc.forwardIDToken), since spec.jwt reads tokens of clients in Authorization");
        } else {
            report.takenOver(setting, policyName + "spec.oidc.forwardIDToken");
        }
    }

    /**
     * @param other the header that it had so far; empty: {@code Authorization: Bearer}
     * @param taken whether the ID token is forwarded in {@code Authorization}
     */
    private void accessToken(Setting setting, String other, boolean taken, Map<String, Object> oidc) {
        if (!other.isEmpty()) {
            names.add(other);
        }
        if (bearer) {
            report.differs(
                    setting,
                    "the backend gets no access token: it would stand in Authorization, where spec.jwt reads tokens of"
                            + " clients and would judge it");
            return;
        }
        if (taken) {
            report.differs(setting, "the backend has the ID token in Authorization, and no access token");
            return;
        }
        oidc.put("forwardAccessToken", true);
        names.add(AUTHORIZATION);
        if (other.isEmpty()) {
            report.takenOver(setting, policyName + "spec.oidc.forwardAccessToken");
        } else {
            report.differs(
                    setting,
                    "the backend finds the token in \"Authorization: Bearer\" (oidc.forwardAccessToken), not in "
                            + other);
        }
    }

    private void switches(Map<String, Object> oidc) {
        boolean byEmail = on("prefer-email-to-user", false);
        if (on("pass-user-headers", true) || on("pass-basic-auth", true)) {
            tell("X-Forwarded-User", byEmail ? "email" : "user");
            if (!byEmail) {
                tell("X-Forwarded-Email", "email");
            }
            tell("X-Forwarded-Groups", "groups");
            tell("X-Forwarded-Preferred-Username", "preferred_username");
            if (settings.get("pass-user-headers") == null) {
                report.add("pass_user_headers", new Outcome.TakenOver(ssoName + "spec.claimToHeaders"));
            }
        }
        if (on("set-xauthrequest", false)) {
            tell("X-Auth-Request-User", "user");
            tell("X-Auth-Request-Email", "email");
            tell("X-Auth-Request-Groups", "groups");
            tell("X-Auth-Request-Preferred-Username", "preferred_username");
        }
        for (String flag :
                List.of("pass-user-headers", "pass-basic-auth", "prefer-email-to-user", "set-xauthrequest")) {
            Optional.ofNullable(settings.get(flag))
                    .ifPresent(each -> report.takenOver(
                            each,
                            ssoName + "spec.claimToHeaders"
                                    + (flag.startsWith("set")
                                            ? ": the backend gets what nginx copied from answers"
                                            : "")));
        }
        boolean id = on("pass-authorization-header", false) || on("set-authorization-header", false);
        for (String flag : List.of("pass-authorization-header", "set-authorization-header")) {
            Optional.ofNullable(settings.get(flag)).ifPresent(each -> {
                if (on(flag, false)) {
                    idToken(each, AUTHORIZATION, oidc);
                } else {
                    report.notNeeded(each, "asks for nothing");
                }
            });
        }
        Optional.ofNullable(settings.get("pass-access-token")).ifPresent(each -> {
            if (each.value().equals("true")) {
                accessToken(each, "X-Forwarded-Access-Token", id, oidc);
            } else {
                report.notNeeded(each, "asks for nothing");
            }
        });
    }

    private static boolean inAuthorization(AlphaConfiguration.Header header) {
        return header.name().equalsIgnoreCase(AUTHORIZATION);
    }

    private static boolean prefixed(AlphaConfiguration.Header header) {
        return header.prefix().strip().equalsIgnoreCase("bearer");
    }

    /** Whether a header holds the ID token as {@code oidc.forwardIDToken} writes it. */
    private static boolean forwardable(AlphaConfiguration.Header header) {
        return header.claim().equals("id_token") && inAuthorization(header) == prefixed(header);
    }

    /** @param forwarded the header of the ID token: of several the last */
    private void header(
            AlphaConfiguration.Header header, Optional<AlphaConfiguration.Header> forwarded, Map<String, Object> oidc) {
        switch (header.claim()) {
            case "id_token" -> idToken(header, forwarded, oidc);
            case "access_token" ->
                accessToken(
                        header.setting(),
                        inAuthorization(header) && prefixed(header) ? "" : header.name(),
                        forwarded.filter(BackendHeaders::inAuthorization).isPresent(),
                        oidc);
            case "refresh_token", "created_at", "expires_on" ->
                report.differs(
                        header.setting(), "no header is made from \"" + header.claim() + "\": it stays in authz-svc");
            default -> {
                if (header.prefix().isEmpty()) {
                    tell(header.name(), header.claim());
                    report.takenOver(header.setting(), ssoName + "spec.claimToHeaders");
                } else {
                    report.differs(header.setting(), "a claim is told without a prefix");
                    tell(header.name(), header.claim());
                }
            }
        }
    }

    private void idToken(
            AlphaConfiguration.Header header, Optional<AlphaConfiguration.Header> forwarded, Map<String, Object> oidc) {
        names.add(header.name());
        if (!forwardable(header)) {
            report.differs(
                    header.setting(),
                    "the ID token is forwarded as \"Authorization: Bearer\", or alone in another header");
        } else if (forwarded.filter(header::equals).isEmpty()) {
            report.differs(
                    header.setting(),
                    "the backend finds the ID token in one header, "
                            + forwarded.orElseThrow().name() + " (oidc.forwardIDToken)");
        } else {
            idToken(header.setting(), header.name(), oidc);
        }
    }
}
