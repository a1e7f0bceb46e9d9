package dev.gatehouse.standalone.signon;

import static dev.gatehouse.standalone.imports.WrittenObjects.ordered;

import dev.gatehouse.standalone.imports.Report;
import dev.gatehouse.standalone.imports.Report.Outcome;
import dev.gatehouse.standalone.imports.Setting;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What oauth2-proxy tells backends of users. */
final class BackendHeaders {
    private final Map<String, Setting> settings;
    private final Optional<List<AlphaConfiguration.Header>> headers;
    private final Report report;
    private final String policyName;
    private final String ssoName;
    private final List<Map<String, Object>> claims = new ArrayList<>();

    /** @param headers of the alpha configuration, which counts instead of switches */
    BackendHeaders(
            Map<String, Setting> settings,
            Optional<List<AlphaConfiguration.Header>> headers,
            Report report,
            String policyName,
            String ssoName) {
        this.settings = settings;
        this.headers = headers;
        this.report = report;
        this.policyName = policyName;
        this.ssoName = ssoName;
    }

    void add(Map<String, Object> oidc, Map<String, Object> sso) {
        if (headers.isPresent()) {
            headers.get().forEach(header -> header(header, oidc));
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
        if (id) {
            oidc.put("forwardIDToken", ordered("header", "Authorization"));
        }
        for (String flag : List.of("pass-authorization-header", "set-authorization-header")) {
            Optional.ofNullable(settings.get(flag))
                    .ifPresent(each -> report.takenOver(each, policyName + "spec.oidc.forwardIDToken"));
        }
        Optional.ofNullable(settings.get("pass-access-token")).ifPresent(each -> {
            if (each.value().equals("true") && id) {
                report.differs(each, "the backend has the ID token in Authorization, and no access token");
            } else if (each.value().equals("true")) {
                oidc.put("forwardAccessToken", true);
                report.differs(
                        each,
                        "the backend finds the token in \"Authorization: Bearer\" (oidc.forwardAccessToken), not in X-Forwarded-Access-Token");
            } else {
                report.notNeeded(each, "asks for nothing");
            }
        });
    }

    private void header(AlphaConfiguration.Header header, Map<String, Object> oidc) {
        boolean authorization = header.name().toLowerCase(Locale.ROOT).equals("authorization");
        boolean bearer = header.prefix().strip().equalsIgnoreCase("bearer");
        switch (header.claim()) {
            case "id_token" -> {
                if (authorization == bearer) {
                    oidc.put("forwardIDToken", ordered("header", header.name()));
                    report.takenOver(header.setting(), policyName + "spec.oidc.forwardIDToken");
                } else {
                    report.differs(
                            header.setting(),
                            "the ID token is forwarded as \"Authorization: Bearer\", or alone in another header");
                }
            }
            case "access_token" -> {
                oidc.put("forwardAccessToken", true);
                if (authorization && bearer) {
                    report.takenOver(header.setting(), policyName + "spec.oidc.forwardAccessToken");
                } else {
                    report.differs(
                            header.setting(),
                            "the backend finds the token in \"Authorization: Bearer\" (oidc.forwardAccessToken)");
                }
            }
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
}
