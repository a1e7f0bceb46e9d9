package dev.gatehouse.grpcserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.StringValue;
import dev.gatehouse.testkit.FreePorts;
import io.grpc.CallOptions;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.vertx.core.AbstractVerticle;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.grpc.VertxServerBuilder;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A server as Quarkus starts it, and connections to it. */
@Timeout(60)
class SharedServerTest {
    private static final int LOOPS = 3;

    private static final MethodDescriptor<StringValue, StringValue> ASK = MethodDescriptor.newBuilder(
                    ProtoUtils.marshaller(StringValue.getDefaultInstance()),
                    ProtoUtils.marshaller(StringValue.getDefaultInstance()))
            .setType(MethodDescriptor.MethodType.UNARY)
            .setFullMethodName("test/Ask")
            .build();

    private final int port = FreePorts.one();
    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(LOOPS));
    private final Set<String> threads = ConcurrentHashMap.newKeySet();
    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch answers = new CountDownLatch(1);

    /** Answers at once, or, when asked for {@code slow}, when the test lets it. */
    private ServerServiceDefinition service() {
        return ServerServiceDefinition.builder("test")
                .addMethod(ASK, ServerCalls.asyncUnaryCall((request, observer) -> {
                    if (request.getValue().equals("slow")) {
                        asked.countDown();
                        Thread.ofVirtual().start(() -> {
                            try {
                                answers.await();
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                            answer(request, observer);
                        });
                    } else {
                        answer(request, observer);
                    }
                }))
                .build();
    }

    private static void answer(StringValue request, StreamObserver<StringValue> observer) {
        observer.onNext(request);
        observer.onCompleted();
    }

    private final class Recording implements ServerInterceptor {
        @Override
        public <Q, R> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
            threads.add(Thread.currentThread().getName());
            return next.startCall(call, headers);
        }
    }

    private final class First extends AbstractVerticle {
        @Override
        public void start(Promise<Void> started) {
            VertxServerBuilder.forAddress(vertx, "127.0.0.1", port)
                    .addService(service())
                    .intercept(new Recording())
                    .build()
                    .start(started);
        }
    }

    private String first = "";

    @BeforeEach
    void start() throws Exception {
        first = vertx.deployVerticle(new First())
                .toCompletionStage()
                .toCompletableFuture()
                .get();
    }

    @AfterEach
    void stop() throws Exception {
        answers.countDown();
        vertx.close().toCompletionStage().toCompletableFuture().get();
    }

    private String ask(String what) {
        ManagedChannel channel = Grpc.newChannelBuilder("127.0.0.1:" + port, InsecureChannelCredentials.create())
                .build();
        try {
            return ClientCalls.blockingUnaryCall(
                            channel,
                            ASK,
                            CallOptions.DEFAULT.withDeadlineAfter(20, TimeUnit.SECONDS),
                            StringValue.of(what))
                    .getValue();
        } finally {
            channel.shutdownNow();
        }
    }

    @Test
    void connectionsGoToAllEventLoopsInTurn() {
        for (int i = 0; i < 2 * LOOPS; i++) {
            ask("");
        }
        assertThat(threads).as("without it").hasSize(1);
        SharedServer.join(vertx, "127.0.0.1", port);
        for (int i = 0; i < 2 * LOOPS; i++) {
            ask("");
        }
        assertThat(threads).hasSize(LOOPS);
    }

    @Test
    void aCallThatIsBeingServedWhenItShutsDownIsAnswered() throws Exception {
        SharedServer shared = SharedServer.join(vertx, "127.0.0.1", port);
        FutureTask<String> slow = new FutureTask<>(() -> ask("slow"));
        Thread.ofVirtual().start(slow);
        assertThat(asked.await(20, TimeUnit.SECONDS)).isTrue();
        shared.shutdown();
        vertx.undeploy(first).toCompletionStage().toCompletableFuture().get();
        assertThatThrownBy(() -> ask(""))
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        refused -> assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE));
        assertThat(shared.awaitCalls(Duration.ZERO)).as("a call is under way").isFalse();
        answers.countDown();
        assertThat(slow.get(20, TimeUnit.SECONDS)).isEqualTo("slow");
        assertThat(shared.awaitCalls(Duration.ofSeconds(20))).isTrue();
    }
}
