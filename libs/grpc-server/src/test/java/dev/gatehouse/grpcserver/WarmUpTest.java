package dev.gatehouse.grpcserver;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.StringValue;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.MethodDescriptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WarmUpTest {
    private static final MethodDescriptor<StringValue, StringValue> ASK = MethodDescriptor.newBuilder(
                    ProtoUtils.marshaller(StringValue.getDefaultInstance()),
                    ProtoUtils.marshaller(StringValue.getDefaultInstance()))
            .setType(MethodDescriptor.MethodType.UNARY)
            .setFullMethodName("test/Ask")
            .build();

    private final AtomicInteger served = new AtomicInteger();
    private final ServerServiceDefinition service = ServerServiceDefinition.builder("test")
            .addMethod(ASK, ServerCalls.asyncUnaryCall((request, observer) -> {
                served.incrementAndGet();
                observer.onNext(request);
                observer.onCompleted();
            }))
            .build();

    private static StringValue ask(Channel channel, int number) {
        return ClientCalls.blockingUnaryCall(
                channel, ASK, CallOptions.DEFAULT, StringValue.of(Integer.toString(number)));
    }

    @Test
    void realCallsAreMadeUntilTheyDoNotBecomeFaster() {
        WarmUp warmUp = new WarmUp("test-svc", () -> service, WarmUpTest::ask);
        assertThat(warmUp.isDone()).isFalse();
        warmUp.run(Duration.ofSeconds(30));
        assertThat(warmUp.isDone()).isTrue();
        assertThat(served.get()).isGreaterThanOrEqualTo(300);
    }

    @Test
    void itEndsAtItsLimit() {
        WarmUp warmUp = new WarmUp("test-svc", () -> service, WarmUpTest::ask);
        warmUp.run(Duration.ZERO);
        assertThat(warmUp.isDone()).isTrue();
        assertThat(served.get()).isEqualTo(1);
    }

    @Test
    void aServiceWhoseCallsFailIsReadyAllTheSame() {
        WarmUp warmUp = new WarmUp("test-svc", () -> service, (channel, number) -> {
            throw new IOException("no");
        });
        warmUp.run(Duration.ofSeconds(30));
        assertThat(warmUp.isDone()).isTrue();
    }
}
