package dev.gatehouse.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.envoyprocess.Bootstrap;
import dev.gatehouse.identity.ProcessName;
import dev.gatehouse.identity.authority.CertificateAuthority;
import dev.gatehouse.identity.authority.Issued;
import dev.gatehouse.standalone.httpbin.Httpbin;
import dev.gatehouse.standalone.httpbin.HttpbinOptions;
import dev.gatehouse.standalone.process.ExampleFiles;
import dev.gatehouse.standalone.process.FiveServices;
import dev.gatehouse.standalone.process.FiveServices.Service;
import dev.gatehouse.standalone.process.WebClient;
import dev.gatehouse.testkit.FreePorts;
import dev.gatehouse.testkit.RealEnvoy;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The five services with a folder of certificates each ({@code GATEHOUSE_TLS_DIRECTORY}), and proxies with one of theirs. */
// The waits are bounded by silence; this ends a test that hangs.
@Timeout(value = 10, unit = TimeUnit.MINUTES)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class MutualTlsIT {
    private static final Duration YEAR = Duration.ofDays(365);
    private static final String FLEET = "httpbin/dedicated-gateway";

    private final WebClient web = new WebClient();
    private final SecureRandom random = new SecureRandom();

    @SuppressWarnings("NullAway.Init")
    private Path folder;

    @SuppressWarnings("NullAway.Init")
    private CertificateAuthority authority;

    @SuppressWarnings("NullAway.Init")
    private ExampleFiles files;

    @SuppressWarnings("NullAway.Init")
    private Httpbin backend;

    @SuppressWarnings("NullAway.Init")
    private FiveServices services;

    @SuppressWarnings("NullAway.Init")
    private RealEnvoy envoy;

    private int http;

    @BeforeAll
    void start(@TempDir Path temporary) throws Exception {
        folder = temporary;
        authority = CertificateAuthority.create(Instant.now(), YEAR, random);
        for (Service service : Service.values()) {
            write(
                    service.module(),
                    authority,
                    new ProcessName.Service(service.module()),
                    authority.keep().certificate());
        }
        write("proxy", authority, new ProcessName.Fleet(FLEET), authority.keep().certificate());
        http = FreePorts.one();
        backend = Httpbin.start(new HttpbinOptions(
                "app",
                "127.0.0.1",
                0,
                OptionalInt.empty(),
                OptionalInt.empty(),
                OptionalInt.empty(),
                Optional.empty()));
        files = ExampleFiles.copy("quickstart", folder.resolve("config"))
                .listenerPorts("gateway.yaml", http)
                .endpointPorts("backend.yaml", backend.httpPort());
        services = new FiveServices(
                        files.folder(),
                        "localhost",
                        service -> Map.of(
                                "GATEHOUSE_TLS_DIRECTORY",
                                folder.resolve(service.module()).toString(),
                                "GATEHOUSE_TLS_RELOAD",
                                "200ms"))
                .start();
        envoy = RealEnvoy.withBootstrap(bootstrap("proxy-1", FLEET, "proxy")).awaitReady();
        services.await(() -> web.status(http, "/httpbin/get") == 200, () -> "the first answer is not 200");
    }

    @AfterAll
    void stop() {
        if (envoy != null) {
            envoy.close();
        }
        if (services != null) {
            services.close();
        }
        if (backend != null) {
            backend.close();
        }
        web.close();
    }

    @Test
    void certificatesAndTheAuthorityAreExchangedUnderOpenStreams() throws Exception {
        long connections = envoy.stat("cluster.xds_cluster.upstream_cx_total");
        CertificateAuthority next = CertificateAuthority.create(Instant.now(), YEAR, random);
        String both = authority.keep().certificate() + next.keep().certificate();
        // First everybody believes both; then everybody shows a certificate of the new one; then the old one goes.
        for (Service service : Service.values()) {
            write(service.module(), authority, new ProcessName.Service(service.module()), both);
        }
        write("proxy", authority, new ProcessName.Fleet(FLEET), both);
        for (Service service : Service.values()) {
            write(service.module(), next, new ProcessName.Service(service.module()), both);
        }
        write("proxy", next, new ProcessName.Fleet(FLEET), both);
        for (Service service : Service.values()) {
            write(
                    service.module(),
                    next,
                    new ProcessName.Service(service.module()),
                    next.keep().certificate());
        }
        write("proxy", next, new ProcessName.Fleet(FLEET), next.keep().certificate());
        authority = next;

        // Who connects anew has the new certificate, and believes the new authority alone.
        services.await(
                () -> {
                    try (RealEnvoy late = RealEnvoy.withBootstrap(bootstrap("proxy-2", FLEET, "proxy"))
                            .awaitReady()) {
                        return late.configDump().contains("\"port_value\": " + http);
                    }
                },
                () -> "a proxy with a certificate of the new authority is not configured");
        // Over the streams that were open before, an edit arrives.
        files.edit("route.yaml", text -> text.replace("value: /httpbin/", "value: /moved/"));
        services.await(() -> web.status(http, "/moved/get") == 200, () -> "the edit does not count");
        assertThat(envoy.stat("cluster.xds_cluster.upstream_cx_total")).isEqualTo(connections);
        assertThat(envoy.stat("control_plane.connected_state")).isEqualTo(1);
        for (Service service : Service.values()) {
            assertThat(web.status(services.ports(service).http(), "/q/health/ready"))
                    .as(service.module())
                    .isEqualTo(200);
        }
    }

    @Test
    void aProxyIsGivenItsOwnFleetAlone() throws Exception {
        write(
                "stranger",
                authority,
                new ProcessName.Fleet("other/gateway"),
                authority.keep().certificate());
        try (RealEnvoy stranger =
                RealEnvoy.withBootstrap(bootstrap("proxy-3", FLEET, "stranger")).awaitLive()) {
            services.await(
                    () -> stranger.log().stream()
                            .anyMatch(line -> line.contains("is not for spiffe://gatehouse/fleet/other/gateway")),
                    () -> "it is not told why: " + stranger.log());
            assertThat(stranger.configDump()).doesNotContain("\"port_value\": " + http);
        }
    }

    @Test
    void nobodyIsServedInPlainText() throws Exception {
        try (RealEnvoy plain = RealEnvoy.fromXds(
                        "proxy-4", FLEET, services.ports(Service.XDS).grpc())
                .awaitLive()) {
            services.await(
                    () -> plain.stat("cluster.xds_cluster.upstream_cx_total") > 1, () -> "it has not tried again");
            assertThat(plain.configDump()).doesNotContain("\"port_value\": " + http);
        }
    }

    /** Writes a folder of key material, each file at once. */
    private void write(String name, CertificateAuthority signer, ProcessName process, String authorities)
            throws IOException, GeneralSecurityException {
        Issued issued = signer.issue(process, List.of("localhost"), Instant.now(), Duration.ofDays(1));
        Path directory = Files.createDirectories(folder.resolve(name));
        put(directory, "ca.crt", authorities);
        put(directory, "tls.key", issued.key());
        put(directory, "tls.crt", issued.certificate());
    }

    private static void put(Path directory, String name, String text) throws IOException {
        Path written = Files.writeString(directory.resolve("." + name), text);
        Files.move(
                written, directory.resolve(name), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** A bootstrap as proxies have it on Kubernetes: the certificate comes from files, and is taken anew as these change. */
    private String bootstrap(String node, String fleet, String keys) throws IOException {
        Path directory = folder.resolve(keys);
        Path certificate = sds(
                directory,
                "certificate",
                new JsonObject()
                        .put(
                                "tls_certificate",
                                new JsonObject()
                                        .put("certificate_chain", file(directory, "tls.crt"))
                                        .put("private_key", file(directory, "tls.key"))
                                        .put("watched_directory", new JsonObject().put("path", directory.toString()))));
        Path trusted = sds(
                directory,
                "trusted",
                new JsonObject()
                        .put(
                                "validation_context",
                                new JsonObject()
                                        .put("trusted_ca", file(directory, "ca.crt"))
                                        .put("watched_directory", new JsonObject().put("path", directory.toString()))));
        JsonObject bootstrap = new JsonObject(Bootstrap.of(
                        node,
                        fleet,
                        new InetSocketAddress(
                                InetAddress.getLoopbackAddress(),
                                services.ports(Service.XDS).grpc()))
                .json());
        JsonObject cluster = bootstrap
                .getJsonObject("static_resources")
                .getJsonArray("clusters")
                .getJsonObject(0);
        JsonObject common = new JsonObject()
                .put("tls_params", new JsonObject().put("tls_maximum_protocol_version", "TLSv1_3"))
                .put("alpn_protocols", new JsonArray().add("h2"))
                .put("tls_certificate_sds_secret_configs", new JsonArray().add(config("certificate", certificate)))
                .put(
                        "combined_validation_context",
                        new JsonObject()
                                .put(
                                        "default_validation_context",
                                        new JsonObject()
                                                .put(
                                                        "match_typed_subject_alt_names",
                                                        new JsonArray()
                                                                .add(
                                                                        new JsonObject()
                                                                                .put("san_type", "URI")
                                                                                .put(
                                                                                        "matcher",
                                                                                        new JsonObject()
                                                                                                .put(
                                                                                                        "exact",
                                                                                                        "spiffe://gatehouse/service/xds-svc")))))
                                .put("validation_context_sds_secret_config", config("trusted", trusted)));
        cluster.put(
                "transport_socket",
                new JsonObject()
                        .put("name", "envoy.transport_sockets.tls")
                        .put(
                                "typed_config",
                                new JsonObject()
                                        .put(
                                                "@type",
                                                "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext")
                                        .put("common_tls_context", common)));
        return bootstrap.encode();
    }

    private static JsonObject file(Path directory, String name) {
        return new JsonObject().put("filename", directory.resolve(name).toString());
    }

    private static JsonObject config(String name, Path file) {
        return new JsonObject()
                .put("name", name)
                .put(
                        "sds_config",
                        new JsonObject()
                                .put("path_config_source", new JsonObject().put("path", file.toString()))
                                .put("resource_api_version", "V3"));
    }

    private static Path sds(Path directory, String name, JsonObject content) throws IOException {
        JsonObject secret = content.put("@type", "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret")
                .put("name", name);
        return Files.writeString(
                directory.resolveSibling(directory.getFileName() + "-" + name + ".json"),
                new JsonObject().put("resources", new JsonArray().add(secret)).encode());
    }
}
