package dev.gatehouse.controller.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatehouse.gatewayapi.Policy;
import dev.gatehouse.gatewayapi.ResourceReader;
import dev.gatehouse.gatewayapi.access.AccessPolicy;
import dev.gatehouse.gatewayapi.security.SecuritySettings;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AccessTest {
    private static final String RULES = """
        authorization:
          defaultAction: Deny
          rules:
          - {name: office, action: Allow, principal: {clientCIDRs: [10.0.0.0/8]}}
          - {action: Deny, operation: {methods: [DELETE]}, principal: {headers: [{name: x-team, values: [guests]}]}}
          - action: Allow
            operation: {path: {type: PathPrefix, value: /public}}
            principal: {headers: [{name: x-team, values: [guests, staff]}]}
        """;

    private static SecuritySettings settings(String sections) {
        ResourceReader.Result result = ResourceReader.read("p.yaml", """
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: SecurityPolicy
            metadata: {name: p, namespace: default}
            spec:
              targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: r}]
            """ + sections.indent(2));
        assertThat(result.problems()).isEmpty();
        return (SecuritySettings)
                ((Policy<?>) result.found().getFirst().resource().spec()).settings();
    }

    /** "section: verdict, why" of each step. */
    private static List<String> ask(String sections, String method, String url, String source, String... headers) {
        return ask(sections, Optional.empty(), method, url, source, headers);
    }

    private static List<String> ask(
            String sections, Optional<AccessPolicy> more, String method, String url, String source, String... headers) {
        Question question =
                Question.of(method, url, List.of(headers), Optional.of(source).filter(text -> !text.isEmpty()));
        return Access.of(settings(sections), more, question).stream()
                .map(step -> step.get("asks") + ": " + step.get("verdict") + ", " + step.get("why"))
                .toList();
    }

    @Test
    void aDryRunSaysWhatTheRulesWouldDoAndThatTheyDoNotDoIt() {
        assertThat(ask(
                        RULES,
                        Optional.of(new AccessPolicy(List.of(), List.of(), Optional.empty(), Optional.empty(), true)),
                        "GET",
                        "http://h/other",
                        "192.0.2.1"))
                .endsWith("authorization, defaultAction: passes, dry run, nothing is denied: refused, 403: denies it");
    }

    @Test
    void theFirstRuleThatMatchesDecides() {
        assertThat(ask(RULES, "GET", "http://h/", "10.1.2.3"))
                .containsExactly("authorization, rule 0 \"office\": passes, allows it");
        assertThat(ask(RULES, "DELETE", "http://h/public/a", "192.0.2.1", "x-team: guests"))
                .last()
                .isEqualTo("authorization, rule 1: refused, 403: denies it");
        assertThat(ask(RULES, "GET", "http://h/public/a", "192.0.2.1", "x-team: staff"))
                .last()
                .isEqualTo("authorization, rule 2: passes, allows it");
        assertThat(ask(RULES, "GET", "http://h/publicity", "192.0.2.1", "x-team: staff"))
                .last()
                .isEqualTo("authorization, defaultAction: refused, 403: denies it");
    }

    @Test
    void whatTheRequestDoesNotDecideIsAskedOfTheClient() {
        List<String> steps = ask(RULES, "GET", "http://h/", "");
        assertThat(steps.getFirst()).contains("depends, allows it where the client's address is in 10.0.0.0/8");
        assertThat(steps.getLast()).contains("defaultAction: depends", "where no rule before decides");
    }

    @Test
    void credentialsThatAreMissingAreTold() {
        String keys = "apiKeyAuth: {credentialRefs: [{name: k}], extractFrom: [{headers: [x-key]}, {cookies: [key]}]}";
        assertThat(ask(keys, "GET", "http://h/", ""))
                .containsExactly("apiKeyAuth: refused, 401: no key in header x-key or cookie key");
        assertThat(ask(keys, "GET", "http://h/", "", "Cookie: a=b; key=1"))
                .first()
                .asString()
                .contains("depends");
        assertThat(ask("basicAuth: {users: {name: u}}", "GET", "http://h/", ""))
                .containsExactly("basicAuth: refused, 401: no Authorization: Basic");
        String jwt = "jwt: {%sproviders: [{name: issuer, localJWKS: {inline: '{}'}}]}";
        assertThat(ask(jwt.formatted(""), "GET", "http://h/", ""))
                .containsExactly("jwt: refused, 401: no token of issuer");
        assertThat(ask(jwt.formatted(""), "GET", "http://h/", "", "Authorization: Bearer x"))
                .containsExactly("jwt: refused, 401: it is no JSON Web Token");
        assertThat(ask(jwt.formatted("optional: true, "), "GET", "http://h/", ""))
                .containsExactly("jwt: passes, without a token requests pass");
    }

    @Test
    void whoHasNoSessionIsTold() {
        String oidc = """
            oidc:
              provider: {issuer: "https://id.example"}
              clientID: a
              clientSecret: {name: s}
              passThroughAuthHeader: true
            jwt: {providers: [{name: issuer, localJWKS: {inline: '{}'}}]}
            """;
        assertThat(ask(oidc, "GET", "http://h/", ""))
                .containsExactly(
                        "oidc: refused, no session: a browser is led to https://id.example, others get 401",
                        "jwt: depends, the token has to be valid, of issuer");
        assertThat(ask(oidc, "GET", "http://h/", "", "Cookie: __Host-gh-abcdef=ticket"))
                .first()
                .isEqualTo("oidc: depends, the session has to be one that goes on");
        assertThat(ask(oidc, "GET", "http://h/", "", "Authorization: Bearer a.b.c"))
                .first()
                .isEqualTo("oidc: passes, a token is there, which jwt verifies");
        assertThat(ask(oidc, "GET", "http://h/oauth2/callback?code=1", ""))
                .first()
                .isEqualTo("oidc: depends, authz-svc answers itself: /oauth2/callback is of the sign-on");
    }

    private static final String TOKENS = """
        jwt: {providers: [{name: issuer, issuer: "https://id.example", audiences: [shop], localJWKS: {inline: '{}'}}]}
        authorization:
          rules:
          - {action: Allow, principal: {jwt: {provider: issuer, claims: [{name: org.unit, values: [sales]}], scopes: [read]}}}
          - {action: Allow, cel: "request.time.getHours('Europe/Berlin') == 12"}
          - {action: Allow, cel: "xds.route_name == 'x' || request.method == 'PUT'"}
        """;

    private static List<String> askAs(String sections, String method, String claims, String time, String... headers) {
        Question question = Question.of(method, "http://h/", List.of(headers), Optional.empty())
                .from(Caller.of(
                        Optional.of(claims).filter(text -> !text.isEmpty()),
                        Optional.of("spiffe://example/shop"),
                        Optional.of(time).filter(text -> !text.isEmpty())));
        return Access.of(settings(sections), Optional.empty(), question).stream()
                .map(step -> step.get("asks") + ": " + step.get("verdict") + ", " + step.get("why"))
                .toList();
    }

    private static String token(String claims) {
        return "Authorization: Bearer e30."
                + Base64.getUrlEncoder().withoutPadding().encodeToString(claims.getBytes(StandardCharsets.UTF_8))
                + ".s3cret";
    }

    @Test
    void claimsDecideAsTheyDoInEnvoy() {
        assertThat(askAs(TOKENS, "GET", "{\"scope\": \"read write\", \"org\": {\"unit\": \"sales\"}}", ""))
                .containsExactly(
                        "jwt: passes, the token counts as verified, of issuer: without iss, sub and exp",
                        "authorization, rule 0: passes, allows it");
        assertThat(askAs(TOKENS, "GET", "{\"scope\": \"read\", \"org\": {\"unit\": 7}}", ""))
                .element(1)
                .isEqualTo("authorization, rule 0: skipped, is not for the request: claim org.unit is the number 7.0"
                        + " (expected: sales)");
    }

    @Test
    void aTokenIsCheckedButForItsSignatureAndNotShown() {
        String claims = "{\"iss\": \"%s\", \"aud\": [\"%s\"], \"sub\": \"ann\", \"exp\": %d}";
        String now = "2026-01-01T00:00:00Z";
        long later = java.time.Instant.parse(now).getEpochSecond() + 60;
        assertThat(askAs(TOKENS, "GET", "", now, token(claims.formatted("https://id.example", "shop", later))))
                .first()
                .isEqualTo("jwt: passes, the token counts as verified, of issuer: iss https://id.example, sub ann, exp"
                        + " 2026-01-01T00:01:00Z");
        assertThat(askAs(TOKENS, "GET", "", now, token(claims.formatted("https://id.example", "shop", later - 3600))))
                .first()
                .isEqualTo("jwt: refused, 401: it has expired, at 2025-12-31T23:01:00Z");
        assertThat(askAs(TOKENS, "GET", "", now, token(claims.formatted("https://evil.example", "shop", later))))
                .first()
                .isEqualTo("jwt: refused, 401: iss is https://evil.example (expected: https://id.example)");
        assertThat(askAs(TOKENS, "GET", "", now, token(claims.formatted("https://id.example", "bank", later))))
                .first()
                .isEqualTo("jwt: refused, 403: aud is bank (expected: shop)");
    }

    @Test
    void anExpressionDependsWhereOnlyAProxyKnows() {
        List<String> steps = askAs(TOKENS, "GET", "{}", "");
        assertThat(steps.get(2)).contains("rule 1: depends", "getHours");
        assertThat(steps.get(3)).contains("rule 2: depends, allows it where expression is xds.route_name");
        assertThat(askAs(TOKENS, "PUT", "{}", "2026-07-01T09:30:00Z"))
                .last()
                .isEqualTo("authorization, rule 2: passes, allows it");
        assertThat(askAs(TOKENS, "GET", "{}", "2026-07-01T10:30:00Z"))
                .last()
                .isEqualTo("authorization, rule 1: passes, allows it");
    }

    @Test
    void aNumberOfAClaimIsComparedWithAWholeNumber() {
        String rules = TOKENS.replace(
                "request.time.getHours('Europe/Berlin') == 12",
                "metadata.filter_metadata['envoy.filters.http.jwt_authn']['issuer']['age'] >= 18");
        assertThat(askAs(rules, "GET", "{\"age\": 42}", ""))
                .last()
                .isEqualTo("authorization, rule 1: passes, allows it");
        assertThat(askAs(rules, "GET", "{\"age\": 17}", ""))
                .element(2)
                .asString()
                .contains("rule 1: skipped");
    }

    @Test
    void theCertificateOfTheConnectionIsKnownToExpressions() {
        String rules =
                "authorization: {rules: [{action: Allow, cel: \"connection.mtls && connection.uri_san_peer_certificate"
                        + " == 'spiffe://example/shop'\"}]}";
        assertThat(askAs(rules, "GET", "", "")).containsExactly("authorization, rule 0: passes, allows it");
    }

    @Test
    void valuesOfHeadersWithCredentialsAreNotTold() {
        String rules = "authorization: {rules: [{action: Allow, principal: {headers: [{name: Authorization, values:"
                + " [s3cret]}]}}]}";
        for (String value : List.of("s3cret", "other-s3cret")) {
            Question question = Question.of("GET", "http://h/", List.of("Authorization: " + value), Optional.empty());
            assertThat(Access.of(settings(rules), Optional.empty(), question).toString())
                    .doesNotContain("s3cret");
        }
    }

    @Test
    void whatACallerIsGivenIsRead() {
        assertThatThrownBy(() -> Caller.of(Optional.of("[1]"), Optional.empty(), Optional.empty()))
                .hasMessageContaining("claims: no JSON object");
        assertThatThrownBy(() -> Caller.of(Optional.empty(), Optional.empty(), Optional.of("noon")))
                .hasMessageContaining("time \"noon\" cannot be read (expected: for example 2026");
        assertThat(Caller.of(Optional.of("{\"sub\": \"ann\"}"), Optional.empty(), Optional.empty())
                        .toString())
                .doesNotContain("ann");
    }

    @Test
    void anAddressIsAnAddress() {
        assertThatThrownBy(() -> Question.of("GET", "http://h/", List.of(), Optional.of("somewhere")))
                .hasMessageContaining("source \"somewhere\"");
    }

    private static AccessPolicy introspecting() {
        ResourceReader.Result result = ResourceReader.read("a.yaml", """
            apiVersion: gatehouse.dev/v1alpha1
            kind: AccessPolicy
            metadata: {name: a, namespace: default}
            spec:
              targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: r}]
              introspection: [{name: opaque, endpoint: "https://id.example/introspect", clientID: a, clientSecret: {name: a}}]
            """);
        assertThat(result.problems()).isEmpty();
        return (AccessPolicy) result.found().getFirst().resource().spec();
    }

    private static List<String> askOpaque(String sections, Optional<String> claims, String... headers) {
        Question question = Question.of("GET", "http://h/", List.of(headers), Optional.empty())
                .from(Caller.of(claims, Optional.empty(), Optional.empty()));
        return Access.of(settings(sections), Optional.of(introspecting()), question).stream()
                .map(step -> step.get("asks") + ": " + step.get("verdict") + ", " + step.get("why"))
                .toList();
    }

    @Test
    void anOpaqueTokenIsJudgedByItsIssuerAndRulesByWhatIsSaidOfIt() {
        String rules = """
            jwt: {optional: true, providers: [{name: signed, remoteJWKS: {uri: "https://id.example/keys"}, extractFrom: {headers: [{name: X-Signed}]}}]}
            authorization: {rules: [{action: Allow, principal: {jwt: {provider: opaque, scopes: [orders]}}}]}
            """;
        assertThat(askOpaque(rules, Optional.empty())).contains("introspection: refused, 401: no token of opaque");
        assertThat(askOpaque(rules, Optional.empty(), "Authorization: Bearer t0ken"))
                .contains("introspection: depends, the token has to be active, says opaque")
                .anySatisfy(step -> assertThat(step).startsWith("authorization, rule 0: depends"))
                .allSatisfy(step -> assertThat(step).doesNotContain("t0ken"));
        assertThat(askOpaque(
                        rules, Optional.of("{\"sub\": \"ann\", \"scope\": \"orders\"}"), "Authorization: Bearer t0ken"))
                .contains("authorization, rule 0: passes, allows it");
        assertThat(askOpaque(
                        rules, Optional.of("{\"sub\": \"ann\", \"scope\": \"read\"}"), "Authorization: Bearer t0ken"))
                .anySatisfy(step -> assertThat(step).startsWith("authorization, defaultAction: refused"));
        String byExpression = "authorization: {rules: [{action: Allow, cel:"
                + " \"metadata.filter_metadata['envoy.filters.http.ext_authz']['gatehouse.token']['opaque'].sub =="
                + " 'ann'\"}]}";
        assertThat(askOpaque(byExpression, Optional.of("{\"sub\": \"ann\"}"), "Authorization: Bearer t0ken"))
                .contains("authorization, rule 0: passes, allows it");
    }

    @Test
    void besideASignOnATokenTakesThePlaceOfASession() {
        String oidc = "oidc: {provider: {issuer: \"https://id.example\"}, clientID: a, clientSecret: {name: a}}";
        assertThat(askOpaque(oidc, Optional.empty(), "Authorization: Bearer t0ken"))
                .containsExactly("introspection: depends, the token has to be active, says opaque");
        assertThat(askOpaque(oidc, Optional.empty()))
                .containsExactly("oidc: refused, no session: a browser is led to https://id.example, others get 401");
    }
}
