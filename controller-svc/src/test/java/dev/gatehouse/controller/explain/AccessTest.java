package dev.gatehouse.controller.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatehouse.gatewayapi.Policy;
import dev.gatehouse.gatewayapi.ResourceReader;
import dev.gatehouse.gatewayapi.access.AccessPolicy;
import dev.gatehouse.gatewayapi.security.SecuritySettings;
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
                        Optional.of(new AccessPolicy(List.of(), List.of(), true)),
                        "GET",
                        "http://h/other",
                        "192.0.2.1"))
                .endsWith(
                        "authorization, defaultAction: refused, 403: denies it",
                        "authorization, dryRun: passes, what the rules say is counted, and not done");
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
                .containsExactly("jwt: depends, the token has to be valid, of issuer");
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

    @Test
    void anAddressIsAnAddress() {
        assertThatThrownBy(() -> Question.of("GET", "http://h/", List.of(), Optional.of("somewhere")))
                .hasMessageContaining("source \"somewhere\"");
    }
}
