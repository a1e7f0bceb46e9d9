package dev.gatehouse.controller.explain;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.gatehouse.gatewayapi.access.AccessPolicy;
import dev.gatehouse.gatewayapi.access.Introspection;
import dev.gatehouse.gatewayapi.security.ApiKeyAuth;
import dev.gatehouse.gatewayapi.security.Authorization;
import dev.gatehouse.gatewayapi.security.Cidr;
import dev.gatehouse.gatewayapi.security.Jwt;
import dev.gatehouse.gatewayapi.security.Oidc;
import dev.gatehouse.gatewayapi.security.SecuritySettings;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Who may pass: what a SecurityPolicy asks of a request, in the order of its sections. Judged where the request decides it; what a server or a
 * signature decides is told as what is asked of the client.
 */
final class Access {
    private static final List<String> SAFE_METHODS = List.of("GET", "HEAD", "OPTIONS");

    /** What becomes of the request at one section. */
    private enum Verdict {
        passes,
        refused,
        /** Something that is not in the request, or that others know, decides. */
        depends
    }

    private final Question question;
    private final List<Map<String, Object>> steps = new ArrayList<>();

    private Access(Question question) {
        this.question = question;
    }

    /** A step for each section that can refuse a request; none: everybody may pass. */
    static List<Map<String, Object>> of(SecuritySettings settings, Optional<AccessPolicy> more, Question question) {
        Access access = new Access(question);
        settings.csrf().ifPresent(_ -> access.csrf());
        settings.apiKeyAuth().ifPresent(access::apiKey);
        settings.basicAuth().ifPresent(_ -> access.basic());
        settings.oidc().ifPresent(oidc -> access.signOn(oidc, settings.jwt()));
        more.map(AccessPolicy::introspections)
                .filter(issuers -> !issuers.isEmpty())
                .ifPresent(access::introspection);
        settings.jwt().ifPresent(jwt -> access.token(jwt, settings.oidc().isPresent()));
        settings.extAuth().ifPresent(_ -> access.step("extAuth", Verdict.depends, "the authorization server is asked"));
        settings.authorization().ifPresent(rules -> {
            access.authorize(
                    rules,
                    settings.jwt(),
                    more.map(AccessPolicy::introspections).orElse(List.of()));
            if (more.map(AccessPolicy::dryRun).orElse(false)) {
                access.step("authorization, dryRun", Verdict.passes, "what the rules say is counted, and not done");
            }
        });
        return access.steps;
    }

    private void step(String section, Verdict verdict, String why) {
        Map<String, Object> step = new LinkedHashMap<>();
        step.put("asks", section);
        step.put("verdict", verdict.name());
        step.put("why", why);
        steps.add(step);
    }

    private void csrf() {
        if (SAFE_METHODS.contains(question.method())) {
            step("csrf", Verdict.passes, question.method() + " changes nothing");
        } else {
            step(
                    "csrf",
                    question.header("origin").isEmpty() ? Verdict.refused : Verdict.depends,
                    "Origin has to be that of the host, or one of additionalOrigins");
        }
    }

    private void apiKey(ApiKeyAuth keys) {
        List<String> places = new ArrayList<>();
        boolean there = false;
        for (ApiKeyAuth.ExtractFrom from : keys.extractFrom()) {
            for (String header : from.headers()) {
                places.add("header " + header);
                there |= question.header(header).isPresent();
            }
            for (String parameter : from.params()) {
                places.add("query parameter " + parameter);
                there |= question.parameter(parameter).isPresent();
            }
            for (String cookie : from.cookies()) {
                places.add("cookie " + cookie);
                there |= hasCookie(cookie);
            }
        }
        String wanted = String.join(" or ", places);
        step(
                "apiKeyAuth",
                there ? Verdict.depends : Verdict.refused,
                there ? "a key is there, and has to be one of the Secrets'" : "401: no key in " + wanted);
    }

    private void basic() {
        boolean there = question.header("authorization")
                .filter(value -> value.regionMatches(true, 0, "Basic ", 0, 6))
                .isPresent();
        step(
                "basicAuth",
                there ? Verdict.depends : Verdict.refused,
                there ? "user and password have to be right" : "401: no Authorization: Basic");
    }

    private void signOn(Oidc oidc, Optional<Jwt> jwt) {
        String path = question.path();
        if (path.equals(oidc.callbackPath()) || path.equals(oidc.logoutPath())) {
            step("oidc", Verdict.depends, "authz-svc answers itself: " + path + " is of the sign-on");
        } else if (oidc.passThroughAuthHeader()
                && jwt.filter(each -> each.providers().stream().anyMatch(this::hasToken))
                        .isPresent()) {
            step("oidc", Verdict.passes, "a token is there, which jwt verifies");
        } else if (question.header("cookie")
                .filter(cookies -> cookies.contains("__Host-gh-") || cookies.contains("__Secure-gh-"))
                .isPresent()) {
            step("oidc", Verdict.depends, "the session has to be one that goes on");
        } else {
            step(
                    "oidc",
                    Verdict.refused,
                    "no session: a browser is led to " + oidc.provider().issuer() + ", others get 401");
        }
    }

    /** @param signedOn a session may bring the token */
    private void token(Jwt jwt, boolean signedOn) {
        String providers =
                jwt.providers().stream().map(Jwt.Provider::name).sorted().collect(Collectors.joining(" or "));
        boolean there = jwt.providers().stream().anyMatch(this::hasToken);
        switch (jwt.missing()) {
            case PASSES_WITH_INVALID -> step("jwt", Verdict.passes, "a token is not asked for");
            case PASSES ->
                step(
                        "jwt",
                        there ? Verdict.depends : Verdict.passes,
                        there ? "the token has to be valid, of " + providers : "without a token requests pass");
            case REFUSED ->
                step(
                        "jwt",
                        there || signedOn ? Verdict.depends : Verdict.refused,
                        there || signedOn
                                ? "the token has to be valid, of " + providers
                                : "401: no token of " + providers);
        }
    }

    private void introspection(List<Introspection> issuers) {
        String names = issuers.stream().map(Introspection::name).collect(Collectors.joining(" or "));
        boolean there = issuers.stream().anyMatch(this::hasToken);
        step(
                "introspection",
                there ? Verdict.depends : Verdict.refused,
                there ? "the token has to be active, says " + names : "401: no token of " + names);
    }

    private boolean hasToken(Introspection issuer) {
        return issuer.sources().stream()
                .anyMatch(source -> question.header(source.name())
                        .filter(value -> value.regionMatches(
                                true,
                                0,
                                source.valuePrefix(),
                                0,
                                source.valuePrefix().length()))
                        .isPresent());
    }

    private boolean hasToken(Jwt.Provider provider) {
        Jwt.Extractor from = provider.extractFrom().orElse(Jwt.Extractor.USUAL);
        return from.headers().stream()
                        .anyMatch(header -> question.header(header.name())
                                .filter(value -> value.startsWith(header.valuePrefix()))
                                .isPresent())
                || from.cookies().stream().anyMatch(this::hasCookie)
                || from.params().stream()
                        .anyMatch(parameter -> question.parameter(parameter).isPresent());
    }

    private boolean hasCookie(String name) {
        return question.header("cookie").stream()
                .flatMap(value -> List.of(value.split(";", -1)).stream())
                .anyMatch(cookie -> cookie.strip().startsWith(name + "="));
    }

    private void authorize(Authorization authorization, Optional<Jwt> jwt, List<Introspection> issuers) {
        boolean open = false;
        for (int i = 0; i < authorization.rules().size(); i++) {
            Authorization.Rule rule = authorization.rules().get(i);
            String name =
                    "rule " + i + rule.name().map(each -> " \"" + each + "\"").orElse("");
            List<String> unknown = new ArrayList<>();
            Optional<String> mismatch = mismatch(rule, jwt, issuers, unknown);
            if (mismatch.isPresent()) {
                step("authorization, " + name, Verdict.depends, "is not for the request: " + mismatch.get());
                steps.getLast().put("verdict", "skipped");
                continue;
            }
            boolean allows = rule.action() == Authorization.Action.Allow;
            if (unknown.isEmpty()) {
                Verdict decided = allows ? Verdict.passes : Verdict.refused;
                step(
                        "authorization, " + name,
                        open ? Verdict.depends : decided,
                        (allows ? "allows it" : "403: denies it") + (open ? ", where no rule before decides" : ""));
                return;
            }
            open = true;
            step(
                    "authorization, " + name,
                    Verdict.depends,
                    (allows ? "allows it where " : "denies it where ") + String.join(" and ", unknown));
        }
        boolean allows = authorization.allowOthers();
        step(
                "authorization, defaultAction",
                open ? Verdict.depends : allows ? Verdict.passes : Verdict.refused,
                (allows ? "allows it" : "403: denies it") + (open ? ", where no rule before decides" : ""));
    }

    /** @param unknown gets what the request does not decide */
    private Optional<String> mismatch(
            Authorization.Rule rule, Optional<Jwt> jwt, List<Introspection> issuers, List<String> unknown) {
        Optional<String> operation = rule.operation().flatMap(this::mismatch);
        if (operation.isPresent()) {
            return operation;
        }
        if (rule.principal().isPresent()) {
            Authorization.Principal principal = rule.principal().get();
            for (Authorization.Header header : principal.headers()) {
                if (question.header(header.name())
                        .filter(header.values()::contains)
                        .isEmpty()) {
                    return Optional.of("header " + header.name() + " is not " + String.join(" or ", header.values()));
                }
            }
            Optional<String> address = address(principal.clientCidrs(), unknown);
            if (address.isPresent()) {
                return address;
            }
            if (principal.jwt().isPresent()) {
                if (issuers.stream().noneMatch(this::hasToken)
                        && jwt.stream()
                                .flatMap(each -> each.providers().stream())
                                .noneMatch(this::hasToken)) {
                    return Optional.of("it has no token");
                }
                unknown.add(described(principal.jwt().get()));
            }
            if (!principal.geoLocations().isEmpty()) {
                unknown.add("the client is in one of the places");
            }
        }
        rule.cel().ifPresent(text -> unknown.add("the expression is true: " + text));
        return Optional.empty();
    }

    private Optional<String> mismatch(Authorization.Operation operation) {
        if (!operation.methods().isEmpty()
                && operation.methods().stream().noneMatch(question.method()::equalsIgnoreCase)) {
            return Optional.of("method is not " + String.join(" or ", operation.methods()));
        }
        return operation
                .path()
                .filter(path -> matches(path) == path.invert())
                .map(path -> "path is " + (path.invert() ? "" : "not ")
                        + path.type().name().toLowerCase(Locale.ROOT) + " " + path.value());
    }

    private boolean matches(Authorization.Path path) {
        String asked = question.path();
        return switch (path.type()) {
            case Exact -> asked.equals(path.value());
            case PathPrefix -> {
                String prefix = path.value().endsWith("/")
                        ? path.value().substring(0, path.value().length() - 1)
                        : path.value();
                yield asked.equals(prefix) || asked.startsWith(prefix + "/");
            }
            case RegularExpression -> {
                try {
                    yield Pattern.matches(path.value(), asked);
                } catch (PatternSyntaxException e) {
                    // The policy is refused then, and closed.
                    yield false;
                }
            }
        };
    }

    private Optional<String> address(List<Cidr> ranges, List<String> unknown) {
        if (ranges.isEmpty()) {
            return Optional.empty();
        }
        String wanted = ranges.stream()
                .map(range -> range.address() + "/" + range.prefixLength())
                .collect(Collectors.joining(" or "));
        if (question.source().isEmpty()) {
            unknown.add("the client's address is in " + wanted);
            return Optional.empty();
        }
        byte[] client = question.source().get().getAddress();
        return ranges.stream().anyMatch(range -> contains(range, client))
                ? Optional.empty()
                : Optional.of("the client's address is not in " + wanted);
    }

    private static boolean contains(Cidr range, byte[] address) {
        byte[] first = InetAddress.ofLiteral(range.address()).getAddress();
        if (first.length != address.length) {
            return false;
        }
        for (int bit = 0; bit < range.prefixLength(); bit++) {
            int mask = 0x80 >> bit % 8;
            if ((first[bit / 8] & mask) != (address[bit / 8] & mask)) {
                return false;
            }
        }
        return true;
    }

    private static String described(Authorization.JwtPrincipal principal) {
        List<String> parts = new ArrayList<>();
        principal
                .claims()
                .forEach(claim -> parts.add("claim " + claim.name() + " is " + String.join(" or ", claim.values())));
        if (!principal.scopes().isEmpty()) {
            parts.add("it has the scopes " + String.join(", ", principal.scopes()));
        }
        return "the token is of " + principal.provider() + ", and " + String.join(" and ", parts);
    }
}
