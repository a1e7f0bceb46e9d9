package dev.gatehouse.gatewayapi.security;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.gatewayapi.yaml.Fields;
import dev.gatehouse.gatewayapi.yaml.YamlDocuments;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SsoPolicyTest {
    private static final String TARGET = "targetRefs: [{group: g, kind: SecurityPolicy, name: a}]";

    private final List<String> problems = new ArrayList<>();

    private SsoPolicy read(String yaml) {
        return Fields.read(
                YamlDocuments.read("", yaml).documents().getFirst(),
                "",
                "",
                problem -> problems.add(problem.path() + ": " + problem.message()),
                SsoPolicy::read);
    }

    @Test
    void theProvidersWaysOutHaveTheirDefaults() {
        SsoPolicy policy = read(TARGET);
        assertThat(problems).isEmpty();
        assertThat(policy.logout().backChannelPath()).isEqualTo("/oauth2/backchannel-logout");
        assertThat(policy.logout().frontChannelPath()).isEqualTo("/oauth2/frontchannel-logout");
        assertThat(policy.session().store()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "session: {store: redis} | session.store",
                "session: {idleTimeout: 0s} | session.idleTimeout: is 0",
                "logout: {backChannelPath: back} | is no path",
                "logout: {postLogoutRedirectURI: 'javascript:alert(1)'} | is no address",
                "jwksURI: 'ftp://a.example/keys' | is no address of keys",
                "clientAuthentication: {method: PrivateKeyJWT} | privateKeyRef: is missing",
                "clientAuthentication: {privateKeyRef: {name: a}} | has no use",
                "authorizationParameters: [{name: state, value: a}] | is set by the login itself",
                "authorizationParameters: [{name: prompt, value: a}, {name: prompt, value: b}] | is there twice",
                "signingAlgorithms: [none] | signingAlgorithms",
                "signingAlgorithms: [HS256] | signingAlgorithms",
                "tokenExchange: {} | expected at least one of audience",
                "stepUp: {} | expected acrValues or maxAge",
                "providers: [{name: a, issuer: 'https://a.example', clientSecret: {name: a}}] | expected either clientID or clientIDRef",
                "providers: [{name: a, issuer: 'https://a.example', clientID: a}] | clientSecret: is missing",
                "providers: [{name: a, issuer: 'https://a.example', clientID: a, clientAuthentication: {method: None}}, {name: a, issuer: 'https://b.example', clientID: a, clientAuthentication: {method: None}}] | is the name of several",
            })
    void whatWouldWeakenASignOnIsRefused(String yaml, String problem) {
        read(TARGET + "\n" + yaml);
        assertThat(problems).anySatisfy(each -> assertThat(each).contains(problem));
    }

    @ParameterizedTest
    @CsvSource({
        "https://id.example/realms/a, true, id.example, 443",
        "http://localhost:8080/realms/a, false, localhost, 8080",
        "http://[::1]:8080, false, ::1, 8080",
    })
    void anAddressSaysWhereAProviderIsCalled(String address, boolean secure, String host, int port) {
        assertThat(SignOnAddress.of(address)).contains(new SignOnAddress(secure, host, port));
    }

    @ParameterizedTest
    @CsvSource({"https://user@id.example", "id.example", "https:///path", "https://id.example/#a", "https://a b"})
    void anAddressThatNobodyCanCallIsNone(String address) {
        assertThat(SignOnAddress.of(address)).isEmpty();
    }
}
