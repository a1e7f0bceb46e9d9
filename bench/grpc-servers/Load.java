import com.google.protobuf.Any;
import dev.gatehouse.api.ratelimit.v3.RateLimitConfig;
import dev.gatehouse.api.ratelimit.v3.RateLimitPolicy;
import dev.gatehouse.api.ratelimit.v3.RateLimitUnit;
import io.envoyproxy.envoy.extensions.common.ratelimit.v3.RateLimitDescriptor;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc.AggregatedDiscoveryServiceImplBase;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitRequest;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitResponse;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitServiceGrpc;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Asks ratelimit-svc as Envoys do: a few connections, many calls at a time on each, a deadline on every call. Serves the service its
 * one rule over ADS. Arguments: target, port of the ADS server, seconds.
 */
public final class Load {
    private static final int CONNECTIONS = 4;
    private static final int CALLS_EACH = 16;
    private static final int WARM_UP_SECONDS = 8;
    private static final long DEADLINE_MILLIS = 2_000;

    public static void main(String[] args) throws Exception {
        var ads = Grpc.newServerBuilderForPort(Integer.parseInt(args[1]), InsecureServerCredentials.create())
                .addService(new OneRule())
                .build()
                .start();
        List<ManagedChannel> channels = new ArrayList<>();
        for (int i = 0; i < CONNECTIONS; i++) {
            channels.add(Grpc.newChannelBuilder(args[0], InsecureChannelCredentials.create()).build());
        }
        long started = System.nanoTime();
        while (true) {
            try {
                RateLimitServiceGrpc.newBlockingStub(channels.getFirst()).shouldRateLimit(request(0));
                break;
            } catch (io.grpc.StatusRuntimeException e) {
                if (System.nanoTime() - started > 30_000_000_000L) {
                    throw e;
                }
                Thread.sleep(100);
            }
        }
        new Round(channels).run(WARM_UP_SECONDS);
        System.out.println(new Round(channels).run(Integer.parseInt(args[2])));
        channels.forEach(ManagedChannel::shutdownNow);
        ads.shutdownNow();
    }

    private static RateLimitRequest request(long n) {
        return RateLimitRequest.newBuilder()
                .setDomain("bench")
                .addDescriptors(RateLimitDescriptor.newBuilder()
                        .addEntries(RateLimitDescriptor.Entry.newBuilder()
                                .setKey("user")
                                .setValue("user-" + n % 1_000)))
                .build();
    }

    private static final class Round {
        private final List<ManagedChannel> channels;
        private final AtomicLong sent = new AtomicLong();
        private final AtomicLong failed = new AtomicLong();
        private final AtomicInteger open = new AtomicInteger();
        private final AtomicInteger recorded = new AtomicInteger();
        private final int[] micros = new int[8_000_000];
        private volatile boolean over;

        Round(List<ManagedChannel> channels) {
            this.channels = channels;
        }

        String run(int seconds) throws InterruptedException {
            long start = System.nanoTime();
            for (ManagedChannel channel : channels) {
                for (int i = 0; i < CALLS_EACH; i++) {
                    open.incrementAndGet();
                    call(RateLimitServiceGrpc.newStub(channel));
                }
            }
            Thread.sleep(seconds * 1000L);
            long answered = recorded.get();
            double elapsed = (System.nanoTime() - start) / 1e9;
            over = true;
            while (open.get() > 0) {
                Thread.sleep(10);
            }
            int n = Math.min(recorded.get(), micros.length);
            int[] sorted = Arrays.copyOf(micros, n);
            Arrays.sort(sorted);
            return "req/s=%.0f p50=%.2fms p99=%.2fms p99.9=%.2fms sent=%d answered=%d lost=%d"
                    .formatted(
                            answered / elapsed,
                            sorted[n / 2] / 1e3,
                            sorted[(int) (n * 0.99)] / 1e3,
                            sorted[(int) (n * 0.999)] / 1e3,
                            sent.get(),
                            recorded.get(),
                            failed.get());
        }

        private void call(RateLimitServiceGrpc.RateLimitServiceStub stub) {
            if (over) {
                open.decrementAndGet();
                return;
            }
            long n = sent.incrementAndGet();
            long start = System.nanoTime();
            stub.withDeadlineAfter(DEADLINE_MILLIS, TimeUnit.MILLISECONDS).shouldRateLimit(request(n), new StreamObserver<>() {
                @Override
                public void onNext(RateLimitResponse response) {
                    int at = recorded.getAndIncrement();
                    if (at < micros.length) {
                        micros[at] = (int) ((System.nanoTime() - start) / 1_000);
                    }
                }

                @Override
                public void onError(Throwable failure) {
                    failed.incrementAndGet();
                    call(stub);
                }

                @Override
                public void onCompleted() {
                    call(stub);
                }
            });
        }
    }

    private static final class OneRule extends AggregatedDiscoveryServiceImplBase {
        @Override
        public StreamObserver<DiscoveryRequest> streamAggregatedResources(StreamObserver<DiscoveryResponse> responses) {
            return new StreamObserver<>() {
                private boolean pushed;

                @Override
                public void onNext(DiscoveryRequest request) {
                    if (!pushed) {
                        pushed = true;
                        responses.onNext(DiscoveryResponse.newBuilder()
                                .setVersionInfo("1")
                                .setNonce("1")
                                .setTypeUrl(request.getTypeUrl())
                                .addResources(Any.pack(rule()))
                                .build());
                    }
                }

                @Override
                public void onError(Throwable failure) {}

                @Override
                public void onCompleted() {
                    responses.onCompleted();
                }
            };
        }

        private static RateLimitConfig rule() {
            return RateLimitConfig.newBuilder()
                    .setName("bench")
                    .setDomain("bench")
                    .addDescriptors(dev.gatehouse.api.ratelimit.v3.RateLimitDescriptor.newBuilder()
                            .setKey("user")
                            .setRateLimit(RateLimitPolicy.newBuilder()
                                    .setUnit(RateLimitUnit.HOUR)
                                    .setRequestsPerUnit(2_000_000_000)))
                    .build();
        }
    }
}
