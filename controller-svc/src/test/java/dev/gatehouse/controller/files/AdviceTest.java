package dev.gatehouse.controller.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.controller.callout.CalloutAddress;
import dev.gatehouse.controller.translate.Settings;
import dev.gatehouse.gatewayapi.yaml.Problem;
import dev.gatehouse.identity.ProcessName;
import dev.gatehouse.identity.authority.CertificateAuthority;
import dev.gatehouse.identity.authority.Issued;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdviceTest {
    private static final Instant NOW = Instant.parse("2030-06-15T12:00:00Z");

    private static final String ROUTE = """
            apiVersion: gateway.networking.k8s.io/v1
            kind: Gateway
            metadata: {name: edge}
            spec:
              gatewayClassName: teg
              listeners:
              - {name: http, port: 80, protocol: HTTP}
            ---
            apiVersion: gateway.networking.k8s.io/v1
            kind: HTTPRoute
            metadata: {name: route}
            spec:
              parentRefs: [{name: edge}]
              rules: [{backendRefs: [{name: app, port: 80}]}]
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: app}
            spec:
              selector: {app: app}
              ports: [{name: web, port: 80}]
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: nobody-uses-it}
            spec: {ports: [{port: 80}]}
            """;

    private static final String SLICE = """
            ---
            apiVersion: discovery.k8s.io/v1
            kind: EndpointSlice
            metadata: {name: app, labels: {kubernetes.io/service-name: app}}
            addressType: IPv4
            endpoints: [{addresses: [10.0.0.1], conditions: {ready: true}}]
            ports: [{name: web, port: 8080}]
            """;

    private static final String TLS = """
            apiVersion: gateway.networking.k8s.io/v1
            kind: Gateway
            metadata: {name: edge}
            spec:
              gatewayClassName: teg
              listeners:
              - {name: https, port: 443, protocol: HTTPS, tls: {certificateRefs: [{name: cert}]}}
            ---
            apiVersion: v1
            kind: Secret
            metadata: {name: cert}
            type: kubernetes.io/tls
            stringData:
              tls.key: |
            %s
              tls.crt: |
            %s
            """;

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path folder;

    @Test
    void aServiceThatARouteUsesNeedsEndpoints() throws IOException {
        assertThat(advice(ROUTE))
                .containsExactly(
                        "f.yaml:18:12: warning: Service default/app: metadata.name: no EndpointSlice in the files has"
                                + " the label kubernetes.io/service-name: app, so requests to this Service are answered with 503: files"
                                + " have no pods that its selector could find (expected: an EndpointSlice with the addresses, or a"
                                + " Backend)");
        assertThat(advice(ROUTE + SLICE)).isEmpty();
    }

    @Test
    void endpointsThatDoNotServeTheServiceAreTold() throws IOException {
        assertThat(advice(ROUTE + SLICE.replace("ready: true", "ready: false")))
                .singleElement()
                .asString()
                .contains("no endpoint of its EndpointSlices is ready");
        assertThat(advice(ROUTE + SLICE.replace("name: web, ", "")))
                .singleElement()
                .asString()
                .contains(
                        "its EndpointSlices have no port \"web\", the name of the Service's port 80", "without a name");
    }

    @Test
    void hostNamesInEndpointSlicesAreEndpoints() throws IOException {
        assertThat(advice(ROUTE + SLICE.replace("IPv4", "FQDN").replace("10.0.0.1", "app.example.com")))
                .isEmpty();
    }

    @Test
    void aCaCertificateThatHasExpiredIsTold() throws Exception {
        String ca = CertificateAuthority.create(
                        NOW.minus(Duration.ofDays(100)), Duration.ofDays(90), new SecureRandom())
                .keep()
                .certificate();
        for (String kind : List.of("ConfigMap", "Secret")) {
            String bundle = """
                    ---
                    apiVersion: v1
                    kind: %s
                    metadata: {name: ca}
                    %s:
                      ca.crt: |
                    %s
                    ---
                    apiVersion: gateway.networking.k8s.io/v1
                    kind: BackendTLSPolicy
                    metadata: {name: tls}
                    spec:
                      targetRefs: [{group: "", kind: Service, name: app}]
                      validation: {hostname: a.example.com, caCertificateRefs: [{group: "", kind: %s, name: ca}]}
                    """.formatted(
                            kind,
                            kind.equals("Secret") ? "stringData" : "data",
                            ca.indent(4).stripTrailing(),
                            kind);
            assertThat(advice(ROUTE + SLICE + bundle))
                    .singleElement()
                    .asString()
                    .contains(
                            kind + " default/ca",
                            "the CA certificate of ",
                            "expired at 2030-06-05T12:00:00Z; what it has signed is refused");
        }
    }

    @Test
    void aListenerWithoutHttpNeedsARoute() throws IOException {
        String gateway = """
                apiVersion: gateway.networking.k8s.io/v1
                kind: Gateway
                metadata: {name: edge}
                spec:
                  gatewayClassName: teg
                  listeners:
                  - {name: http, port: 80, protocol: HTTP}
                  - {name: tls, port: 443, protocol: TLS, tls: {mode: Passthrough}}
                  - {name: tcp, port: 5432, protocol: TCP}
                """;
        String route = """
                ---
                apiVersion: gateway.networking.k8s.io/v1
                kind: TCPRoute
                metadata: {name: db}
                spec:
                  parentRefs: [{name: edge, sectionName: tcp}]
                  rules: [{backendRefs: [{name: app, port: 80}]}]
                """;
        assertThat(advice(gateway))
                .containsExactly(
                        "f.yaml:8:5: warning: Gateway default/edge: spec.listeners[1]: no route is attached, so nothing listens"
                                + " on port 10443 for it (expected: TLSRoute with this listener as its parent)",
                        "f.yaml:9:5: warning: Gateway default/edge: spec.listeners[2]: no route is attached, so nothing listens"
                                + " on port 5432 for it (expected: TCPRoute with this listener as its parent)");
        assertThat(advice(gateway + route)).singleElement().asString().contains("spec.listeners[1]");
    }

    @Test
    void aCertificateThatClientsRefuseIsTold() throws Exception {
        assertThat(certificate(NOW.minus(Duration.ofDays(1)), Duration.ofDays(90)))
                .isEmpty();
        assertThat(certificate(NOW.minus(Duration.ofDays(100)), Duration.ofDays(90)))
                .singleElement()
                .asString()
                .startsWith("f.yaml:")
                .contains(
                        "warning: Secret default/cert: stringData.tls.crt: the certificate of O=Gatehouse expired at 2030-06-05T12:00:00Z");
        assertThat(certificate(NOW.plus(Duration.ofDays(3)), Duration.ofDays(90)))
                .singleElement()
                .asString()
                .contains("is not valid before 2030-06-18T");
        assertThat(certificate(NOW.minus(Duration.ofDays(80)), Duration.ofDays(90)))
                .singleElement()
                .asString()
                .contains("expires at 2030-06-25T12:00:00Z, in 10 days");
        assertThat(certificate(NOW.minus(Duration.ofHours(1)), Duration.ofDays(1)))
                .as("a short life is no reason")
                .isEmpty();
    }

    private List<String> certificate(Instant begin, Duration validity) throws IOException, GeneralSecurityException {
        SecureRandom random = new SecureRandom();
        Issued issued = CertificateAuthority.create(begin, Duration.ofDays(3650), random)
                .issue(new ProcessName.Fleet("a/b"), List.of("www.example.com"), begin, validity);
        return advice(TLS.formatted(
                issued.key().indent(4).stripTrailing(),
                issued.certificate().indent(4).stripTrailing()));
    }

    private List<String> advice(String text) throws IOException {
        Files.writeString(folder.resolve("f.yaml"), text);
        CalloutAddress callout = new CalloutAddress("callout.test", 18000);
        OfflineTranslation translation = OfflineTranslation.of(
                List.of(folder.resolve("f.yaml")),
                new Settings(
                        List.of(Settings.CONTROLLER_NAME),
                        Settings::shiftPrivileged,
                        new Settings.Callouts(callout, callout, callout)));
        assertThat(translation.problems())
                .allSatisfy(problem -> assertThat(problem.toString()).contains("Service default/app is not there"));
        return Advice.of(
                        translation.objects(),
                        translation.translator().gateways(),
                        translation.translator().statuses(),
                        NOW)
                .stream()
                .map(Problem::toString)
                .map(line -> line.replace(folder + "/", ""))
                .toList();
    }
}
