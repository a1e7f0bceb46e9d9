package dev.gatehouse.controller.hook;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.BoolValue;
import com.google.protobuf.Message;
import dev.gatehouse.api.extension.v1.PostClusterModifyRequest;
import dev.gatehouse.api.extension.v1.PostClusterModifyResponse;
import dev.gatehouse.api.extension.v1.PostEndpointsModifyRequest;
import dev.gatehouse.api.extension.v1.PostEndpointsModifyResponse;
import dev.gatehouse.api.extension.v1.PostHTTPListenerModifyRequest;
import dev.gatehouse.api.extension.v1.PostHTTPListenerModifyResponse;
import dev.gatehouse.api.extension.v1.PostRouteModifyRequest;
import dev.gatehouse.api.extension.v1.PostRouteModifyResponse;
import dev.gatehouse.api.extension.v1.PostTranslateModifyRequest;
import dev.gatehouse.api.extension.v1.PostTranslateModifyResponse;
import dev.gatehouse.api.extension.v1.PostVirtualHostModifyRequest;
import dev.gatehouse.api.extension.v1.PostVirtualHostModifyResponse;
import dev.gatehouse.controller.extensionserver.ExtensionReference;
import dev.gatehouse.controller.extensionserver.ExtensionServer;
import dev.gatehouse.controller.extensionserver.ExtensionServer.Included;
import dev.gatehouse.controller.extensionserver.ExtensionServers;
import dev.gatehouse.controller.extensionserver.Hook;
import dev.gatehouse.controller.extensionserver.HookContext;
import dev.gatehouse.controller.extensionserver.HookContext.OfRule;
import dev.gatehouse.controller.extensionserver.HookContext.Part;
import dev.gatehouse.controller.translate.ExtensionTrouble;
import dev.gatehouse.controller.translate.Hold;
import dev.gatehouse.controller.translate.HookPart;
import dev.gatehouse.controller.translate.Output;
import dev.gatehouse.envoyapi.TypeUrls;
import dev.gatehouse.events.ResourceId;
import dev.gatehouse.gatewayapi.ExtensionObject;
import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.ObjectRef;
import dev.gatehouse.gatewayapi.ObjectReference;
import dev.gatehouse.gatewayapi.Secret;
import dev.gatehouse.testkit.Await;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.DirectResponseAction;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class HookStageTest {
    private static final String FLEET = "default/front";
    private static final ObjectRef GATEWAY = new ObjectRef("Gateway", "default", "front");
    private static final Part FILTER = part("Greeting", "filters.example");
    private static final Part POLICY = part("Watch", "policies.example");
    private static final Part BACKEND = part("Bucket", "backends.example");

    private final Server server = new Server();
    private final AtomicInteger wakes = new AtomicInteger();
    private final Map<ResourceId, Output> published = new HashMap<>();
    private Optional<ExtensionTrouble> trouble = Optional.empty();
    private final List<HookStage> stages = new ArrayList<>();

    private static Part part(String kind, String name) {
        return new Part(
                new ExtensionReference("example.com", kind, new ObjectKey("default", name)),
                new ExtensionObject(Map.of("kind", kind, "metadata", Map.of("name", name)), List.of(), List.of()));
    }

    /** An extension server without a network. */
    private static final class Server implements HookCalls {
        private final List<Message> asked = new CopyOnWriteArrayList<>();
        private volatile Optional<HookFailure> failure = Optional.empty();
        private volatile Function<Message, Message> answer = Server::marked;
        private volatile Runnable reconnected = () -> {};

        @Override
        public Message call(ExtensionServer server, Hook hook, Message request) throws HookFailure {
            asked.add(request);
            if (failure.isPresent()) {
                throw failure.get();
            }
            return answer.apply(request);
        }

        /** Leaves a mark in whatever it is shown. */
        private static Message marked(Message request) {
            return switch (request) {
                case PostRouteModifyRequest each ->
                    PostRouteModifyResponse.newBuilder()
                            .setRoute(each.getRoute().toBuilder().setStatPrefix("mark"))
                            .build();
                case PostVirtualHostModifyRequest each ->
                    PostVirtualHostModifyResponse.newBuilder()
                            .setVirtualHost(each.getVirtualHost().toBuilder().addRequestHeadersToRemove("x-mark"))
                            .build();
                case PostHTTPListenerModifyRequest each ->
                    PostHTTPListenerModifyResponse.newBuilder()
                            .setListener(each.getListener().toBuilder().setStatPrefix("mark"))
                            .build();
                case PostClusterModifyRequest each ->
                    PostClusterModifyResponse.newBuilder()
                            .setCluster(each.getCluster().toBuilder().setAltStatName("mark"))
                            .build();
                case PostEndpointsModifyRequest each ->
                    PostEndpointsModifyResponse.newBuilder()
                            .setLoadAssignment(each.getLoadAssignment().toBuilder()
                                    .setPolicy(ClusterLoadAssignment.Policy.newBuilder()
                                            .setWeightedPriorityHealth(true)))
                            .build();
                case PostTranslateModifyRequest each ->
                    PostTranslateModifyResponse.newBuilder()
                            .addAllClusters(each.getClustersList())
                            .addClusters(Cluster.newBuilder().setName("mark"))
                            .addAllSecrets(each.getSecretsList())
                            .build();
                default -> throw new AssertionError(request);
            };
        }

        @Override
        public void use(ExtensionServers servers, Function<ObjectReference, Optional<Secret>> secrets) {
            // No certificates.
        }

        @Override
        public void onReconnect(Runnable listener) {
            reconnected = listener;
        }
    }

    @AfterEach
    void stop() {
        stages.forEach(HookStage::close);
    }

    private HookStage stage(boolean failOpen, Hook... hooks) {
        ExtensionServer config = new ExtensionServer(
                "marker",
                List.of(Kinds.ofExtension("example.com", "v1", "Greeting")),
                List.of(Kinds.policyOfExtension("example.com", "v1", "Watch")),
                List.of(Kinds.ofExtension("example.com", "v1", "Bucket")),
                hooks.length == 0 ? EnumSet.allOf(Hook.class) : Set.of(hooks),
                Set.of(Included.CLUSTER, Included.SECRET),
                new ExtensionServer.Service(
                        new ExtensionServer.Address.Host("localhost", 1),
                        Optional.empty(),
                        ExtensionServer.Retry.DEFAULT),
                failOpen,
                OptionalInt.empty());
        HookStage stage = new HookStage(
                new ExtensionServers(List.of(config)),
                server,
                fleet -> !fleet.startsWith("gatehouse/"),
                new HookStage.Pauses(Duration.ofMillis(1), Duration.ofMillis(5)),
                wakes::incrementAndGet);
        stages.add(stage);
        return stage;
    }

    private void pass(HookStage stage, Map<ResourceId, Optional<Output>> changes) {
        stage.pass(changes, Map.of(FLEET, List.of(POLICY)))
                .forEach((id, output) ->
                        output.ifPresentOrElse(each -> published.put(id, each), () -> published.remove(id)));
        stage.news().forEach((_, news) -> trouble = news);
    }

    private void settle(HookStage stage, Map<ResourceId, Optional<Output>> changes) {
        pass(stage, changes);
        until(stage, () -> !stage.isBusy(FLEET));
    }

    private void until(HookStage stage, Callable<Boolean> condition) {
        Await.orSilent(
                () -> {
                    pass(stage, Map.of());
                    return condition.call();
                },
                published::hashCode,
                () -> published + " " + trouble);
    }

    private static ResourceId id(String type, String name) {
        return new ResourceId(FLEET, type, name);
    }

    private static final ResourceId LISTENER = id(TypeUrls.LISTENER, "http");
    private static final ResourceId TABLE = id(TypeUrls.ROUTES, "table");
    private static final ResourceId CLUSTER = id(TypeUrls.CLUSTER, "bucket");
    private static final ResourceId PLAIN = id(TypeUrls.CLUSTER, "plain");
    private static final ResourceId ENDPOINTS = id(TypeUrls.ENDPOINTS, "plain");

    private static Optional<Output> output(Message message, HookContext context) {
        return Optional.of(new Output(message, false, Set.of(GATEWAY)).with(context));
    }

    private static Optional<Output> listener(String stat) {
        return output(
                Listener.newBuilder()
                        .setName("http")
                        .setBindToPort(BoolValue.of(true))
                        .setTrafficDirectionValue(stat.length() % 2)
                        .build(),
                new HookContext(List.of(POLICY), Map.of()));
    }

    private static Route route(int rule, String path) {
        return Route.newBuilder()
                .setName("httproute/default/r/rule/" + rule + "/match/0")
                .setMatch(RouteMatch.newBuilder().setPrefix(path))
                .setDirectResponse(DirectResponseAction.newBuilder().setStatus(200))
                .build();
    }

    /** Rule 0 concerns a filter of the extension, rule 1 does not. */
    private static Optional<Output> table(String path, String other) {
        return output(
                RouteConfiguration.newBuilder()
                        .setName("table")
                        .addVirtualHosts(VirtualHost.newBuilder()
                                .setName("host")
                                .addDomains("*")
                                .addRoutes(route(0, path))
                                .addRoutes(route(1, other)))
                        .build(),
                new HookContext(
                        List.of(), Map.of("httproute/default/r/rule/0", new OfRule(List.of(FILTER), List.of(POLICY)))));
    }

    private static Map<ResourceId, Optional<Output>> world() {
        return Map.of(
                LISTENER, listener("1"),
                TABLE, table("/a", "/b"),
                CLUSTER,
                        output(
                                Cluster.newBuilder().setName("bucket").build(),
                                new HookContext(List.of(BACKEND), Map.of())),
                PLAIN, output(Cluster.newBuilder().setName("plain").build(), HookContext.NONE),
                ENDPOINTS,
                        output(
                                ClusterLoadAssignment.newBuilder()
                                        .setClusterName("plain")
                                        .build(),
                                HookContext.NONE));
    }

    private Output served(ResourceId id) {
        return Objects.requireNonNull(published.get(id), () -> id + " is not published");
    }

    private Route published(int index) {
        return ((RouteConfiguration) served(TABLE).message()).getVirtualHosts(0).getRoutes(index);
    }

    @Test
    void eachHookChangesWhatItIsFor() {
        HookStage stage = stage(false);
        settle(stage, world());

        assertThat(((Listener) served(LISTENER).message()).getStatPrefix()).isEqualTo("mark");
        assertThat(published(0).getStatPrefix()).isEqualTo("mark");
        assertThat(published(1).getStatPrefix())
                .as("a rule without the extension's objects")
                .isEmpty();
        assertThat(((RouteConfiguration) served(TABLE).message())
                        .getVirtualHosts(0)
                        .getRequestHeadersToRemoveList())
                .containsExactly("x-mark");
        assertThat(((Cluster) served(CLUSTER).message()).getAltStatName()).isEqualTo("mark");
        assertThat(((Cluster) served(PLAIN).message()).getAltStatName()).isEmpty();
        assertThat(((ClusterLoadAssignment) served(ENDPOINTS).message())
                        .getPolicy()
                        .getWeightedPriorityHealth())
                .isTrue();
        assertThat(published).containsKey(id(TypeUrls.CLUSTER, "mark"));
        assertThat(served(LISTENER).parts().keySet()).containsExactly(new HookPart(LISTENER, GATEWAY));
    }

    @Test
    void aServerIsToldOfItsObjects() {
        settle(stage(false), world());

        PostRouteModifyRequest asked = server.asked.stream()
                .filter(PostRouteModifyRequest.class::isInstance)
                .map(PostRouteModifyRequest.class::cast)
                .findFirst()
                .orElseThrow();
        assertThat(asked.getPostRouteContext().getHostnamesList()).containsExactly("*");
        assertThat(asked.getPostRouteContext()
                        .getExtensionResources(0)
                        .getUnstructuredBytes()
                        .toStringUtf8())
                .contains("\"kind\":\"Greeting\"", "filters.example");
        assertThat(asked.getPostRouteContext()
                        .getExtensionPolicies(0)
                        .getUnstructuredBytes()
                        .toStringUtf8())
                .contains("\"kind\":\"Watch\"");
        PostTranslateModifyRequest all = server.asked.stream()
                .filter(PostTranslateModifyRequest.class::isInstance)
                .map(PostTranslateModifyRequest.class::cast)
                .reduce((_, last) -> last)
                .orElseThrow();
        assertThat(all.getPostTranslateContext().getExtensionResourcesCount()).isEqualTo(1);
        assertThat(all.getClustersCount()).isEqualTo(2);
        assertThat(all.getListenersCount()).as("not included").isZero();
    }

    @Test
    void whatDidNotChangeIsNotAskedAgain() {
        HookStage stage = stage(false);
        settle(stage, world());
        server.asked.clear();
        settle(stage, Map.of(TABLE, table("/a", "/other")));

        assertThat(server.asked)
                .as("the virtual host changed, the route of rule 0 and the clusters did not")
                .singleElement()
                .isInstanceOf(PostVirtualHostModifyRequest.class);
    }

    @Test
    void aServerThatIsThereAgainIsAskedEverythingAgain() {
        HookStage stage = stage(false);
        settle(stage, world());
        server.answer = request -> request instanceof PostHTTPListenerModifyRequest each
                ? PostHTTPListenerModifyResponse.newBuilder()
                        .setListener(each.getListener().toBuilder().setStatPrefix("newer"))
                        .build()
                : Server.marked(request);
        server.reconnected.run();
        until(
                stage,
                () -> ((Listener) served(LISTENER).message()).getStatPrefix().equals("newer"));
    }

    @Test
    void whereAServerIsAwayTheLastGoodVersionStaysAndIsReplacedOnceItIsBack() {
        HookStage stage = stage(false, Hook.Route, Hook.HTTPListener);
        settle(stage, world());
        server.failure = Optional.of(new HookFailure(true, "UNAVAILABLE"));
        pass(stage, Map.of(LISTENER, listener("22"), TABLE, table("/changed", "/other")));
        until(stage, () -> trouble.isPresent());

        assertThat(trouble.get().closed()).isTrue();
        assertThat(trouble.get().message()).contains("marker", "UNAVAILABLE");
        assertThat(stage.isBusy(FLEET)).isTrue();
        assertThat(((Listener) served(LISTENER).message()).getTrafficDirectionValue())
                .isEqualTo(1);
        assertThat(published(0).getMatch().getPrefix()).isEqualTo("/a");
        assertThat(published(1).getMatch().getPrefix())
                .as("not the extension's")
                .isEqualTo("/other");

        server.failure = Optional.empty();
        until(stage, () -> !stage.isBusy(FLEET));
        assertThat(trouble).isEmpty();
        assertThat(published(0).getMatch().getPrefix()).isEqualTo("/changed");
        assertThat(((Listener) served(LISTENER).message()).getTrafficDirectionValue())
                .isZero();
    }

    @Test
    void whatNeverHadAnAnswerIsNotServed() {
        server.failure = Optional.of(new HookFailure(true, "UNAVAILABLE"));
        HookStage stage = stage(false, Hook.Route, Hook.HTTPListener, Hook.Cluster);
        pass(stage, world());
        until(stage, () -> trouble.isPresent());

        assertThat(published).doesNotContainKeys(LISTENER, CLUSTER).containsKeys(PLAIN, ENDPOINTS);
        assertThat(published(0).getDirectResponse().getStatus()).isEqualTo(500);
        assertThat(published(1).getDirectResponse().getStatus()).isEqualTo(200);
        assertThat(stage.settled(false)).isTrue();
        assertThat(stage.settled(true)).isFalse();
    }

    @Test
    void whereFailuresAreOpenResourcesPassUnchangedUntilTheServerIsBack() {
        server.failure = Optional.of(new HookFailure(true, "UNAVAILABLE"));
        HookStage stage = stage(true);
        pass(stage, world());
        until(stage, () -> trouble.isPresent());

        assertThat(trouble.get().closed()).isFalse();
        assertThat(served(LISTENER).message()).isEqualTo(listener("1").get().message());
        assertThat(published(0).getStatPrefix()).isEmpty();
        assertThat(published(0).getDirectResponse().getStatus()).isEqualTo(200);

        server.failure = Optional.empty();
        until(stage, () -> published(0).getStatPrefix().equals("mark") && trouble.isEmpty());
    }

    @Test
    void aServerThatIsAwayIsAskedOnceInARound() {
        server.failure = Optional.of(new HookFailure(true, "UNAVAILABLE"));
        HookStage stage = new HookStage(
                new ExtensionServers(List.of(new ExtensionServer(
                        "marker",
                        List.of(),
                        List.of(),
                        List.of(),
                        Set.of(Hook.VirtualHost, Hook.HTTPListener),
                        Set.of(),
                        new ExtensionServer.Service(
                                new ExtensionServer.Address.Host("localhost", 1),
                                Optional.empty(),
                                ExtensionServer.Retry.DEFAULT),
                        true,
                        OptionalInt.empty()))),
                server,
                _ -> true,
                new HookStage.Pauses(Duration.ofHours(1), Duration.ofHours(1)),
                wakes::incrementAndGet);
        stages.add(stage);
        pass(stage, world());
        until(stage, () -> trouble.isPresent());

        assertThat(server.asked).hasSize(1);
    }

    @Test
    void anAnswerThatEnvoyWouldRefuseIsNoAnswer() {
        server.answer = request -> request instanceof PostClusterModifyRequest each
                ? PostClusterModifyResponse.newBuilder()
                        .setCluster(each.getCluster().toBuilder()
                                .setConnectTimeout(com.google.protobuf.Duration.newBuilder()
                                        .setSeconds(-1)))
                        .build()
                : Server.marked(request);
        HookStage stage = stage(true, Hook.Cluster);
        pass(stage, world());
        until(stage, () -> trouble.isPresent());

        assertThat(trouble.get().message()).contains("Cluster", "\"bucket\"", "Envoy would refuse", "connect_timeout");
        assertThat(((Cluster) served(CLUSTER).message()).hasConnectTimeout()).isFalse();
    }

    @Test
    void anAnswerMustNotRenameWhatOthersReferTo() {
        server.answer = request -> request instanceof PostHTTPListenerModifyRequest each
                ? PostHTTPListenerModifyResponse.newBuilder()
                        .setListener(each.getListener().toBuilder().setName("other"))
                        .build()
                : Server.marked(request);
        HookStage stage = stage(true, Hook.HTTPListener);
        pass(stage, world());
        until(stage, () -> trouble.isPresent());
        assertThat(trouble.get().message()).contains("\"other\"", "expected: \"http\"");
    }

    @Test
    void whatProxiesRefuseIsReplacedByTheVersionBefore() {
        HookStage stage = stage(false, Hook.HTTPListener);
        settle(stage, world());
        Message before = served(LISTENER).message();
        settle(stage, Map.of(LISTENER, listener("22")));
        Output refused = served(LISTENER);
        HookPart part = new HookPart(LISTENER, GATEWAY);
        stage.hold(
                part,
                Optional.of(new Hold(Objects.requireNonNull(refused.parts().get(part)), Hold.Form.LAST_GOOD)));
        until(stage, () -> served(LISTENER).message().equals(before));
        until(stage, () -> trouble.isPresent());
        assertThat(trouble.get().message()).contains("proxies refuse");

        stage.hold(part, Optional.empty());
        until(stage, () -> served(LISTENER).message().equals(refused.message()) && trouble.isEmpty());
    }

    @Test
    void theTranslationHookMayAddAndRemove() {
        server.answer = request -> PostTranslateModifyResponse.newBuilder()
                .addClusters(Cluster.newBuilder().setName("added"))
                .build();
        HookStage stage = stage(false, Hook.Translation);
        settle(stage, world());
        assertThat(published).containsKey(id(TypeUrls.CLUSTER, "added")).doesNotContainKeys(CLUSTER, PLAIN);
        assertThat(served(id(TypeUrls.CLUSTER, "added")).owners()).containsExactly(GATEWAY);
    }

    @Test
    void whereTheTranslationHookFailsNothingButEndpointsChanges() {
        HookStage stage = stage(false, Hook.Translation);
        settle(stage, world());
        server.failure = Optional.of(new HookFailure(false, "INTERNAL"));
        ClusterLoadAssignment newer = ClusterLoadAssignment.newBuilder()
                .setClusterName("plain")
                .setPolicy(ClusterLoadAssignment.Policy.newBuilder().setWeightedPriorityHealth(true))
                .build();
        pass(stage, Map.of(PLAIN, Optional.empty(), ENDPOINTS, output(newer, HookContext.NONE)));
        until(stage, () -> trouble.isPresent());
        assertThat(published).containsKey(PLAIN);
        assertThat(served(ENDPOINTS).message()).isEqualTo(newer);

        server.failure = Optional.empty();
        until(stage, () -> !published.containsKey(PLAIN));
    }

    @Test
    void aFleetThatIsGoneIsForgotten() {
        HookStage stage = stage(false);
        settle(stage, world());
        Map<ResourceId, Optional<Output>> gone = new HashMap<>();
        world().keySet().forEach(each -> gone.put(each, Optional.empty()));
        server.answer = request -> request instanceof PostTranslateModifyRequest
                ? PostTranslateModifyResponse.getDefaultInstance()
                : Server.marked(request);
        settle(stage, gone);
        until(stage, published::isEmpty);
        assertThat(stage.settled(true)).isTrue();
    }

    @Test
    void otherFleetsPassAtOnce() {
        HookStage stage = stage(false);
        ResourceId other = new ResourceId("gatehouse/waf", "waf", "one");
        Map<ResourceId, Optional<Output>> passed =
                stage.pass(Map.of(other, output(Cluster.getDefaultInstance(), HookContext.NONE)), Map.of());
        assertThat(passed).containsKey(other);
        assertThat(server.asked).isEmpty();
    }
}
