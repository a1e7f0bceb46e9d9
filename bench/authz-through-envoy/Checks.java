import com.google.protobuf.Timestamp;
import io.envoyproxy.envoy.service.auth.v3.AttributeContext;
import io.envoyproxy.envoy.service.auth.v3.AuthorizationGrpc;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Asks authz-svc as Envoys do, without one: a few connections, many calls at a time on each. Usage: Checks TARGET POLICY REQUESTS SECONDS, where the file has
 * requests as {@code Sessions} writes them. Prints checks a second, p50 and p99 in milliseconds, and how many were not allowed.
 */
final class Checks {
    private static final int CONNECTIONS = 4;
    private static final int CALLS_EACH = 16;
    private static final long WARM_NANOS = 8_000_000_000L;

    public static void main(String[] arguments) throws Exception {
        List<CheckRequest> requests = requests(Path.of(arguments[2]), arguments[1]);
        long end = System.nanoTime() + WARM_NANOS + Long.parseLong(arguments[3]) * 1_000_000_000L;
        long from = System.nanoTime() + WARM_NANOS;
        long[] latencies = new long[1 << 24];
        AtomicInteger count = new AtomicInteger();
        AtomicLong refused = new AtomicLong();
        AtomicInteger next = new AtomicInteger();
        CountDownLatch ended = new CountDownLatch(CONNECTIONS * CALLS_EACH);
        for (int i = 0; i < CONNECTIONS; i++) {
            ManagedChannel channel = Grpc.newChannelBuilder(arguments[0], InsecureChannelCredentials.create()).build();
            AuthorizationGrpc.AuthorizationStub stub = AuthorizationGrpc.newStub(channel);
            for (int j = 0; j < CALLS_EACH; j++) {
                new Object() {
                    void ask() {
                        long start = System.nanoTime();
                        if (start > end) {
                            ended.countDown();
                            return;
                        }
                        stub.check(requests.get(Math.floorMod(next.getAndIncrement(), requests.size())), new StreamObserver<>() {
                            @Override
                            public void onNext(CheckResponse answer) {
                                if (answer.getStatus().getCode() != 0) {
                                    refused.incrementAndGet();
                                }
                                if (start > from) {
                                    latencies[count.getAndIncrement() & latencies.length - 1] = System.nanoTime() - start;
                                }
                            }

                            @Override
                            public void onError(Throwable error) {
                                refused.incrementAndGet();
                                ask();
                            }

                            @Override
                            public void onCompleted() {
                                ask();
                            }
                        });
                    }
                }.ask();
            }
        }
        ended.await();
        long[] all = Arrays.copyOf(latencies, Math.min(count.get(), latencies.length));
        Arrays.sort(all);
        System.out.printf(
                Locale.ROOT,
                "%.0f %.3f %.3f %d%n",
                count.get() / Double.parseDouble(arguments[3]),
                all[all.length / 2] / 1e6,
                all[(int) (all.length * 0.99)] / 1e6,
                refused.get());
        System.exit(0);
    }

    private static List<CheckRequest> requests(Path file, String policy) throws Exception {
        List<CheckRequest> requests = new ArrayList<>();
        for (String text : Files.readString(file, StandardCharsets.ISO_8859_1).split("\0")) {
            String[] lines = text.split("\r\n");
            AttributeContext.HttpRequest.Builder http = AttributeContext.HttpRequest.newBuilder()
                    .setMethod("GET")
                    .setPath(lines[0].split(" ")[1])
                    .setScheme("http")
                    .setProtocol("HTTP/1.1")
                    .putHeaders("x-request-id", "64a17546-eb7e-4ab1-92cd-4eb83d0f7091")
                    .putHeaders("x-forwarded-proto", "http");
            for (int i = 1; i < lines.length; i++) {
                String[] header = lines[i].split(": ", 2);
                String name = header[0].toLowerCase(Locale.ROOT);
                http.putHeaders(name.equals("host") ? ":authority" : name, header[1]);
                if (name.equals("host")) {
                    http.setHost(header[1]);
                }
            }
            http.putHeaders(":path", http.getPath()).putHeaders(":method", "GET").putHeaders(":scheme", "http");
            requests.add(CheckRequest.newBuilder()
                    .setAttributes(AttributeContext.newBuilder()
                            .setRequest(AttributeContext.Request.newBuilder()
                                    .setTime(Timestamp.newBuilder().setSeconds(System.currentTimeMillis() / 1000))
                                    .setHttp(http))
                            .putContextExtensions("gatehouse.policy", policy))
                    .build());
        }
        return requests;
    }
}
