package dev.gatehouse.grpcserver;

import io.quarkus.arc.Unremovable;
import io.quarkus.grpc.api.ServerBuilderCustomizer;
import io.quarkus.grpc.runtime.config.GrpcServerConfiguration;
import io.vertx.grpc.VertxServerBuilder;
import jakarta.inject.Singleton;
import java.util.OptionalInt;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * {@code gatehouse.grpc.flow-control-window}: the bytes of a stream, and of a connection, that a client may send before
 * the service reads them (RFC 9113, section 5.2). The default is grpc-java's 1 MiB, which grows with the bandwidth. A
 * service with many streams that it does not read at once sets a small window, since received and unread bytes take
 * memory outside of the heap.
 */
@Singleton
@Unremovable
final class FlowControl implements ServerBuilderCustomizer<VertxServerBuilder> {
    private final OptionalInt window;

    FlowControl(@ConfigProperty(name = "gatehouse.grpc.flow-control-window") OptionalInt window) {
        this.window = window;
    }

    @Override
    public void customize(GrpcServerConfiguration config, VertxServerBuilder builder) {
        window.ifPresent(bytes -> builder.nettyBuilder().flowControlWindow(bytes));
    }
}
