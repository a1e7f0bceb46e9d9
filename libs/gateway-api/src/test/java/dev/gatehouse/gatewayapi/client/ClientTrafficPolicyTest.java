package dev.gatehouse.gatewayapi.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.ResourceReader;
import dev.gatehouse.gatewayapi.ResourceReader.Reading;
import dev.gatehouse.gatewayapi.client.ClientSettings.EscapedSlashes;
import dev.gatehouse.gatewayapi.client.ClientSettings.ProxyHeader;
import dev.gatehouse.gatewayapi.client.ClientTls.Version;
import dev.gatehouse.gatewayapi.client.ClientValidation.AltNameType;
import dev.gatehouse.gatewayapi.client.ClientValidation.Mode;
import dev.gatehouse.gatewayapi.client.HeaderSettings.RequestIdAction;
import dev.gatehouse.gatewayapi.client.HeaderSettings.Underscores;
import dev.gatehouse.gatewayapi.client.Http1Settings.Http10;
import dev.gatehouse.gatewayapi.yaml.Node;
import dev.gatehouse.gatewayapi.yaml.YamlDocuments;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClientTrafficPolicyTest {
    private static Reading<ClientTrafficPolicy> read(String spec) {
        String yaml = """
                apiVersion: gateway.envoyproxy.io/v1alpha1
                kind: ClientTrafficPolicy
                metadata: {name: policy, namespace: default}
                spec:
                  targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: gw}]
                """ + spec.indent(2);
        Node.Mapping document = YamlDocuments.read("f.yaml", yaml).documents().getFirst();
        return ResourceReader.read(Kinds.CLIENT_TRAFFIC_POLICY, document);
    }

    private static ClientTrafficPolicy policy(String spec) {
        Reading<ClientTrafficPolicy> reading = read(spec);
        assertThat(reading).isInstanceOf(Reading.Readable.class);
        return ((Reading.Readable<ClientTrafficPolicy>) reading).resource().spec();
    }

    private static ClientSettings settings(String spec) {
        return policy(spec).settings();
    }

    private static String problems(String spec) {
        Reading<ClientTrafficPolicy> reading = read(spec);
        assertThat(reading).describedAs(spec).isInstanceOf(Reading.Broken.class);
        return ((Reading.Broken<ClientTrafficPolicy>) reading).object().message();
    }

    @Test
    void aPolicyThatSaysNothingHasTheDefaults() {
        assertThat(settings("")).isEqualTo(ClientSettings.NONE);
    }

    @Test
    void theDefaultsOfTlsAreVersions12And13WithoutResumption() {
        ClientTls tls = settings("tls: {}").tls().orElseThrow();
        assertThat(tls.minVersion()).isEqualTo(Version.V1_2);
        assertThat(tls.maxVersion()).isEqualTo(Version.V1_3);
        assertThat(tls.alpn()).isEmpty();
        assertThat(tls.statelessResumption()).isFalse();
        assertThat(tls.statefulResumption()).isFalse();
    }

    @Test
    void anEmptyListOfProtocolsIsNotTheSameAsNone() {
        assertThat(settings("tls: {alpnProtocols: []}").tls().orElseThrow().alpn())
                .contains(List.of());
    }

    @Test
    void clientsAreValidatedStrictlyUnlessThePolicySaysOtherwise() {
        assertThat(validation("{caCertificateRefs: [{name: ca}]}").mode()).isEqualTo(Mode.RequireAndVerify);
        assertThat(validation("{optional: true}").mode()).isEqualTo(Mode.VerifyIfGiven);
        assertThat(validation("{optional: true, mode: RequireAny}").mode()).isEqualTo(Mode.RequireAny);
        assertThat(validation("{caCertificateRefs: [{kind: ConfigMap, name: ca}, {name: more, namespace: x}]}")
                        .authorities())
                .extracting(reference -> reference.kind() + " " + reference.key("default"))
                .containsExactly("ConfigMap default/ca", "Secret x/more");
    }

    private static ClientValidation validation(String yaml) {
        return settings("tls: {clientValidation: " + yaml + "}")
                .tls()
                .orElseThrow()
                .validation()
                .orElseThrow();
    }

    @Test
    void everyKindOfNameIsRead() {
        assertThat(validation(
                                "{subjectAltNames: {dnsNames: [{value: a}], emailAddresses: [{value: b}],"
                                        + " ipAddresses: [{value: c}], uris: [{value: d}], otherNames: [{oid: 1.2.3, value: e}]}}")
                        .names())
                .extracting(
                        ClientValidation.AltName::type,
                        name -> name.oid() + name.match().value())
                .containsExactly(
                        tuple(AltNameType.DNS, "a"),
                        tuple(AltNameType.EMAIL, "b"),
                        tuple(AltNameType.IP_ADDRESS, "c"),
                        tuple(AltNameType.URI, "d"),
                        tuple(AltNameType.OTHER_NAME, "1.2.3e"));
    }

    @Test
    void thePresentFieldOfTheProxyProtocolCountsBeforeTheDeprecatedOne() {
        assertThat(proxy("enableProxyProtocol: true")).isEqualTo(ProxyHeader.REQUIRED);
        assertThat(proxy("enableProxyProtocol: false")).isEqualTo(ProxyHeader.NONE);
        assertThat(proxy("proxyProtocol: {}")).isEqualTo(ProxyHeader.REQUIRED);
        assertThat(proxy("enableProxyProtocol: true\nproxyProtocol: {optional: true}"))
                .isEqualTo(ProxyHeader.OPTIONAL);
    }

    private static ProxyHeader proxy(String spec) {
        return settings(spec).proxyProtocol().header();
    }

    @Test
    void theClientsAddressIsFromOnePlace() {
        assertThat(settings("clientIPDetection: {xForwardedFor: {numTrustedHops: 2}}")
                        .clientIp())
                .contains(new ClientIp.TrustedHops(2, true));
        assertThat(settings("clientIPDetection: {xForwardedFor: {trustedCIDRs: [10.0.0.0/8, \"2001:db8::/32\"],"
                                + " disableXForwardedForAppend: true}}")
                        .clientIp())
                .contains(new ClientIp.TrustedNetworks(
                        List.of(new ClientIp.Cidr("10.0.0.0", 8), new ClientIp.Cidr("2001:db8::", 32)), false));
        assertThat(settings("clientIPDetection: {customHeader: {name: X-Real-IP, failClosed: true}}")
                        .clientIp())
                .contains(new ClientIp.Header("X-Real-IP", true));
        assertThat(settings("clientIPDetection: {directSourceIP: {}}").clientIp())
                .contains(new ClientIp.Connection());
    }

    @Test
    void ofSeveralWritesOfOneHeaderTheFirstCounts() {
        HeaderEdits edits = settings("headers: {earlyRequestHeaders: {add: [{name: X-A, value: '1'}],"
                        + " set: [{name: x-a, value: '2'}, {name: X-B, value: '3'}],"
                        + " addIfAbsent: [{name: X-b, value: '4'}], remove: [X-C]}}")
                .headers()
                .early()
                .orElseThrow();
        assertThat(edits.writes())
                .containsExactly(
                        new HeaderEdits.Write(HeaderEdits.Action.ADD, "X-A", "1"),
                        new HeaderEdits.Write(HeaderEdits.Action.SET, "X-B", "3"));
        assertThat(edits.remove()).containsExactly("X-C");
    }

    @Test
    void bytesMayHaveAUnit() {
        ClientSettings settings = settings("connection: {bufferLimit: 64Ki, socketBufferLimit: 4096}\n"
                + "http2: {initialStreamWindowSize: 65535, initialConnectionWindowSize: 1Mi}");
        assertThat(settings.connection().bufferLimit()).contains(65_536L);
        assertThat(settings.connection().socketBufferLimit()).contains(4_096L);
        assertThat(settings.http2().streamWindow()).contains(65_535L);
        assertThat(settings.http2().connectionWindow()).contains(1_048_576L);
    }

    @Test
    void theOtherFieldsAreRead() {
        ClientSettings settings = settings("""
                path: {escapedSlashesAction: KeepUnchanged, disableMergeSlashes: true}
                headers: {preserveXRequestID: true, withUnderscoresAction: Allow, enableEnvoyHeaders: true, disableRateLimitHeaders: true}
                timeout: {http: {requestReceivedTimeout: 1s}, tcp: {tlsHandshakeTimeout: 2s}}
                http1: {http10: {useDefaultHost: true}, disableSafeMaxConnectionDuration: true}
                http3: {}
                grpc: {enableWeb: false}
                healthCheck: {path: /healthy}
                scheme: MatchBackend
                """);
        assertThat(settings.path()).isEqualTo(new ClientSettings.PathSettings(EscapedSlashes.KeepUnchanged, false));
        assertThat(settings.headers().requestId().action()).contains(RequestIdAction.PreserveOrGenerate);
        assertThat(settings.headers().underscores()).isEqualTo(Underscores.Allow);
        assertThat(settings.headers().envoyHeaders()).isTrue();
        assertThat(settings.headers().rateLimitHeaders()).isFalse();
        assertThat(settings.timeouts().http().request()).contains(Duration.ofSeconds(1));
        assertThat(settings.timeouts().tcp().handshake()).contains(Duration.ofSeconds(2));
        assertThat(settings.http1().http10()).isEqualTo(Http10.WITH_DEFAULT_HOST);
        assertThat(settings.http1().safeMaxDuration()).isFalse();
        assertThat(settings.http3()).isTrue();
        assertThat(settings.grpcWeb()).contains(false);
        assertThat(settings.healthCheckPath()).contains("/healthy");
        assertThat(settings.matchBackendScheme()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "tls: {maxVersion: '1.2'}|true",
                "tls: {maxVersion: '1.3'}|false",
                "tls: {maxVersion: Auto}|false",
                "{}|false"
            })
    void http3IsTls13(String tls, boolean beyond) {
        assertThat(settings("http3: {}\n" + tls.replace("{}", "")).http3BeyondTls())
                .isEqualTo(beyond);
        assertThat(settings(tls.replace("{}", "")).http3BeyondTls()).isFalse();
    }

    @Test
    void deprecatedFieldsAreToldWithTheirSuccessors() {
        ClientTrafficPolicy policy = policy("enableProxyProtocol: false\nheaders: {preserveXRequestID: false}\n"
                + "tls: {clientValidation: {optional: true}}");
        assertThat(policy.deprecated())
                .containsExactly(
                        "spec.enableProxyProtocol is deprecated, use spec.proxyProtocol instead",
                        "spec.headers.preserveXRequestID is deprecated, use spec.headers.requestID instead",
                        "spec.tls.clientValidation.optional is deprecated, use spec.tls.clientValidation.mode instead");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "tls: {ciphers: [INVALID-CIPHER]}|a cipher suite that Envoy has",
                "tls: {ecdhCurves: [X448]}|a curve that Envoy has",
                "tls: {signatureAlgorithms: [sha256]}|a signature algorithm that Envoy has",
                "tls: {minVersion: '1.3', maxVersion: '1.2'}|1.3 is above the maximum, 1.2",
                "tls: {clientValidation: {spkiHashes: [abc]}}|a SHA-256 hash in base64",
                "tls: {clientValidation: {certificateHashes: [abc]}}|a SHA-256 hash in hexadecimal digits",
                "tls: {clientValidation: {crl: {refs: []}}}|1 to 8",
                "tls: {clientValidation: {certificateAuthorities: []}}|unknown field",
                "http3: {advertisedPort: 443}|unknown field (expected: {}, an object without fields)",
                "connection: {bufferLimit: 500m}|expected: a size such as",
                "connection: {bufferLimit: 100G}|is out of range (expected: 0 to 4294967295 bytes)",
                "connection: {connectionLimit: {value: 0}}|is out of range",
                "connection: {connectionLimit: {value: 5, closeDelay: 10mib}}|expected: a duration such as",
                "http2: {initialStreamWindowSize: 1Ki}|is out of range (expected: 65535 to 2147483647 bytes)",
                "http2: {connectionKeepalive: {interval: 1s, timeout: 2s}}|timeout must be less than interval",
                "http2: {connectionKeepalive: {interval: 0s}}|at least 1ms",
                "clientIPDetection: {}|exactly one of xForwardedFor, customHeader and directSourceIP must be set",
                "clientIPDetection: {xForwardedFor: {numTrustedHops: 1, trustedCIDRs: [10.0.0.0/8]}}|exactly one of numTrustedHops and trustedCIDRs must be set",
                "clientIPDetection: {xForwardedFor: {trustedCIDRs: [10.0.0.0/33]}}|is not a network",
                "clientIPDetection: {xForwardedFor: {trustedCIDRs: [300.0.0.0/8]}}|is not a network",
                "headers: {preserveXRequestID: true, requestID: Generate}|is set beside requestID",
                "headers: {earlyRequestHeaders: {}}|changes no header",
                "headers: {earlyRequestHeaders: {add: [{name: '', value: a}]}}|has 0 characters",
                "headers: {earlyRequestHeaders: {add: [{name: 'a/b', value: a}]}}|an HTTP header's name",
                "headers: {lateResponseHeaders: {set: [{name: a, value: \"b\\nc\"}]}}|a header value",
                "healthCheck: {}|is missing",
            })
    void aValueThatCannotBeServedIsTold(String spec, String message) {
        assertThat(problems(spec)).contains(message);
    }
}
