package dev.gatehouse.controller.patch;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import dev.gatehouse.api.envoy.v1.TracingFields;
import dev.gatehouse.controller.patch.PatchedResource.Identity;
import dev.gatehouse.controller.patch.PatchedResource.Outcome;
import dev.gatehouse.controller.proto.NewerFields;
import dev.gatehouse.controller.proto.Protos;
import dev.gatehouse.envoyapi.TypeUrls;
import dev.gatehouse.gatewayapi.EnvoyPatchPolicy.Patch;
import dev.gatehouse.gatewayapi.merge.JsonPatch.Op;
import dev.gatehouse.gatewayapi.merge.JsonPatch.Operation;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.FilterChainMatch;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.config.route.v3.Tracing;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import io.envoyproxy.envoy.extensions.load_balancing_policies.common.v3.LocalityLbConfig;
import io.envoyproxy.envoy.extensions.load_balancing_policies.common.v3.SlowStartConfig;
import io.envoyproxy.envoy.extensions.load_balancing_policies.least_request.v3.LeastRequest;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsCertificate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PatchedResourceTest {
    private static final Cluster CLUSTER = Cluster.newBuilder()
            .setName("c")
            .setConnectTimeout(com.google.protobuf.Duration.newBuilder().setSeconds(1))
            .build();

    private static Patch patch(String typeUrl, Op op, String path, @Nullable Object value) {
        return new Patch(typeUrl, "c", new Operation(op, path, Optional.empty(), value), Optional.empty());
    }

    private static PatchedResource clusters(Optional<Message> cluster, Patch... patches) {
        return PatchedResource.of(new Identity(TypeUrls.CLUSTER, "c"), cluster, List.of(patches));
    }

    private static Patch cluster(Op op, String path, @Nullable Object value) {
        return patch(TypeUrls.CLUSTER, op, path, value);
    }

    @Test
    void aPatchThatFailsCostsItselfOnly() {
        PatchedResource result = clusters(
                Optional.of(CLUSTER),
                cluster(Op.add, "/alt_stat_name", "one"),
                cluster(Op.add, "/no_such_field", 1L),
                cluster(Op.replace, "/connect_timeout", "2s"),
                cluster(Op.replace, "/connect_timeout", "0s"));
        assertThat(result.resource())
                .contains(CLUSTER.toBuilder()
                        .setAltStatName("one")
                        .setConnectTimeout(
                                com.google.protobuf.Duration.newBuilder().setSeconds(2))
                        .build());
        assertThat(result.outcomes())
                .containsExactly(
                        new Outcome.Applied(),
                        new Outcome.Failed("the result is not a Cluster: Cannot find field: no_such_field in message"
                                + " envoy.config.cluster.v3.Cluster"),
                        new Outcome.Applied(),
                        new Outcome.Failed(
                                "Envoy would refuse the result: connect_timeout: 0s (expected: more than 0s)"));
        assertThat(result.effective()).containsExactlyInAnyOrder(0, 2);
        assertThat(result.unpatched()).contains(CLUSTER);
    }

    @Test
    void aPatchThatChangesNothingIsAppliedAndHasNoEffect() {
        PatchedResource result = clusters(
                Optional.of(CLUSTER),
                cluster(Op.test, "/connect_timeout", "1s"),
                cluster(Op.replace, "/connect_timeout", "1s"));
        assertThat(result.outcomes()).containsOnly(new Outcome.Applied());
        assertThat(result.effective()).isEmpty();
        assertThat(result.resource()).contains(CLUSTER);
    }

    @Test
    void aResourceThatAPatchAddsIsPatchedByThoseAfterItAlone() {
        PatchedResource result = clusters(
                Optional.empty(),
                cluster(Op.add, "/alt_stat_name", "too early"),
                cluster(Op.add, "", Map.of("name", "c", "connectTimeout", "1s")),
                cluster(Op.replace, "/connect_timeout", "2s"));
        assertThat(result.outcomes())
                .containsExactly(new Outcome.NotFound(), new Outcome.Applied(), new Outcome.Applied());
        assertThat(result.unpatched()).contains(CLUSTER);
        assertThat(result.resource()
                        .map(each -> ((Cluster) each).getConnectTimeout().getSeconds()))
                .contains(2L);
    }

    @Test
    void aNameIsKept() {
        PatchedResource result = clusters(Optional.of(CLUSTER), cluster(Op.replace, "/name", "d"));
        assertThat(result.resource()).contains(CLUSTER);
        assertThat(result.outcomes().getFirst().toString()).contains("is called \"d\" (expected: \"c\"");
    }

    @Test
    void theEndpointsOfAClusterThatResolvesThemMayBeNames() {
        Map<String, Object> endpoint = Map.of(
                "endpoint",
                Map.of("address", Map.of("socket_address", Map.of("address", "a.example.com", "port_value", 80L))));
        Map<String, Object> endpoints =
                Map.of("cluster_name", "c", "endpoints", List.of(Map.of("lb_endpoints", List.of(endpoint))));
        assertThat(clusters(
                                Optional.of(CLUSTER),
                                cluster(Op.add, "/type", "STRICT_DNS"),
                                cluster(Op.add, "/load_assignment", endpoints))
                        .outcomes())
                .containsOnly(new Outcome.Applied());
        assertThat(clusters(Optional.of(CLUSTER), cluster(Op.add, "/load_assignment", endpoints))
                        .outcomes()
                        .toString())
                .contains("is not an IP address");
    }

    @Test
    void fieldsThatTheClassesDoNotKnowYetStay() {
        Route route = Route.newBuilder()
                .setMatch(RouteMatch.newBuilder().setPrefix("/"))
                .setRoute(RouteAction.newBuilder().setCluster("c"))
                .setTracing(NewerFields.with(
                        Tracing.getDefaultInstance(),
                        TracingFields.newBuilder().setOperation("op").build()))
                .build();
        RouteConfiguration table = RouteConfiguration.newBuilder()
                .setName("c")
                .addVirtualHosts(
                        VirtualHost.newBuilder().setName("h").addDomains("*").addRoutes(route))
                .build();
        PatchedResource result = PatchedResource.of(
                new Identity(TypeUrls.ROUTES, "c"),
                Optional.of(table),
                List.of(patch(TypeUrls.ROUTES, Op.add, "/virtual_hosts/0/include_request_attempt_count", true)));
        assertThat(result.resource())
                .contains(table.toBuilder()
                        .setVirtualHosts(0, table.getVirtualHosts(0).toBuilder().setIncludeRequestAttemptCount(true))
                        .build());
    }

    @Test
    void theChainWithoutAConditionIsTheDefaultOne() {
        Listener listener = Listener.newBuilder()
                .setName("c")
                .addFilterChains(FilterChain.newBuilder()
                        .setFilterChainMatch(FilterChainMatch.newBuilder().addServerNames("a.example.com"))
                        .addFilters(Filter.newBuilder().setName("first")))
                .addFilterChains(
                        FilterChain.newBuilder().addFilters(Filter.newBuilder().setName("second")))
                .build();
        PatchedResource result = PatchedResource.of(
                new Identity(TypeUrls.LISTENER, "c"),
                Optional.of(listener),
                List.of(
                        patch(TypeUrls.LISTENER, Op.replace, "/default_filter_chain/filters/0/name", "patched"),
                        patch(TypeUrls.LISTENER, Op.replace, "/filter_chains/0/filters/0/name", "also")));
        Listener.Builder expected = listener.toBuilder();
        expected.getFilterChainsBuilder(1).getFiltersBuilder(0).setName("patched");
        expected.getFilterChainsBuilder(0).getFiltersBuilder(0).setName("also");
        assertThat(result.resource()).contains(expected.build());
    }

    @Test
    void theUsualBalancingPolicyHasItsLongFormForPatchesOfIt() {
        Cluster usual = CLUSTER.toBuilder()
                .setLbPolicy(Cluster.LbPolicy.LEAST_REQUEST)
                .setCommonLbConfig(Cluster.CommonLbConfig.newBuilder()
                        .setLocalityWeightedLbConfig(
                                Cluster.CommonLbConfig.LocalityWeightedLbConfig.getDefaultInstance()))
                .build();
        String config = "/load_balancing_policy/policies/0/typed_extension_config/typed_config";
        PatchedResource result = clusters(
                Optional.of(usual), cluster(Op.add, config + "/slow_start_config", Map.of("slow_start_window", "30s")));
        assertThat(result.outcomes()).containsExactly(new Outcome.Applied());
        Cluster patched = (Cluster) result.resource().orElseThrow();
        assertThat(patched.getLbPolicyValue()).isZero();
        assertThat(patched.hasCommonLbConfig()).isFalse();
        assertThat(patched.getLoadBalancingPolicy()
                        .getPolicies(0)
                        .getTypedExtensionConfig()
                        .getTypedConfig())
                .isEqualTo(Protos.any(LeastRequest.newBuilder()
                        .setLocalityLbConfig(LocalityLbConfig.newBuilder()
                                .setLocalityWeightedLbConfig(
                                        LocalityLbConfig.LocalityWeightedLbConfig.getDefaultInstance()))
                        .setSlowStartConfig(SlowStartConfig.newBuilder()
                                .setSlowStartWindow(com.google.protobuf.Duration.newBuilder()
                                        .setSeconds(30)))
                        .build()));
        // Patches of other fields leave the policy as it is.
        assertThat(clusters(Optional.of(usual), cluster(Op.add, "/alt_stat_name", "one"))
                        .resource())
                .contains(usual.toBuilder().setAltStatName("one").build());
    }

    @Test
    void whatASecretHoldsIsNotTold() {
        Secret secret = Secret.newBuilder()
                .setName("c")
                .setTlsCertificate(TlsCertificate.newBuilder()
                        .setPrivateKey(DataSource.newBuilder().setInlineBytes(ByteString.copyFromUtf8("private"))))
                .build();
        PatchedResource result = PatchedResource.of(
                new Identity(TypeUrls.SECRET, "c"),
                Optional.of(secret),
                List.of(patch(TypeUrls.SECRET, Op.test, "/tls_certificate/private_key/inline_bytes", "guess")));
        assertThat(result.outcomes().toString())
                .contains("its values are not shown")
                .doesNotContain("cHJpdmF0ZQ");
        assertThat(result.resource()).contains(secret);
    }

    @Test
    void theProviderOfAPrivateKeyMayBeOneOfEnvoysContribExtensions() {
        Secret secret = Secret.newBuilder()
                .setName("c")
                .setTlsCertificate(TlsCertificate.newBuilder()
                        .setPrivateKey(DataSource.newBuilder().setInlineString("private")))
                .build();
        PatchedResource result = PatchedResource.of(
                new Identity(TypeUrls.SECRET, "c"),
                Optional.of(secret),
                List.of(
                        keyProvider("qat.v3alpha.QatPrivateKeyMethodConfig", "0.002s"),
                        keyProvider("qat.v3alpha.QatPrivateKeyMethodConfig", "0s"),
                        keyProvider("mine.v3.Provider", "0.002s")));
        assertThat(result.outcomes())
                .startsWith(new Outcome.Applied())
                .endsWith(new Outcome.Failed("the result is not a Secret: Cannot resolve type:"
                        + " type.googleapis.com/envoy.extensions.private_key_providers.mine.v3.Provider"));
        // The rules in the .proto files of contrib extensions count, too: poll_delay is at least 1 ms.
        assertThat(result.outcomes().get(1)).asString().contains("its values are not shown");
        assertThat(result.resource().map(Message::toString).orElseThrow())
                .contains("envoy.extensions.private_key_providers.qat.v3alpha.QatPrivateKeyMethodConfig");
    }

    private static Patch keyProvider(String type, String delay) {
        return patch(
                TypeUrls.SECRET,
                Op.add,
                "/tls_certificate/private_key_provider",
                Map.of(
                        "provider_name",
                        "qat",
                        "typed_config",
                        Map.of(
                                "@type",
                                "type.googleapis.com/envoy.extensions.private_key_providers." + type,
                                "private_key",
                                Map.of("inline_string", "private"),
                                "poll_delay",
                                delay)));
    }
}
