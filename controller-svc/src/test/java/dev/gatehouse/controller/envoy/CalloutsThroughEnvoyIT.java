package dev.gatehouse.controller.envoy;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Message;
import com.google.protobuf.TypeRegistry;
import com.google.protobuf.util.JsonFormat;
import dev.gatehouse.controller.callout.CalloutAddress;
import dev.gatehouse.controller.callout.CalloutResources;
import dev.gatehouse.controller.callout.Fleets;
import dev.gatehouse.controller.envoy.filter.AccessFilter;
import dev.gatehouse.controller.envoy.filter.WafFilter;
import dev.gatehouse.controller.proto.Protos;
import dev.gatehouse.controller.proto.Upstreams;
import dev.gatehouse.testkit.Await;
import dev.gatehouse.testkit.FreePorts;
import dev.gatehouse.testkit.RealEnvoy;
import io.envoyproxy.envoy.config.bootstrap.v3.Admin;
import io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.ApiVersion;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.ratelimit.v3.RateLimitServiceConfig;
import io.envoyproxy.envoy.config.route.v3.DirectResponseAction;
import io.envoyproxy.envoy.config.route.v3.RateLimit.Action;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import io.envoyproxy.envoy.extensions.filters.http.ext_authz.v3.ExtAuthz;
import io.envoyproxy.envoy.extensions.filters.http.ext_proc.v3.ExternalProcessor;
import io.envoyproxy.envoy.extensions.filters.http.ext_proc.v3.ProcessingMode;
import io.envoyproxy.envoy.extensions.filters.http.ratelimit.v3.RateLimit;
import io.envoyproxy.envoy.extensions.filters.http.router.v3.Router;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import io.envoyproxy.envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;
import io.envoyproxy.envoy.service.auth.v3.AuthorizationGrpc;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.envoyproxy.envoy.service.ext_proc.v3.ExternalProcessorGrpc;
import io.envoyproxy.envoy.service.ext_proc.v3.HeadersResponse;
import io.envoyproxy.envoy.service.ext_proc.v3.ProcessingRequest;
import io.envoyproxy.envoy.service.ext_proc.v3.ProcessingResponse;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitRequest;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitResponse;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitServiceGrpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two replicas of a callout service, of which one dies, behind the real Envoy. */
@Timeout(120)
class CalloutsThroughEnvoyIT {
    private static final Duration SOON = Duration.ofSeconds(30);

    private final List<Replica> replicas = new ArrayList<>();
    private final HttpClient web = HttpClient.newHttpClient();
    private final int port = FreePorts.one();

    /** Whether the WAF's filter streams the bodies of requests. */
    private boolean streams;

    @SuppressWarnings("NullAway.Init")
    private RealEnvoy envoy;

    /** Answers at once, or holds all calls. */
    private static final class Replica implements AutoCloseable {
        private final Server server;
        private final AtomicInteger calls = new AtomicInteger();
        private final CountDownLatch wakes = new CountDownLatch(1);
        private volatile boolean holds;
        private volatile boolean hangs;

        Replica() throws Exception {
            server = NettyServerBuilder.forAddress(
                            new InetSocketAddress("127.0.0.1", 0), InsecureServerCredentials.create())
                    .permitKeepAliveTime(1, TimeUnit.SECONDS)
                    .permitKeepAliveWithoutCalls(true)
                    .directExecutor()
                    .addService(new AuthorizationGrpc.AuthorizationImplBase() {
                        @Override
                        public void check(CheckRequest request, StreamObserver<CheckResponse> responses) {
                            answer(responses, CheckResponse.getDefaultInstance());
                        }
                    })
                    .addService(new RateLimitServiceGrpc.RateLimitServiceImplBase() {
                        @Override
                        public void shouldRateLimit(
                                RateLimitRequest request, StreamObserver<RateLimitResponse> responses) {
                            answer(
                                    responses,
                                    RateLimitResponse.newBuilder()
                                            .setOverallCode(RateLimitResponse.Code.OK)
                                            .build());
                        }
                    })
                    .addService(new ExternalProcessorGrpc.ExternalProcessorImplBase() {
                        @Override
                        public StreamObserver<ProcessingRequest> process(StreamObserver<ProcessingResponse> responses) {
                            return new Stream(responses);
                        }
                    })
                    .build()
                    .start();
        }

        private <T> void answer(StreamObserver<T> responses, T answer) {
            calls.incrementAndGet();
            if (hangs) {
                awaitWakeUp();
            }
            if (!holds) {
                responses.onNext(answer);
                responses.onCompleted();
            }
        }

        private void awaitWakeUp() {
            try {
                wakes.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        private final class Stream implements StreamObserver<ProcessingRequest> {
            private final StreamObserver<ProcessingResponse> responses;

            Stream(StreamObserver<ProcessingResponse> responses) {
                this.responses = responses;
            }

            @Override
            public void onNext(ProcessingRequest request) {
                answer(
                        responses,
                        ProcessingResponse.newBuilder()
                                .setRequestHeaders(HeadersResponse.getDefaultInstance())
                                .build());
            }

            @Override
            public void onError(Throwable failure) {
                // Envoy or the replica went away.
            }

            @Override
            public void onCompleted() {
                // Answered already.
            }
        }

        int calls() {
            return calls.get();
        }

        void hold() {
            holds = true;
        }

        /** The next call stops the thread that reads its connection: the kernel takes what Envoy sends, and nobody answers. */
        void hang() {
            hangs = true;
        }

        int port() {
            return server.getPort();
        }

        /** Its connections break, and nobody listens any more. */
        @Override
        public void close() throws InterruptedException {
            wakes.countDown();
            server.shutdownNow().awaitTermination();
        }
    }

    @AfterEach
    void stop() throws Exception {
        web.close();
        if (envoy != null) {
            envoy.close();
        }
        for (Replica replica : replicas) {
            replica.close();
        }
    }

    private void start(String fleet) throws Exception {
        replicas.add(new Replica());
        replicas.add(new Replica());
        envoy = RealEnvoy.withBootstrap(bootstrap(fleet)).awaitReady();
        Await.until(() -> status() == 200, SOON, () -> String.join("\n", envoy.log()));
        Await.until(
                () -> {
                    status();
                    return replicas.stream().allMatch(replica -> replica.calls() > 0);
                },
                SOON,
                () -> "not both replicas are called");
    }

    private HttpRequest request() {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/"))
                .build();
    }

    private int status() throws Exception {
        return web.send(request(), HttpResponse.BodyHandlers.discarding()).statusCode();
    }

    private List<Integer> all(int requests) {
        List<CompletableFuture<HttpResponse<Void>>> waiting = new ArrayList<>();
        for (int i = 0; i < requests; i++) {
            waiting.add(web.sendAsync(request(), HttpResponse.BodyHandlers.discarding()));
        }
        return waiting.stream()
                .map(CompletableFuture::join)
                .map(HttpResponse::statusCode)
                .toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {Fleets.AUTHZ, Fleets.WAF})
    void callsThatADyingReplicaHoldsAreAnsweredByTheOther(String fleet) throws Exception {
        start(fleet);
        Replica dying = replicas.getFirst();
        dying.hold();
        int before = dying.calls();
        List<CompletableFuture<HttpResponse<Void>>> waiting = new ArrayList<>();
        Await.until(
                () -> {
                    waiting.add(web.sendAsync(request(), HttpResponse.BodyHandlers.discarding()));
                    return dying.calls() >= before + 20;
                },
                SOON,
                () -> "the dying replica is not called");
        dying.close();
        assertThat(waiting.stream()
                        .map(CompletableFuture::join)
                        .map(HttpResponse::statusCode)
                        .toList())
                .as("%d requests, stats: %s", waiting.size(), envoy.stat("cluster\\.gatehouse.*\\.upstream_rq_retry"))
                .containsOnly(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {Fleets.AUTHZ, Fleets.WAF, Fleets.RATE_LIMIT})
    void noRequestFailsWhileADeadReplicaIsStillListed(String fleet) throws Exception {
        start(fleet);
        replicas.getFirst().close();
        List<Integer> answers = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            answers.addAll(all(20));
        }
        assertThat(answers).hasSize(400).containsOnly(200);
        assertThat(replicas.getLast().calls()).isGreaterThanOrEqualTo(400);
    }

    @Test
    void aRequestWhoseBodyIsStreamedIsAnsweredByTheOtherReplicaIfOneHangs() throws Exception {
        streams = true;
        start(Fleets.WAF);
        Replica hanging = replicas.getFirst();
        hanging.hang();
        int before = hanging.calls();
        List<CompletableFuture<HttpResponse<Void>>> waiting = new ArrayList<>();
        Await.until(
                () -> {
                    waiting.add(web.sendAsync(request(), HttpResponse.BodyHandlers.discarding()));
                    return hanging.calls() > before;
                },
                SOON,
                () -> "the hanging replica is not called");
        assertThat(waiting.stream()
                        .map(each -> each.orTimeout(SOON.toSeconds(), TimeUnit.SECONDS)
                                .join())
                        .map(HttpResponse::statusCode)
                        .toList())
                .as(this::statistics)
                .containsOnly(200);
    }

    @Test
    void aReplicaThatCameBackIsCalledAgain() throws Exception {
        start(Fleets.AUTHZ);
        replicas.getFirst().close();
        assertThat(all(100)).as(this::statistics).containsOnly(200);
        Await.until(
                () -> envoy.stat("cluster\\.gatehouse.*outlier_detection\\.ejections_active") == 0,
                SOON,
                () -> "the dead replica is left alone for ever");
    }

    private String statistics() {
        try {
            return envoy.admin()
                    .get("/stats?filter=cluster.gatehouse")
                    .lines()
                    .filter(line -> !line.endsWith(": 0"))
                    .collect(Collectors.joining("\n"));
        } catch (IOException e) {
            return e.toString();
        }
    }

    private String bootstrap(String fleet) throws Exception {
        Cluster made = CalloutResources.cluster(fleet, new CalloutAddress("127.0.0.1", 1), true);
        LocalityLbEndpoints.Builder endpoints = LocalityLbEndpoints.newBuilder();
        for (Replica replica : replicas) {
            endpoints.addLbEndpoints(
                    Upstreams.endpoint(Protos.address("127.0.0.1", replica.port(), SocketAddress.Protocol.TCP)));
        }
        // Everything that a cluster in Kubernetes has, but for the certificates.
        Cluster.Builder cluster = made.toBuilder().clearTransportSocket();
        cluster.getLoadAssignmentBuilder().clearEndpoints().addEndpoints(endpoints);
        int backend = FreePorts.one();
        Cluster.Builder upstream = Cluster.newBuilder().setName("backend");
        upstream.getLoadAssignmentBuilder()
                .setClusterName("backend")
                .addEndpoints(LocalityLbEndpoints.newBuilder().addLbEndpoints(Upstreams.endpoint(loopback(backend))));
        Bootstrap.Builder bootstrap =
                Bootstrap.newBuilder().setAdmin(Admin.newBuilder().setAddress(loopback(0)));
        bootstrap
                .getStaticResourcesBuilder()
                .addClusters(cluster)
                .addClusters(upstream)
                .addListeners(listener(
                        "http",
                        port,
                        List.of(
                                filter("callout", filter(fleet)),
                                filter("envoy.filters.http.router", Router.getDefaultInstance())),
                        Route.newBuilder().setRoute(RouteAction.newBuilder().setCluster("backend"))))
                .addListeners(listener(
                        "backend",
                        backend,
                        List.of(filter("envoy.filters.http.router", Router.getDefaultInstance())),
                        Route.newBuilder()
                                .setDirectResponse(
                                        DirectResponseAction.newBuilder().setStatus(200))));
        return JsonFormat.printer()
                .usingTypeRegistry(TypeRegistry.newBuilder()
                        .add(List.of(
                                HttpConnectionManager.getDescriptor(),
                                Router.getDescriptor(),
                                ExtAuthz.getDescriptor(),
                                ExternalProcessor.getDescriptor(),
                                RateLimit.getDescriptor(),
                                HttpProtocolOptions.getDescriptor(),
                                PreviousHostsPredicate.getDescriptor()))
                        .build())
                .print(bootstrap);
    }

    private static Listener listener(String name, int port, List<HttpFilter> filters, Route.Builder route) {
        HttpConnectionManager manager = HttpConnectionManager.newBuilder()
                .setStatPrefix(name)
                .addAllHttpFilters(filters)
                .setRouteConfig(RouteConfiguration.newBuilder()
                        .addVirtualHosts(VirtualHost.newBuilder()
                                .setName("all")
                                .addDomains("*")
                                .addRateLimits(io.envoyproxy.envoy.config.route.v3.RateLimit.newBuilder()
                                        .addActions(Action.newBuilder()
                                                .setGenericKey(Action.GenericKey.newBuilder()
                                                        .setDescriptorValue("all"))))
                                .addRoutes(
                                        route.setMatch(RouteMatch.newBuilder().setPrefix("/")))))
                .build();
        return Listener.newBuilder()
                .setName(name)
                .setAddress(loopback(port))
                .addFilterChains(FilterChain.newBuilder()
                        .addFilters(Filter.newBuilder()
                                .setName("envoy.filters.network.http_connection_manager")
                                .setTypedConfig(Protos.any(manager))))
                .build();
    }

    /** As the proxies have it. */
    private Message filter(String fleet) {
        Map<String, Message> filters = new HashMap<>();
        filters.put(Fleets.AUTHZ, AccessFilter.check().build());
        filters.put(Fleets.WAF, streams ? streaming() : WafFilter.inspection());
        filters.put(
                Fleets.RATE_LIMIT,
                RateLimit.newBuilder()
                        .setDomain("test")
                        .setTimeout(Protos.duration(SOON))
                        .setFailureModeDeny(true)
                        .setRateLimitService(RateLimitServiceConfig.newBuilder()
                                .setTransportApiVersion(ApiVersion.V3)
                                .setGrpcService(CalloutResources.service(Fleets.RATE_LIMIT, Optional.of(SOON))))
                        .build());
        return Objects.requireNonNull(filters.get(fleet));
    }

    private static ExternalProcessor streaming() {
        ExternalProcessor.Builder filter = WafFilter.inspection().toBuilder();
        filter.getProcessingModeBuilder()
                .setRequestBodyMode(ProcessingMode.BodySendMode.FULL_DUPLEX_STREAMED)
                .setRequestTrailerMode(ProcessingMode.HeaderSendMode.SEND);
        return filter.build();
    }

    private static HttpFilter filter(String name, Message config) {
        return HttpFilter.newBuilder()
                .setName(name)
                .setTypedConfig(Protos.any(config))
                .build();
    }

    private static Address loopback(int port) {
        return Protos.address("127.0.0.1", port, SocketAddress.Protocol.TCP);
    }
}
