package dev.gatehouse.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.api.events.v1.SecurityEvent;
import dev.gatehouse.standalone.httpbin.Httpbin;
import dev.gatehouse.standalone.httpbin.HttpbinOptions;
import dev.gatehouse.standalone.process.ExampleFiles;
import dev.gatehouse.standalone.process.FiveServices;
import dev.gatehouse.standalone.process.FiveServices.Service;
import dev.gatehouse.standalone.process.SteadyTraffic;
import dev.gatehouse.standalone.process.WebClient;
import dev.gatehouse.testkit.Await;
import dev.gatehouse.testkit.FreePorts;
import dev.gatehouse.testkit.KafkaBroker;
import dev.gatehouse.testkit.RealEnvoy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The five services with the config log on a real Kafka: what is served outlives each of them, and the broker. */
@Timeout(180)
final class KafkaIT {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final String FLEET = "httpbin/dedicated-gateway";

    private static final String KEYS = """
        apiVersion: v1
        kind: Secret
        metadata: {name: keys, namespace: httpbin}
        stringData: {partner: right-key}
        ---
        apiVersion: gateway.envoyproxy.io/v1alpha1
        kind: SecurityPolicy
        metadata: {name: keys, namespace: httpbin}
        spec:
          targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: httpbin}]
          apiKeyAuth: {credentialRefs: [{name: keys}], extractFrom: [{headers: [x-key]}]}
        """;

    @Test
    void proxiesAreServedWhoeverOfControllerXdsSvcAndBrokerIsStartedAnew(@TempDir Path folder) throws Exception {
        int http = FreePorts.one();
        try (Httpbin backend = backend();
                WebClient web = new WebClient();
                KafkaBroker broker = new KafkaBroker(Files.createDirectories(folder.resolve("kafka")))) {
            ExampleFiles files = ExampleFiles.copy("quickstart", folder.resolve("config"))
                    .listenerPorts("gateway.yaml", http)
                    .endpointPorts("backend.yaml", backend.httpPort());
            Map<String, String> kafka = Map.of("GATEHOUSE_KAFKA_BOOTSTRAP_SERVERS", broker.address());
            try (FiveServices services = new FiveServices(
                                    files.folder(),
                                    "127.0.0.1",
                                    service -> List.of(Service.CONTROLLER, Service.XDS)
                                                    .contains(service)
                                            ? kafka
                                            : Map.of())
                            .start();
                    RealEnvoy envoy = RealEnvoy.fromXds(
                                    "proxy-1",
                                    FLEET,
                                    services.ports(Service.XDS).grpc())
                            .awaitReady()) {
                Await.until(() -> web.status(http, "/httpbin/get") == 200, SOON, () -> "the first answer is not 200");

                // Without the controller, a new xds-svc has the configuration from Kafka.
                services.service(Service.CONTROLLER).kill();
                services.service(Service.XDS).kill();
                services.launch(Service.XDS);
                services.awaitReady(Service.XDS);
                try (RealEnvoy late = RealEnvoy.fromXds(
                                "proxy-2", FLEET, services.ports(Service.XDS).grpc())
                        .awaitReady()) {
                    assertThat(late.configDump()).contains("\"port_value\": " + http);
                }

                // A new controller begins a new epoch, and goes on from there.
                services.launch(Service.CONTROLLER);
                services.awaitReady(Service.CONTROLLER);
                files.edit("route.yaml", text -> text.replace("value: /httpbin/", "value: /moved/"));
                Await.until(() -> web.status(http, "/moved/get") == 200, SOON, () -> "the edit does not count");

                // What changes while the broker is away arrives once it is back.
                broker.stop();
                Await.until(
                        () -> web.get(services.ports(Service.XDS).http(), "/q/health")
                                .body()
                                .contains("\"connected\": false"),
                        SOON,
                        () -> "xds-svc has not seen that the broker is gone");
                files.edit("route.yaml", text -> text.replace("value: /moved/", "value: /again/"));
                assertThat(web.status(http, "/moved/get")).isEqualTo(200);
                assertThat(envoy.stat("server.live")).isEqualTo(1);
                broker.restart();
                Await.until(() -> web.status(http, "/again/get") == 200, SOON, () -> "the second edit does not count");
            }
        }
    }

    /** In the order of docs/configuration.md: the controller speaks both, so that xds-svc can change over. */
    @Test
    void theConfigLogMovesToKafkaAndBackUnderTraffic(@TempDir Path folder) throws Exception {
        int http = FreePorts.one();
        Map<Service, Map<String, String>> settings = new ConcurrentHashMap<>();
        try (Httpbin backend = backend();
                WebClient web = new WebClient();
                KafkaBroker broker = new KafkaBroker(Files.createDirectories(folder.resolve("kafka")))) {
            ExampleFiles files = ExampleFiles.copy("quickstart", folder.resolve("config"))
                    .listenerPorts("gateway.yaml", http)
                    .endpointPorts("backend.yaml", backend.httpPort());
            Map<String, String> kafka = Map.of("GATEHOUSE_KAFKA_BOOTSTRAP_SERVERS", broker.address());
            try (FiveServices services = new FiveServices(
                                    files.folder(), "127.0.0.1", service -> settings.getOrDefault(service, Map.of()))
                            .start();
                    RealEnvoy envoy = RealEnvoy.fromXds(
                                    "proxy-1",
                                    FLEET,
                                    services.ports(Service.XDS).grpc())
                            .awaitReady()) {
                Await.until(() -> web.status(http, "/httpbin/get") == 200, SOON, () -> "the first answer is not 200");
                try (SteadyTraffic traffic = SteadyTraffic.of(() -> web.status(http, "/httpbin/get"))) {
                    String route =
                            files.read("route.yaml").replace("name: httpbin\n  namespace", "name: second\n  namespace");
                    for (Service service : List.of(Service.CONTROLLER, Service.XDS, Service.XDS, Service.CONTROLLER)) {
                        boolean toKafka = !settings.containsKey(service);
                        if (toKafka) {
                            settings.put(service, kafka);
                        } else {
                            settings.remove(service);
                        }
                        services.end(service, SOON);
                        services.launch(service);
                        services.awaitReady(service);
                        String next = "/" + service.module() + (toKafka ? "-kafka/" : "-grpc/");
                        files.write("second.yaml", route.replace("value: /httpbin/", "value: " + next));
                        Await.until(
                                () -> web.status(http, next + "get") == 200,
                                SOON,
                                () -> "the edit that makes it " + next + " does not count");
                    }
                    assertThat(traffic.failed()).isEmpty();
                }
                assertThat(envoy.stat("server.live")).isEqualTo(1);
            }
        }
    }

    /** What authz-svc refuses is told on the topic of security events, with nothing secret; a broker that is away keeps no request waiting. */
    @Test
    void refusalsOfAuthzSvcAreOnKafkaAndRequestsDoNotWaitForIt(@TempDir Path folder) throws Exception {
        int http = FreePorts.one();
        try (Httpbin backend = backend();
                WebClient web = new WebClient();
                KafkaBroker broker = new KafkaBroker(Files.createDirectories(folder.resolve("kafka")))) {
            ExampleFiles files = ExampleFiles.copy("quickstart", folder.resolve("config"))
                    .listenerPorts("gateway.yaml", http)
                    .endpointPorts("backend.yaml", backend.httpPort());
            files.write("keys.yaml", KEYS);
            Map<String, String> kafka = Map.of(
                    "GATEHOUSE_KAFKA_BOOTSTRAP_SERVERS",
                    broker.address(),
                    "GATEHOUSE_AUTHZ_AUDIT_SUBJECT",
                    "plain",
                    "GATEHOUSE_AUTHZ_NODE_ID",
                    "authz-1");
            try (FiveServices services = new FiveServices(
                                    files.folder(), "127.0.0.1", service -> service == Service.AUTHZ ? kafka : Map.of())
                            .start();
                    RealEnvoy envoy = RealEnvoy.fromXds(
                                    "proxy-1",
                                    FLEET,
                                    services.ports(Service.XDS).grpc())
                            .awaitReady();
                    KafkaConsumer<byte[], byte[]> reader = new KafkaConsumer<>(
                            Map.of(
                                    "bootstrap.servers",
                                    broker.address(),
                                    "group.id",
                                    "test",
                                    "auto.offset.reset",
                                    "earliest",
                                    "metadata.max.age.ms",
                                    "500"),
                            new ByteArrayDeserializer(),
                            new ByteArrayDeserializer())) {
                Await.until(
                        () -> web.status(http, "/httpbin/get", "x-key", "right-key") == 200,
                        SOON,
                        () -> "the key is not known");
                assertThat(web.status(http, "/httpbin/get", "x-key", "stolen-key"))
                        .isEqualTo(401);
                reader.subscribe(List.of("gatehouse.security"));
                List<SecurityEvent> events = new ArrayList<>();
                Await.until(
                        () -> {
                            for (ConsumerRecord<byte[], byte[]> record : reader.poll(Duration.ofSeconds(1))) {
                                events.add(SecurityEvent.parseFrom(record.value()));
                            }
                            return events.stream()
                                    .anyMatch(event ->
                                            event.getAccess().getOutcome().equals("key-unknown"));
                        },
                        SOON,
                        () -> "no event of a refusal: " + events);
                assertThat(events).allSatisfy(event -> {
                    assertThat(event.getService()).isEqualTo("authz-svc");
                    assertThat(event.getReporter()).isEqualTo("authz-1");
                    assertThat(event.getPolicy()).isEqualTo("httpbin/keys");
                    assertThat(event.getAccess().getKind()).isEqualTo(SecurityEvent.AccessEvent.Kind.DENIAL);
                    assertThat(event.getAccess().getCheck()).isEqualTo("api-key");
                    assertThat(event.getExchange().getClientAddress()).isEqualTo("127.0.0.1");
                    assertThat(event.toString()).doesNotContain("stolen-key", "right-key");
                });
                broker.stop();
                for (int i = 0; i < 20; i++) {
                    assertThat(web.status(http, "/httpbin/get", "x-key", "stolen-key"))
                            .isEqualTo(401);
                    assertThat(web.status(http, "/httpbin/get", "x-key", "right-key"))
                            .isEqualTo(200);
                }
                assertThat(envoy.stat("server.live")).isEqualTo(1);
            }
        }
    }

    private static Httpbin backend() throws IOException {
        return Httpbin.start(new HttpbinOptions(
                "app",
                "127.0.0.1",
                0,
                OptionalInt.empty(),
                OptionalInt.empty(),
                OptionalInt.empty(),
                Optional.empty()));
    }
}
