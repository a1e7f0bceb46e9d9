package dev.gatehouse.gatewayapi.security;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.gatewayapi.yaml.Fields;
import dev.gatehouse.gatewayapi.yaml.YamlDocuments;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SecuritySettingsTest {
    private final List<String> problems = new ArrayList<>();

    private SecuritySettings read(String yaml) {
        return Fields.read(
                YamlDocuments.read("", yaml).documents().getFirst(),
                "",
                "",
                problem -> problems.add(problem.path() + ": " + problem.message()),
                SecuritySettings::read);
    }

    @Test
    void whatIsLeftOutHasItsDefault() {
        SecuritySettings settings = read("""
                jwt: {providers: [{name: a, remoteJWKS: {uri: "https://issuer.example/keys"}}]}
                extAuth: {grpc: {backendRefs: [{name: judge, port: 80}]}}
                authorization: {}
                """);
        assertThat(problems).isEmpty();
        assertThat(settings.jwt().orElseThrow().missing()).isEqualTo(Jwt.Missing.REFUSED);
        assertThat(settings.extAuth().orElseThrow().failOpen()).isFalse();
        assertThat(settings.extAuth().orElseThrow().timeout()).hasSeconds(10);
        assertThat(settings.authorization().orElseThrow().allowOthers()).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "oidc: {clientID: a} | oidc.provider: is missing",
                "oidc: {clientSecret: {name: a}, provider: {issuer: 'https://a.example', tokenEndpoint: 'file:///etc'}} | is no address of a provider",
                "oidc: {clientSecret: {name: a}, provider: {issuer: 'https://a.example'}, redirectURL: /callback} | is not where a provider can send",
                "oidc: {clientSecret: {name: a}, provider: {issuer: 'https://a.example'}, redirectURL: 'https://a.example/'} | is not where a provider can send",
                "oidc: {clientSecret: {name: a}, provider: {issuer: 'https://a.example'}, redirectURL: 'https://%DOWNSTREAM_LOCAL_ADDRESS%/a'} | is not where",
                "oidc: {clientSecret: {name: a}, provider: {issuer: 'https://a.example'}, logoutPath: logout} | is no path",
                "jwt: {providers: []} | jwt.providers",
                "jwt: {optional: true, failOpen: true, providers: [{name: a, localJWKS: {inline: x}}]} | jwt.optional: is set beside failOpen",
                "jwt: {providers: [{name: a, localJWKS: {inline: x}, remoteJWKS: {uri: 'https://a.example'}}]} | expected either remoteJWKS or localJWKS",
                "jwt: {providers: [{name: a, localJWKS: {inline: x}}, {name: a, localJWKS: {inline: x}}]} | is the name of several",
                "jwt: {providers: [{name: a, remoteJWKS: {uri: 'file:///etc/passwd'}}]} | is not a URI of a key set",
                "jwt: {providers: [{name: a, localJWKS: {inline: x}, recomputeRoute: true}]} | recomputeRoute: is true without claimToHeaders",
                "jwt: {providers: [{name: a, localJWKS: {type: ValueRef, inline: x}}]} | expected valueRef",
                "extAuth: {} | expected either grpc or http",
                "extAuth: {grpc: {}} | backendRefs: is empty",
                "extAuth: {http: {backendRefs: [{name: a, port: 80}], path: /a, pathOverride: /b}} | pathOverride: is set beside path",
                "extAuth: {grpc: {backendRefs: [{name: a, port: 80}]}, statusOnError: 200} | statusOnError",
                "authorization: {rules: [{action: Allow}]} | expected at least one of principal and cel",
                "authorization: {rules: [{action: Allow, principal: {}}]} | expected at least one of clientCIDRs",
                "authorization: {rules: [{action: Allow, principal: {clientCIDRs: [10.0.0.1]}}]} | is not a range of addresses",
                "authorization: {rules: [{action: allow, principal: {clientCIDRs: [10.0.0.0/8]}}]} | action",
                "csrf: {shadowFraction: {numerator: 101}} | is more than the denominator",
                "cors: {allowOrigins: ['https://a.example/path']} | allowOrigins",
            })
    void whatWouldWeakenAProtectionIsRefused(String yaml, String problem) {
        read(yaml);
        assertThat(problems).anySatisfy(each -> assertThat(each).contains(problem));
    }

    @Test
    void aRangeThatIsNoneIsToldOnce() {
        read("authorization: {rules: [{action: Allow, principal: {clientCIDRs: [10.0.0.0/8, 10.0.0.1]}}]}");
        read("authorization: {rules: [{action: Allow, principal: {clientCIDRs: [10.0.0.0/33]}}]}");
        assertThat(problems)
                .containsExactly(
                        "authorization.rules[0].principal.clientCIDRs[1]: \"10.0.0.1\" is not a range of addresses"
                                + " (expected: for example 10.0.0.0/8 or 2001:db8::/32)",
                        "authorization.rules[0].principal.clientCIDRs[0]: \"10.0.0.0/33\" is not a range of addresses"
                                + " (expected: for example 10.0.0.0/8 or 2001:db8::/32)");
    }

    @Test
    void aRuleThatLooksForTokensOfNoProviderIsTold() {
        assertThat(read("""
                jwt: {providers: [{name: a, localJWKS: {inline: x}}]}
                authorization:
                  rules:
                  - {action: Allow, principal: {jwt: {provider: a, scopes: [b]}}}
                  - {action: Allow, principal: {jwt: {provider: c, scopes: [b]}}}
                """).unknownProviders()).containsExactly("c");
        assertThat(problems).isEmpty();
    }
}
