package dev.gatehouse.gatewayapi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.gatewayapi.EnvoyProxySpec.BackendTls;
import dev.gatehouse.gatewayapi.EnvoyProxySpec.TlsVersion;
import dev.gatehouse.gatewayapi.yaml.Fields;
import dev.gatehouse.gatewayapi.yaml.YamlDocuments;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class BackendTest {
    private final List<String> problems = new ArrayList<>();

    private <T> T read(String yaml, Function<Fields, T> reader) {
        return Fields.read(
                YamlDocuments.read("", yaml).documents().getFirst(),
                "",
                "",
                problem -> problems.add(problem.path() + ": " + problem.message()),
                reader);
    }

    @Test
    void tlsIsReadWhole() {
        Backend backend = read("""
                endpoints: [{ip: {address: 10.0.0.1, port: 443}, hostname: one.example, zone: a}]
                tls:
                  caCertificateRefs: [{group: "", kind: ConfigMap, name: ca}]
                  sni: example.com
                  clientCertificateRef: {name: client}
                  minVersion: "1.2"
                  alpnProtocols: []
                """, Backend::read);
        assertThat(problems).isEmpty();
        assertThat(backend.endpoints().getFirst().zone()).contains("a");
        BackendTlsSettings tls = backend.tls().orElseThrow();
        assertThat(tls.hasAuthorities()).isTrue();
        assertThat(tls.sni()).contains("example.com");
        assertThat(tls.connection().minVersion()).contains(TlsVersion.V1_2);
        assertThat(tls.connection().alpn()).contains(List.of());
    }

    @Test
    void aBackendsOwnParametersWinFieldByField() {
        BackendTls own = read("{minVersion: '1.3', alpnProtocols: []}", BackendTls::read);
        BackendTls fleet = read(
                "{minVersion: '1.2', maxVersion: '1.3', ecdhCurves: [X25519], alpnProtocols: [h2]}", BackendTls::read);
        BackendTls both = own.over(fleet);
        assertThat(both.minVersion()).contains(TlsVersion.V1_3);
        assertThat(both.maxVersion()).contains(TlsVersion.V1_3);
        assertThat(both.ecdhCurves()).containsExactly("X25519");
        assertThat(both.alpn()).contains(List.of());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{endpoints: [{ip: {address: 10.0.0.1, port: 1}}], tls: {wellKnownCACertificates: example.com/all}} | is not known (expected: System)",
                "{endpoints: [{ip: {address: 10.0.0.1, port: 1}}], tls: {autoSNIFromEndpointHostname: true}} | expected: a hostname in each endpoint",
            })
    void whatCannotBeMeantIsRefused(String yaml, String problem) {
        read(yaml, Backend::read);
        assertThat(problems).singleElement().asString().contains(problem);
    }

    @Test
    void aCredentialGoesIntoAuthorizationAndLeavesWhatIsThere() {
        HttpRouteFilter filter =
                read("credentialInjection: {credential: {valueRef: {name: token}}}", HttpRouteFilter::read);
        assertThat(problems).isEmpty();
        CredentialInjection credential = filter.credential().orElseThrow();
        assertThat(credential.header()).isEqualTo("Authorization");
        assertThat(credential.overwrite()).isFalse();
    }

    @Test
    void cookiesAreListsOfConditions() {
        HttpRouteFilter filter = read(
                "matches: [{cookies: [{name: beta, value: '1'}, {name: region, type: RegularExpression, value: 'eu-.*'}]},"
                        + " {cookies: [{name: tester, value: 'yes'}]}]",
                HttpRouteFilter::read);
        assertThat(problems).isEmpty();
        assertThat(filter.matches()).hasSize(2);
        assertThat(filter.matches().getFirst().get(1).type()).isEqualTo(ValueMatch.Type.RegularExpression);
    }
}
