package dev.gatehouse.identity.quarkus;

import dev.gatehouse.identity.Caller;
import io.quarkus.arc.Unremovable;
import io.quarkus.grpc.api.ServerBuilderCustomizer;
import io.quarkus.grpc.runtime.config.GrpcServerConfiguration;
import io.vertx.grpc.VertxServerBuilder;
import jakarta.inject.Singleton;

/** Gives the gRPC server its TLS and its view of callers. */
@Singleton
@Unremovable
final class ServerTls implements ServerBuilderCustomizer<VertxServerBuilder> {
    private final ServiceTls tls;

    ServerTls(ServiceTls tls) {
        this.tls = tls;
    }

    @Override
    public void customize(GrpcServerConfiguration config, VertxServerBuilder builder) {
        tls.credentials().ifPresent(credentials -> {
            builder.nettyBuilder().sslContext(credentials.server());
            builder.intercept(Caller.interceptor());
        });
    }
}
