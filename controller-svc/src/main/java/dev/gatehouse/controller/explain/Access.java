package dev.gatehouse.controller.explain;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.gatehouse.gatewayapi.access.AccessPolicy;
import dev.gatehouse.gatewayapi.access.BoundTokens;
import dev.gatehouse.gatewayapi.access.ClientCertificates;
import dev.gatehouse.gatewayapi.access.Introspection;
import dev.gatehouse.gatewayapi.security.ApiKeyAuth;
import dev.gatehouse.gatewayapi.security.Authorization;
import dev.gatehouse.gatewayapi.security.Jwt;
import dev.gatehouse.gatewayapi.security.Oidc;
import dev.gatehouse.gatewayapi.security.SecuritySettings;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Judges a request by a SecurityPolicy, in the order of the policy's sections. A section that the request alone decides
 * has a verdict. For a section that a server or a signature decides, the answer says what the client must present.
 */
final class Access {
    private static final List<String> SAFE_METHODS = List.of("GET", "HEAD", "OPTIONS");

    /** The verdict of one section on the request. */
    private enum Verdict {
        passes,
        refused,
        /** The rule does not apply to the request. */
        skipped,
        /** The decision depends on facts outside of the request. */
        depends
    }

    private final Question question;
    private final Set<String> secretHeaders;
    private final List<Map<String, Object>> steps = new ArrayList<>();
    /** The claims that each provider has verified. */
    private final Map<String, Struct> tokens = new LinkedHashMap<>();
    /** The claims of opaque tokens, by the name of the introspection issuer. */
    private final Map<String, Struct> opaque = new LinkedHashMap<>();

    /** The claims of the session, by the name under which authz-svc passes them on. */
    private final Map<String, Struct> session = new LinkedHashMap<>();

    /** The providers that may supply claims of the request that are unknown here. */
    private final Set<String> open = new HashSet<>();

    private Access(Question question, Set<String> secretHeaders) {
        this.question = question;
        this.secretHeaders = secretHeaders;
    }

    /** Headers whose values are credentials. */
    private static Set<String> secretHeaders(SecuritySettings settings, List<Introspection> issuers) {
        Set<String> names = new HashSet<>(Set.of("authorization", "proxy-authorization", "cookie", "x-api-key"));
        settings.apiKeyAuth().stream()
                .flatMap(keys -> keys.extractFrom().stream())
                .flatMap(from -> from.headers().stream())
                .forEach(name -> names.add(name.toLowerCase(Locale.ROOT)));
        settings.jwt().stream()
                .flatMap(jwt -> jwt.providers().stream())
                .flatMap(provider -> provider.extractFrom().stream())
                .flatMap(from -> from.headers().stream())
                .forEach(header -> names.add(header.name().toLowerCase(Locale.ROOT)));
        issuers.stream()
                .flatMap(issuer -> issuer.sources().stream())
                .forEach(source -> names.add(source.name().toLowerCase(Locale.ROOT)));
        return names;
    }

    /** A step for each section that can refuse a request; an empty list: every request may pass. */
    static List<Map<String, Object>> of(SecuritySettings settings, Optional<AccessPolicy> more, Question question) {
        List<Introspection> issuers = more.map(AccessPolicy::introspections).orElse(List.of());
        Access access = new Access(question, secretHeaders(settings, issuers));
        settings.csrf().ifPresent(_ -> access.csrf());
        more.flatMap(AccessPolicy::clientCertificates).ifPresent(access::certificate);
        settings.apiKeyAuth().ifPresent(access::apiKey);
        settings.basicAuth().ifPresent(_ -> access.basic());
        boolean signedOn = settings.oidc().isPresent();
        if (issuers.stream().anyMatch(access::hasToken)) {
            access.introspection(issuers);
        } else {
            settings.oidc().ifPresent(oidc -> access.signOn(oidc, settings.jwt()));
            if (!issuers.isEmpty() && !signedOn) {
                access.introspection(issuers);
            }
        }
        settings.jwt().ifPresent(jwt -> access.token(jwt, signedOn));
        more.flatMap(AccessPolicy::boundTokens).ifPresent(access::bound);
        settings.extAuth().ifPresent(_ -> access.step("extAuth", Verdict.depends, "the authorization server is asked"));
        settings.authorization().ifPresent(rules -> {
            int before = access.steps.size();
            access.authorize(rules);
            if (more.map(AccessPolicy::dryRun).orElse(false)) {
                access.steps.subList(before, access.steps.size()).forEach(Access::tryOnly);
            }
        });
        return access.steps;
    }

    /** The single step of policies that cannot be enforced. */
    static List<Map<String, Object>> closed(String problem) {
        return List.of(described("SecurityPolicy", Verdict.refused, "500: it cannot be enforced: " + problem));
    }

    private void step(String section, Verdict verdict, String why) {
        steps.add(described(section, verdict, why));
    }

    private static Map<String, Object> described(String section, Verdict verdict, String why) {
        Map<String, Object> step = new LinkedHashMap<>();
        step.put("asks", section);
        step.put("verdict", verdict.name());
        step.put("why", why);
        return step;
    }

    /** Marks a step of a dry run: its outcome is counted and not enforced. */
    private static void tryOnly(Map<String, Object> step) {
        if (!Verdict.skipped.name().equals(step.get("verdict"))) {
            step.put(
                    "why",
                    "dry run, nothing is denied: " + step.put("verdict", Verdict.passes.name()) + ", "
                            + step.get("why"));
        }
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
        } else if (question.caller().claims().isPresent()) {
            session.put("gatehouse.session", question.caller().claims().get());
            step(
                    "oidc",
                    Verdict.passes,
                    "a session counts as there: "
                            + Tokens.described(question.caller().claims().get()));
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

    private void introspection(List<Introspection> issuers) {
        String names = issuers.stream().map(Introspection::name).collect(Collectors.joining(" or "));
        Optional<Introspection> asked = issuers.stream().filter(this::hasToken).findFirst();
        Optional<Struct> claims = question.caller().claims();
        if (claims.isPresent()) {
            String name = asked.orElse(issuers.getFirst()).name();
            Struct normalized = Tokens.normalized(claims.get());
            opaque.put(name, normalized);
            session.put(
                    "gatehouse.token",
                    Struct.newBuilder()
                            .putFields(
                                    name,
                                    Value.newBuilder()
                                            .setStructValue(normalized)
                                            .build())
                            .build());
            step(
                    "introspection",
                    Verdict.passes,
                    "the token counts as active, of " + name + ": " + Tokens.described(claims.get()));
        } else if (asked.isPresent()) {
            open.add(asked.get().name());
            step(
                    "introspection",
                    Verdict.depends,
                    "the token has to be active, says " + asked.get().name());
        } else {
            step("introspection", Verdict.refused, "401: no token of " + names);
        }
    }

    /** What a client has shown in the TLS handshake is no part of a request. */
    private void certificate(ClientCertificates certificates) {
        open.add(ClientCertificates.PROVIDER);
        step(
                "clientCertificates",
                Verdict.depends,
                (certificates.optional() ? "a client certificate, if there is one," : "a client certificate")
                        + (certificates.allowed().isEmpty()
                                ? " that the listener verifies"
                                : " that the listener verifies has to match one of allowed"));
    }

    private void bound(BoundTokens bound) {
        String wanted = switch (bound.required()) {
            case None -> "a token that is bound needs the certificate or the proof (DPoP) of its key";
            case Any -> "the token has to be bound, and needs the certificate or the proof (DPoP) of its key";
            case Certificate -> "the token has to be bound to the certificate that the client shows";
            case Key -> "the token has to be bound to a key, and needs its proof (DPoP)";
        };
        boolean refused = bound.required() == BoundTokens.Required.Key
                && question.header("dpop").isEmpty();
        step(
                "boundTokens",
                refused ? Verdict.refused : Verdict.depends,
                refused ? "401: no header DPoP: " + wanted : wanted);
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

    /** @param signedOn true if a session may bring the token */
    private void token(Jwt jwt, boolean signedOn) {
        String providers =
                jwt.providers().stream().map(Jwt.Provider::name).sorted().collect(Collectors.joining(" or "));
        boolean there = jwt.providers().stream().anyMatch(this::hasToken);
        List<String> problems = new ArrayList<>();
        for (Jwt.Provider provider : jwt.providers()) {
            Optional<String> token = token(provider);
            Optional<Struct> claims = token.isPresent()
                    ? token.flatMap(Tokens::claims)
                    : there ? Optional.empty() : question.caller().claims();
            if (token.isPresent() && claims.isEmpty()) {
                problems.add("401: it is no JSON Web Token");
            }
            claims.ifPresent(each -> {
                Optional<String> problem = Tokens.problem(
                        provider, each, token.isEmpty(), question.caller().time());
                problem.ifPresent(problems::add);
                if (problem.isEmpty()) {
                    tokens.put(provider.name(), Tokens.normalized(each));
                }
            });
        }
        if (!tokens.isEmpty()) {
            step(
                    "jwt",
                    Verdict.passes,
                    tokens.entrySet().stream()
                            .map(each -> "of " + each.getKey() + ": " + Tokens.described(each.getValue()))
                            .collect(Collectors.joining("; ", "the token counts as verified, ", "")));
            return;
        }
        if (!problems.isEmpty()) {
            boolean passes = jwt.missing() == Jwt.Missing.PASSES_WITH_INVALID;
            step(
                    "jwt",
                    passes ? Verdict.passes : Verdict.refused,
                    (passes ? "a token is not asked for, and this one does not count: " : "")
                            + String.join("; ", problems));
            return;
        }
        if (signedOn) {
            jwt.providers().forEach(provider -> open.add(provider.name()));
        }
        switch (jwt.missing()) {
            case PASSES_WITH_INVALID -> step("jwt", Verdict.passes, "a token is not asked for");
            case PASSES -> step("jwt", Verdict.passes, "without a token requests pass");
            case REFUSED ->
                step(
                        "jwt",
                        signedOn ? Verdict.depends : Verdict.refused,
                        signedOn ? "the token has to be valid, of " + providers : "401: no token of " + providers);
        }
    }

    /** The token for {@code provider} in the request. */
    private Optional<String> token(Jwt.Provider provider) {
        Jwt.Extractor from = provider.extractFrom().orElse(Jwt.Extractor.USUAL);
        Stream<String> headers = from.headers().stream()
                .flatMap(header -> question
                        .header(header.name())
                        .filter(value -> value.startsWith(header.valuePrefix()))
                        .map(value ->
                                value.substring(header.valuePrefix().length()).strip())
                        .stream());
        Stream<String> cookies = from.cookies().stream().flatMap(name -> cookie(name).stream());
        Stream<String> parameters = from.params().stream().flatMap(name -> question.parameter(name).stream());
        return Stream.of(headers, cookies, parameters).flatMap(each -> each).findFirst();
    }

    private boolean hasToken(Jwt.Provider provider) {
        return token(provider).isPresent();
    }

    private boolean hasCookie(String name) {
        return cookie(name).isPresent();
    }

    private Optional<String> cookie(String name) {
        return question.header("cookie").stream()
                .flatMap(value -> List.of(value.split(";", -1)).stream())
                .map(String::strip)
                .filter(cookie -> cookie.startsWith(name + "="))
                .map(cookie -> cookie.substring(name.length() + 1))
                .findFirst();
    }

    private void authorize(Authorization authorization) {
        Map<String, Struct> all = new LinkedHashMap<>(tokens);
        all.putAll(opaque);
        Conditions judge = new Conditions(question, all, open, Expression.metadata(tokens, session), secretHeaders);
        boolean open = false;
        for (int i = 0; i < authorization.rules().size(); i++) {
            Authorization.Rule rule = authorization.rules().get(i);
            String name = "authorization, rule " + i
                    + rule.name().map(each -> " \"" + each + "\"").orElse("");
            List<Condition> conditions = judge.of(rule);
            Optional<Condition> mismatch = conditions.stream()
                    .filter(each -> each.holds() == Condition.Holds.no)
                    .findFirst();
            boolean allows = rule.action() == Authorization.Action.Allow;
            if (mismatch.isPresent()) {
                step(
                        name,
                        Verdict.skipped,
                        "is not for the request: " + mismatch.get().mismatch());
                told(conditions);
                continue;
            }
            List<String> unknown = conditions.stream()
                    .filter(each -> each.holds() == Condition.Holds.unknown)
                    .map(Condition::asked)
                    .toList();
            if (unknown.isEmpty()) {
                decide(name, allows, open);
                told(conditions);
                return;
            }
            open = true;
            step(
                    name,
                    Verdict.depends,
                    (allows ? "allows it where " : "denies it where ") + String.join(" and ", unknown));
            told(conditions);
        }
        decide("authorization, defaultAction", authorization.allowOthers(), open);
    }

    /** @param open true if an earlier rule may decide differently */
    private void decide(String name, boolean allows, boolean open) {
        step(
                name,
                open ? Verdict.depends : allows ? Verdict.passes : Verdict.refused,
                (allows ? "allows it" : "403: denies it") + (open ? ", where no rule before decides" : ""));
    }

    private void told(List<Condition> conditions) {
        steps.getLast()
                .put("conditions", conditions.stream().map(Condition::tree).toList());
    }

    /**
     * The decision of all steps: the first refusing step; without one, the undecided steps; otherwise the last step.
     *
     * @param steps the result of {@link #of}
     */
    static Map<String, Object> decision(List<Map<String, Object>> steps) {
        Map<String, Object> decision = new LinkedHashMap<>();
        Optional<Map<String, Object>> refusing = first(steps, Verdict.refused);
        Optional<Map<String, Object>> open = first(steps, Verdict.depends);
        Verdict verdict = refusing.isPresent() ? Verdict.refused : open.isPresent() ? Verdict.depends : Verdict.passes;
        decision.put("verdict", verdict.name());
        refusing.or(() -> open)
                .or(() -> steps.isEmpty() ? Optional.empty() : Optional.of(steps.getLast()))
                .ifPresent(step -> {
                    decision.put("by", step.getOrDefault("asks", ""));
                    decision.put("why", step.getOrDefault("why", ""));
                });
        return decision;
    }

    private static Optional<Map<String, Object>> first(List<Map<String, Object>> steps, Verdict verdict) {
        return steps.stream()
                .filter(step -> verdict.name().equals(step.get("verdict")))
                .findFirst();
    }
}
