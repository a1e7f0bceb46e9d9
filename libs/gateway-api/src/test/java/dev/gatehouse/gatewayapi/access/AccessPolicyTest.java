package dev.gatehouse.gatewayapi.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.gatewayapi.security.Jwt;
import dev.gatehouse.gatewayapi.yaml.Fields;
import dev.gatehouse.gatewayapi.yaml.YamlDocuments;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class AccessPolicyTest {
    private static final String TARGET =
            "targetRefs: [{group: gateway.envoyproxy.io, kind: SecurityPolicy, name: a}]\n";
    private static final String USUAL = "endpoint: 'https://a.example/i', clientID: a, clientSecret: {name: a}";

    private final List<String> problems = new ArrayList<>();

    private AccessPolicy read(String yaml) {
        return Fields.read(
                YamlDocuments.read("", yaml).documents().getFirst(),
                "",
                "",
                problem -> problems.add(problem.path() + ": " + problem.message()),
                AccessPolicy::read);
    }

    @Test
    void whatIsNotWrittenHasItsDefault() {
        AccessPolicy policy = read(TARGET + "introspection: [{name: a, " + USUAL + "}]");
        assertThat(problems).isEmpty();
        assertThat(policy.dryRun()).isFalse();
        assertThat(policy.introspections()).singleElement().satisfies(each -> {
            assertThat(each.sources()).containsExactly(new Jwt.Extractor.Header("Authorization", "Bearer "));
            assertThat(each.cacheDuration()).isEqualTo(Duration.ofMinutes(1));
            assertThat(each.timeout()).isEqualTo(Duration.ofSeconds(5));
        });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "introspection: [{name: a, clientID: a, clientSecret: {name: a}}] | at least one of issuer and endpoint",
                "introspection: [{name: a, issuer: 'ftp://a', clientID: a, clientSecret: {name: a}}] | is no address",
                "introspection: [{name: a, USUAL, cacheDuration: 2h}] | at most 3600s",
                "introspection: [{name: a, USUAL, timeout: 1m}] | at most 10s",
                "introspection: [{name: a, USUAL, requiredScopes: ['a b']}] | no spaces",
                "introspection: [{name: a, USUAL, requiredScopes: ['a\"']}] | no spaces",
                "introspection: [{name: a, USUAL}, {name: a, USUAL, extractFrom: {headers: [{name: x}]}}] | is the name of several",
                "introspection: [{name: a, USUAL}, {name: b, USUAL}] | is where several look for tokens",
                "targetRefs: [{group: gateway.networking.k8s.io, kind: TCPRoute, name: a}] | cannot be a target",
                "targetRefs: [{group: gateway.networking.k8s.io, kind: SecurityPolicy, name: a}] | cannot be a target",
                "targetRefs: [{group: gateway.envoyproxy.io, kind: SecurityPolicy, name: a, sectionName: b}] | has no sections",
            })
    void whatWouldNotProtectIsRefused(String yaml, String problem) {
        read((yaml.startsWith("targetRefs") ? "" : TARGET) + yaml.replace("USUAL", USUAL));
        assertThat(problems).anySatisfy(each -> assertThat(each).contains(problem));
    }
}
