import com.google.rpc.Status;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import io.grpc.ManagedChannel;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;

/**
 * A proxy of a fleet that refuses all that it is sent, as one of another version or with a broken disk would. It asks for clusters, listeners, and the
 * route tables and hosts that these name, and answers each push with a NACK. Prints "refused: TYPE" for each one, and runs until it is ended.
 *
 * <p>Arguments: host and port of xds-svc, the fleet, and the files of the fleet's certificate and key.
 */
final class RefusingProxy implements StreamObserver<DeltaDiscoveryResponse> {
    private static final String TYPE = "type.googleapis.com/envoy.config.";
    private static final String CLUSTER = TYPE + "cluster.v3.Cluster";
    private static final String LISTENER = TYPE + "listener.v3.Listener";
    private static final String ROUTES = TYPE + "route.v3.RouteConfiguration";
    private static final String HOSTS = TYPE + "route.v3.VirtualHost";
    private static final int INVALID_ARGUMENT = 3;

    private final CountDownLatch ended = new CountDownLatch(1);
    private final Set<String> asked = new TreeSet<>();
    private StreamObserver<DeltaDiscoveryRequest> stream;

    @Override
    public void onNext(DeltaDiscoveryResponse response) {
        String type = response.getTypeUrl();
        System.out.println("refused: " + type + " " + response.getResourcesCount() + " and " + response.getRemovedResourcesCount() + " removed");
        stream.onNext(DeltaDiscoveryRequest.newBuilder()
                .setTypeUrl(type)
                .setResponseNonce(response.getNonce())
                .setErrorDetail(Status.newBuilder().setCode(INVALID_ARGUMENT).setMessage("this proxy refuses everything"))
                .build());
        if (!type.equals(LISTENER)) {
            return;
        }
        Set<String> tables = new TreeSet<>();
        for (Resource resource : response.getResourcesList()) {
            try {
                for (FilterChain chain : resource.getResource().unpack(Listener.class).getFilterChainsList()) {
                    for (Filter filter : chain.getFiltersList()) {
                        if (filter.getTypedConfig().is(HttpConnectionManager.class)) {
                            HttpConnectionManager manager = filter.getTypedConfig().unpack(HttpConnectionManager.class);
                            if (manager.hasRds()) {
                                tables.add(manager.getRds().getRouteConfigName());
                            }
                        }
                    }
                }
            } catch (java.io.IOException e) {
                throw new IllegalStateException(resource.getName(), e);
            }
        }
        tables.removeAll(asked);
        if (!tables.isEmpty()) {
            if (asked.isEmpty()) {
                // All hosts.
                stream.onNext(DeltaDiscoveryRequest.newBuilder().setTypeUrl(HOSTS).build());
            }
            asked.addAll(tables);
            stream.onNext(DeltaDiscoveryRequest.newBuilder()
                    .setTypeUrl(ROUTES)
                    .addAllResourceNamesSubscribe(tables)
                    .build());
        }
    }

    @Override
    public void onError(Throwable failure) {
        System.out.println("ended: " + failure);
        ended.countDown();
    }

    @Override
    public void onCompleted() {
        System.out.println("ended");
        ended.countDown();
    }

    public static void main(String[] arguments) throws Exception {
        ManagedChannel channel = NettyChannelBuilder.forAddress(arguments[0], Integer.parseInt(arguments[1]))
                .sslContext(GrpcSslContexts.forClient()
                        .trustManager(InsecureTrustManagerFactory.INSTANCE)
                        .keyManager(Path.of(arguments[3]).toFile(), Path.of(arguments[4]).toFile())
                        .build())
                .build();
        RefusingProxy proxy = new RefusingProxy();
        proxy.stream = AggregatedDiscoveryServiceGrpc.newStub(channel).deltaAggregatedResources(proxy);
        Node node = Node.newBuilder().setId("refusing").setCluster(arguments[2]).build();
        for (String type : new String[] {CLUSTER, LISTENER}) {
            proxy.stream.onNext(DeltaDiscoveryRequest.newBuilder()
                    .setTypeUrl(type)
                    .setNode(node)
                    .build());
        }
        proxy.ended.await();
        System.exit(1);
    }
}
