package dev.gatehouse.xds.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;

import com.google.protobuf.Message;
import dev.gatehouse.api.authz.v1.AccessPolicy;
import dev.gatehouse.api.authz.v1.Introspection;
import dev.gatehouse.envoyapi.TypeUrls;
import dev.gatehouse.events.MemoryConfigLog;
import dev.gatehouse.events.Put;
import dev.gatehouse.events.ResourceId;
import dev.gatehouse.events.Transaction;
import dev.gatehouse.testkit.Await;
import dev.gatehouse.xds.snapshot.SnapshotStore;
import dev.gatehouse.xds.stream.TypeStatus;
import dev.gatehouse.xds.view.Subscriber;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.GenericSecret;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsCertificate;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

final class XdsPagesTest {
    private static final Instant NOW = Instant.parse("2026-11-28T21:00:00Z");

    private final SnapshotStore store = new SnapshotStore();
    private final MemoryConfigLog log = new MemoryConfigLog("epoch");

    private XdsPages pages(Subscriber... subscribers) {
        log.follow(Optional.empty(), store);
        return new XdsPages(() -> Arrays.asList(subscribers), store);
    }

    @Test
    void whatAFleetIsServedHasVersionsAndBytesButNoSecret() throws Exception {
        XdsPages pages = pages();
        append(
                "shop/front",
                put(
                        "shop/front",
                        TypeUrls.CLUSTER,
                        "c1",
                        Cluster.newBuilder().setName("c1").build()),
                put(
                        "shop/front",
                        TypeUrls.SECRET,
                        "certificate",
                        Secret.newBuilder()
                                .setTlsCertificate(TlsCertificate.newBuilder()
                                        .setCertificateChain(text("public chain"))
                                        .setPrivateKey(text("planted-private-key")))
                                .build()),
                put(
                        "shop/front",
                        TypeUrls.SECRET,
                        "credential",
                        Secret.newBuilder()
                                .setGenericSecret(GenericSecret.newBuilder().setSecret(text("planted-password")))
                                .build()));
        append(
                "gatehouse/authz",
                put(
                        "gatehouse/authz",
                        TypeUrls.ACCESS,
                        "p",
                        AccessPolicy.newBuilder()
                                .addIntrospections(Introspection.newBuilder()
                                        .setClientId("gateway")
                                        .setClientSecret("planted-client-secret"))
                                .build()));
        Await.until(() -> store.current("gatehouse/authz").isPresent(), Duration.ofSeconds(30), () -> "two fleets");
        JsonObject front = pages.resources("shop/front");
        assertThat(front.getLong("offset")).isEqualTo(1);
        Map<String, JsonObject> byName = objects(front.getJsonArray("resources")).stream()
                .collect(Collectors.toMap(each -> each.getString("name"), Function.identity()));
        assertThat(byName.keySet()).containsExactlyInAnyOrder("c1", "certificate", "credential");
        JsonObject certificate = Objects.requireNonNull(byName.get("certificate"));
        assertThat(Cluster.parseFrom(bytes(Objects.requireNonNull(byName.get("c1"))))
                        .getName())
                .isEqualTo("c1");
        assertThat(certificate.getString("version")).isEqualTo("version of certificate");
        assertThat(new String(bytes(certificate), UTF_8)).contains("public chain");
        AccessPolicy shown = AccessPolicy.parseFrom(
                bytes(objects(pages.resources("gatehouse/authz").getJsonArray("resources"))
                        .getFirst()));
        assertThat(shown.getIntrospections(0).getClientId()).isEqualTo("gateway");
        assertThat(shown.getIntrospections(0).getClientSecret()).isEqualTo("(redacted)");
        byName.values()
                .forEach(each -> assertThat(new String(bytes(each), UTF_8)).doesNotContain("planted"));
        assertThat(objects(pages.fleets().getJsonArray("fleets")))
                .extracting(each -> each.getString("fleet"), each -> each.getInteger("resources"))
                .containsExactly(tuple("gatehouse/authz", 1), tuple("shop/front", 3));
        assertThatThrownBy(() -> pages.resources("shop/frnt"))
                .hasMessage("Nothing is published for \"shop/frnt\" (expected: one of [gatehouse/authz, shop/front]).");
    }

    @Test
    void aSubscriberIsToldWithWhatItAcknowledgedAndRefuses() {
        TypeStatus type = new TypeStatus(
                TypeUrls.CLUSTER,
                "4",
                "3",
                Optional.of(NOW.minusSeconds(12)),
                5,
                false,
                Set.of("b", "a"),
                Set.of("b"),
                Optional.of("b: wrong"));
        JsonObject told = objects(pages(new Subscriber(
                                "shop/front", "pod-1", "1.40.0", "delta", NOW, List.of(type), Optional.empty()))
                        .subscribers(NOW))
                .getFirst();
        assertThat(told.getString("node")).isEqualTo("pod-1");
        assertThat(told.getLong("applied")).isZero();
        JsonObject first = told.getJsonArray("types").getJsonObject(0);
        assertThat(first.getLong("lastAckAgeMillis")).isEqualTo(12_000);
        assertThat(first.getJsonArray("subscribed")).containsExactly("a", "b");
        assertThat(first.getString("error")).isEqualTo("b: wrong");
    }

    private void append(String fleet, Put... puts) {
        log.append(new Transaction(fleet, List.of(puts), List.of(), NOW, false));
    }

    private static Put put(String fleet, String typeUrl, String name, Message message) {
        return new Put(new ResourceId(fleet, typeUrl, name), "version of " + name, message.toByteString(), false);
    }

    private static DataSource text(String text) {
        return DataSource.newBuilder().setInlineString(text).build();
    }

    private static byte[] bytes(JsonObject resource) {
        return Base64.getDecoder().decode(resource.getString("value"));
    }

    private static List<JsonObject> objects(JsonArray array) {
        return array.stream().map(JsonObject.class::cast).toList();
    }
}
