package dev.gatehouse.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.gatehouse.standalone.process.ChildJvm;
import dev.gatehouse.testkit.Await;
import dev.gatehouse.testkit.FreePorts;
import dev.gatehouse.testkit.MaxMindDatabase;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Rules about where clients are, in a real Envoy with databases that the test writes. The address is the one that X-Forwarded-For names. */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class GeoIT {
    private static final String SEATTLE = "198.51.100.7";
    private static final String PORTLAND = "198.51.101.7";
    private static final String LONDON = "203.0.113.7";
    private static final String TOR = "192.0.2.7";
    private static final String VPN = "192.0.2.130";
    private static final String HOSTING = "198.51.102.7";
    private static final String PROXY = "198.51.102.130";
    private static final String NOWHERE = "100.64.0.1";

    private static final String OBJECTS = """
            apiVersion: gateway.networking.k8s.io/v1
            kind: Gateway
            metadata: {name: front, namespace: default}
            spec:
              gatewayClassName: gatehouse
              infrastructure: {parametersRef: {group: gateway.envoyproxy.io, kind: EnvoyProxy, name: located}}
              listeners: [{name: http, protocol: HTTP, port: ${port}}]
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: EnvoyProxy
            metadata: {name: located, namespace: default}
            spec:
              geoIP:
                provider:
                  type: MaxMind
                  maxMind:
                    cityDbSource: {local: {path: ${folder}/city.mmdb}}
                    countryDbSource: {local: {path: ${folder}/country.mmdb}}
                    asnDbSource: {local: {path: ${folder}/asn.mmdb}}
                    ispDbSource: {local: {path: ${folder}/isp.mmdb}}
                    anonymousIpDbSource: {local: {path: ${folder}/anonymous.mmdb}}
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: ClientTrafficPolicy
            metadata: {name: forwarded, namespace: default}
            spec:
              targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: front}]
              clientIPDetection: {xForwardedFor: {numTrustedHops: 1}}
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: Backend
            metadata: {name: app, namespace: default}
            spec: {endpoints: [{ip: {address: 127.0.0.1, port: ${app}}}]}
            """;

    private static final String ROUTE = """
            ---
            apiVersion: gateway.networking.k8s.io/v1
            kind: HTTPRoute
            metadata: {name: ${name}, namespace: default}
            spec:
              parentRefs: [{name: front}]
              rules:
              - matches: [{path: {value: /${name}}}]
                backendRefs: [{group: gateway.envoyproxy.io, kind: Backend, name: app}]
            """;

    private static final String POLICY = """
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: SecurityPolicy
            metadata: {name: ${name}, namespace: default}
            spec:
              targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: ${name}}]
              authorization:
                defaultAction: Deny
                rules: [{action: Allow, principal: {clientIPGeoLocations: [${locations}]}}]
            """;

    private final List<Integer> ports = FreePorts.some(3);
    private final HttpClient client = HttpClient.newHttpClient();
    private final StringBuilder files = new StringBuilder();

    @SuppressWarnings("NullAway.Init")
    private HttpServer app;

    @SuppressWarnings("NullAway.Init")
    private ChildJvm gatehouse;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        writeDatabases(folder);
        app = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        app.createContext("/", exchange -> {
            byte[] seen = exchange.getRequestHeaders().keySet().toString().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, seen.length);
            exchange.getResponseBody().write(seen);
            exchange.close();
        });
        app.start();
        files.append(OBJECTS.replace("${port}", ports.get(2).toString())
                .replace("${folder}", folder.toString())
                .replace("${app}", Integer.toString(app.getAddress().getPort())));
        files.append(ROUTE.replace("${name}", "open"));
        guarded("country", "{country: us}, {country: CH}");
        guarded("city", "{country: US, region: WA, city: seattle}");
        guarded("asn", "{asn: 64500}");
        guarded("isp", "{isp: Example Net}");
        guarded("tor", "{anonymous: {isTor: true}}");
        guarded("hosted", "{anonymous: {isHosting: true}}");
        guarded("proxied", "{anonymous: {isProxy: true}}");
        guarded("hidden", "{anonymous: {isAnonymous: true, isVPN: true}}");
        guarded("visible", "{anonymous: {isAnonymous: false, isTor: false}}");
        Files.writeString(Files.createDirectory(folder.resolve("objects")).resolve("all.yaml"), files.toString());
        gatehouse = ChildJvm.serving(ports.get(0), ports.get(1), folder.resolve("objects"));
        Await.orSilent(
                () -> answers() && status("/open", NOWHERE) == 200,
                () -> gatehouse.lines().size(),
                () -> gatehouse.output());
    }

    private static void writeDatabases(Path folder) throws IOException {
        new MaxMindDatabase("GeoLite2-City")
                .with("198.51.100.0/24", place("US", "WA", "Seattle"))
                .with("198.51.101.0/24", place("US", "OR", "Portland"))
                .write(folder.resolve("city.mmdb"));
        new MaxMindDatabase("GeoLite2-Country")
                .with("198.51.100.0/23", Map.of("country", Map.of("iso_code", "US")))
                .with("203.0.113.0/24", Map.of("country", Map.of("iso_code", "GB")))
                .write(folder.resolve("country.mmdb"));
        new MaxMindDatabase("GeoLite2-ASN")
                .with("203.0.113.0/24", Map.of("autonomous_system_number", 64500))
                .write(folder.resolve("asn.mmdb"));
        new MaxMindDatabase("GeoIP2-ISP")
                .with("203.0.113.0/24", Map.of("isp", "Example Net"))
                .write(folder.resolve("isp.mmdb"));
        new MaxMindDatabase("GeoIP2-Anonymous-IP")
                .with("192.0.2.0/25", Map.of("is_anonymous", true, "is_tor_exit_node", true))
                .with("192.0.2.128/25", Map.of("is_anonymous", true, "is_anonymous_vpn", true))
                .with("198.51.102.0/25", Map.of("is_anonymous", true, "is_hosting_provider", true))
                .with("198.51.102.128/25", Map.of("is_anonymous", true, "is_public_proxy", true))
                .write(folder.resolve("anonymous.mmdb"));
    }

    private static Map<String, Object> place(String country, String region, String city) {
        return Map.of(
                "country", Map.of("iso_code", country),
                "subdivisions", List.of(Map.of("iso_code", region)),
                "city", Map.of("names", Map.of("en", city)));
    }

    private void guarded(String name, String locations) {
        files.append(ROUTE.replace("${name}", name))
                .append(POLICY.replace("${name}", name).replace("${locations}", locations));
    }

    @AfterAll
    void stop() {
        if (gatehouse != null) {
            gatehouse.close();
        }
        if (app != null) {
            app.stop(0);
        }
    }

    @Test
    void aClientIsLetPassByItsCountry() throws Exception {
        assertThat(status("/country", SEATTLE)).isEqualTo(200);
        assertThat(status("/country", PORTLAND)).isEqualTo(200);
        assertThat(status("/country", LONDON)).isEqualTo(403);
        assertThat(status("/country", NOWHERE)).isEqualTo(403);
    }

    @Test
    void allThatALocationSaysMustMatch() throws Exception {
        assertThat(status("/city", SEATTLE)).isEqualTo(200);
        assertThat(status("/city", PORTLAND)).isEqualTo(403);
    }

    @Test
    void aClientIsLetPassByItsNetwork() throws Exception {
        assertThat(status("/asn", LONDON)).isEqualTo(200);
        assertThat(status("/asn", SEATTLE)).isEqualTo(403);
        assertThat(status("/isp", LONDON)).isEqualTo(200);
        assertThat(status("/isp", SEATTLE)).isEqualTo(403);
    }

    @Test
    void aClientIsLetPassByWhatHidesIt() throws Exception {
        assertThat(status("/tor", TOR)).isEqualTo(200);
        assertThat(status("/tor", VPN)).isEqualTo(403);
        assertThat(status("/hosted", HOSTING)).isEqualTo(200);
        assertThat(status("/hosted", PROXY)).isEqualTo(403);
        assertThat(status("/proxied", PROXY)).isEqualTo(200);
        assertThat(status("/proxied", HOSTING)).isEqualTo(403);
        assertThat(status("/hidden", VPN)).isEqualTo(200);
        assertThat(status("/hidden", TOR)).isEqualTo(403);
        assertThat(status("/visible", TOR)).isEqualTo(403);
        assertThat(status("/visible", LONDON)).as("no database hides it").isEqualTo(200);
    }

    @Test
    void noClientSaysItselfWhereItIs() throws Exception {
        assertThat(status("/country", NOWHERE, "x-gatehouse-geo-country", "US")).isEqualTo(403);
        assertThat(response("/open", SEATTLE).body()).doesNotContainIgnoringCase("gatehouse-geo");
    }

    private boolean answers() throws Exception {
        try {
            status("/open", NOWHERE);
            return true;
        } catch (ConnectException e) {
            return false;
        }
    }

    private int status(String path, String address, String... headers) throws Exception {
        return response(path, address, headers).statusCode();
    }

    private HttpResponse<String> response(String path, String address, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + ports.get(2) + path))
                .header("X-Forwarded-For", address);
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }
}
