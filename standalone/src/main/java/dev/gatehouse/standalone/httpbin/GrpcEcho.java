package dev.gatehouse.standalone.httpbin;

import dev.gatehouse.standalone.httpbin.echo.EchoGrpc;
import dev.gatehouse.standalone.httpbin.echo.EchoRequest;
import dev.gatehouse.standalone.httpbin.echo.EchoResponse;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executors;

/** {@code gatehouse.echo.v1.Echo}, gRPC health and server reflection, without TLS. */
final class GrpcEcho extends EchoGrpc.EchoImplBase {
    private static final Context.Key<Map<String, String>> METADATA = Context.key("metadata");

    private final String backend;

    private GrpcEcho(String backend) {
        this.backend = backend;
    }

    static Server start(String backend, String host, int port) throws IOException {
        HealthStatusManager health = new HealthStatusManager();
        health.setStatus("gatehouse.echo.v1.Echo", ServingStatus.SERVING);
        return NettyServerBuilder.forAddress(new InetSocketAddress(host, port))
                .executor(Executors.newVirtualThreadPerTaskExecutor())
                .addService(new GrpcEcho(backend))
                .addService(health.getHealthService())
                .addService(ProtoReflectionServiceV1.newInstance())
                .intercept(new KeepMetadata())
                .build()
                .start();
    }

    @Override
    public void unary(EchoRequest request, StreamObserver<EchoResponse> out) {
        answer(request, METADATA.get(), 0, out);
        if (request.getFailWith() == 0) {
            out.onCompleted();
        }
    }

    @Override
    public StreamObserver<EchoRequest> chat(StreamObserver<EchoResponse> out) {
        Map<String, String> metadata = METADATA.get();
        return new StreamObserver<>() {
            private int sequence;

            @Override
            public void onNext(EchoRequest request) {
                answer(request, metadata, sequence++, out);
            }

            @Override
            public void onError(Throwable cancelled) {
                // The client went away: there is nobody to answer.
            }

            @Override
            public void onCompleted() {
                out.onCompleted();
            }
        };
    }

    private void answer(
            EchoRequest request, Map<String, String> metadata, int sequence, StreamObserver<EchoResponse> out) {
        if (request.getFailWith() != 0) {
            out.onError(Status.fromCodeValue(request.getFailWith())
                    .withDescription(request.getMessage())
                    .asRuntimeException());
            return;
        }
        out.onNext(EchoResponse.newBuilder()
                .setMessage(request.getMessage())
                .setBackend(backend)
                .putAllMetadata(metadata)
                .setSequence(sequence)
                .build());
    }

    private static final class KeepMetadata implements ServerInterceptor {
        @Override
        public <Q, A> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
            Map<String, String> metadata = new TreeMap<>();
            for (String key : headers.keys()) {
                if (!key.endsWith(Metadata.BINARY_HEADER_SUFFIX)) {
                    Iterable<String> values = headers.getAll(Metadata.Key.of(key, Metadata.ASCII_STRING_MARSHALLER));
                    if (values != null) {
                        metadata.put(key, String.join(",", values));
                    }
                }
            }
            return Contexts.interceptCall(Context.current().withValue(METADATA, metadata), call, headers, next);
        }
    }
}
