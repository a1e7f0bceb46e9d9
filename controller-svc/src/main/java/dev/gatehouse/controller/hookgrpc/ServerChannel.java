package dev.gatehouse.controller.hookgrpc;

import com.google.protobuf.Message;
import dev.gatehouse.api.extension.v1.EnvoyGatewayExtensionGrpc;
import dev.gatehouse.controller.extensionserver.ExtensionServer;
import dev.gatehouse.controller.extensionserver.ExtensionServer.Address;
import dev.gatehouse.controller.extensionserver.ExtensionServer.Retry;
import dev.gatehouse.controller.extensionserver.Hook;
import dev.gatehouse.controller.hook.HookFailure;
import dev.gatehouse.gatewayapi.ObjectReference;
import dev.gatehouse.gatewayapi.Secret;
import io.grpc.CallOptions;
import io.grpc.ChannelCredentials;
import io.grpc.ConnectivityState;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The channel to one server. */
final class ServerChannel {
    private static final int DEFAULT_MESSAGE_BYTES = 4 << 20;
    private static final String SERVICE = EnvoyGatewayExtensionGrpc.SERVICE_NAME;

    private final ExtensionServer server;
    private final Map<ObjectReference, Optional<Secret>> secrets;
    private final Runnable reconnected;
    private final Optional<EventLoopGroup> loops;
    private final Optional<ManagedChannel> channel;
    private final String problem;
    private boolean connected;
    private boolean lost;

    /** @param reconnected called when the server is available again */
    ServerChannel(ExtensionServer server, Map<ObjectReference, Optional<Secret>> secrets, Runnable reconnected) {
        this.server = server;
        this.secrets = Map.copyOf(secrets);
        this.reconnected = reconnected;
        this.loops = server.service().address() instanceof Address.Unix
                ? Optional.of(new NioEventLoopGroup(1))
                : Optional.empty();
        Optional<ManagedChannel> made;
        String reason = "";
        try {
            made = Optional.of(open());
        } catch (IOException | IllegalArgumentException e) {
            made = Optional.empty();
            reason = String.valueOf(e.getMessage());
        }
        channel = made;
        problem = reason;
        channel.ifPresent(each -> watch(each, each.getState(false)));
    }

    Map<ObjectReference, Optional<Secret>> secrets() {
        return secrets;
    }

    private ManagedChannel open() throws IOException {
        NettyChannelBuilder builder = switch (server.service().address()) {
            case Address.Host host -> NettyChannelBuilder.forTarget("dns:///" + host, credentials());
            case Address.Unix unix ->
                NettyChannelBuilder.forAddress(UnixDomainSocketAddress.of(unix.path()), credentials())
                        .channelType(NioDomainSocketChannel.class, UnixDomainSocketAddress.class)
                        .eventLoopGroup(loops.orElseThrow())
                        .overrideAuthority("localhost");
        };
        return builder.maxInboundMessageSize(server.maxMessageBytes().orElse(DEFAULT_MESSAGE_BYTES))
                .keepAliveTime(30, TimeUnit.SECONDS)
                .keepAliveTimeout(10, TimeUnit.SECONDS)
                // The connection must not go idle: its loss is the sign that the server may have been replaced, so that
                // cached answers are stale.
                .idleTimeout(365, TimeUnit.DAYS)
                .enableRetry()
                .maxRetryAttempts(Math.max(2, server.service().retry().attempts()))
                .defaultServiceConfig(serviceConfig(server.service().retry()))
                .disableServiceConfigLookUp()
                .build();
    }

    /** The retry settings in gRPC's service config (gRFC A6). */
    private static Map<String, Object> serviceConfig(Retry retry) {
        Map<String, Object> method = new LinkedHashMap<>();
        method.put("name", List.of(Map.of("service", SERVICE)));
        if (retry.attempts() > 1) {
            method.put(
                    "retryPolicy",
                    Map.of(
                            "maxAttempts", (double) retry.attempts(),
                            "initialBackoff", seconds(retry.initialBackoff()),
                            "maxBackoff", seconds(retry.maxBackoff()),
                            "backoffMultiplier", retry.multiplier(),
                            "retryableStatusCodes",
                                    retry.codes().stream().sorted().toList()));
        }
        return Map.of("methodConfig", List.of(method));
    }

    private static String seconds(Duration duration) {
        return duration.toMillis() / 1000 + "." + "%03d".formatted(duration.toMillis() % 1000) + "s";
    }

    private ChannelCredentials credentials() throws IOException {
        Optional<ExtensionServer.Tls> tls = server.service().tls();
        if (tls.isEmpty()) {
            return InsecureChannelCredentials.create();
        }
        TlsChannelCredentials.Builder credentials =
                TlsChannelCredentials.newBuilder().trustManager(part(tls.get().authorities(), "tls.crt"));
        if (tls.get().client().isPresent()) {
            ObjectReference client = tls.get().client().get();
            credentials.keyManager(part(client, "tls.crt"), part(client, "tls.key"));
        }
        return credentials.build();
    }

    private InputStream part(ObjectReference reference, String key) {
        Secret secret = secrets.getOrDefault(reference, Optional.empty())
                .orElseThrow(() -> new IllegalArgumentException("Secret " + shown(reference) + " is not there"));
        String text = secret.text(key)
                .orElseThrow(() -> new IllegalArgumentException(
                        "Secret " + shown(reference) + " has no \"" + key + "\" (expected: PEM)"));
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static String shown(ObjectReference reference) {
        return reference.namespace().map(namespace -> namespace + "/").orElse("") + reference.name();
    }

    private void watch(ManagedChannel watched, ConnectivityState state) {
        boolean again;
        synchronized (this) {
            switch (state) {
                case READY -> {
                    again = lost;
                    connected = true;
                    lost = false;
                }
                case TRANSIENT_FAILURE, IDLE -> {
                    again = false;
                    lost |= connected || state == ConnectivityState.TRANSIENT_FAILURE;
                }
                case CONNECTING -> again = false;
                case SHUTDOWN -> {
                    return;
                }
                default -> again = false;
            }
        }
        if (state == ConnectivityState.IDLE && lost) {
            // Connects again at once, to learn when the server is available.
            watched.getState(true);
        }
        if (again) {
            reconnected.run();
        }
        watched.notifyWhenStateChanged(state, () -> watch(watched, watched.getState(false)));
    }

    Message call(Hook hook, Message request, Duration deadline) throws HookFailure, InterruptedException {
        if (channel.isEmpty()) {
            throw new HookFailure(true, problem);
        }
        if (server.maxMessageBytes().isPresent()
                && request.getSerializedSize() > server.maxMessageBytes().getAsInt()) {
            throw new HookFailure(
                    false,
                    "the request has " + request.getSerializedSize() + " bytes (expected: at most "
                            + server.maxMessageBytes().getAsInt() + ", maxMessageSize)");
        }
        if (channel.get().getState(false) == ConnectivityState.TRANSIENT_FAILURE) {
            // The caller decides when to try again, so gRPC's own backoff is reset.
            channel.get().resetConnectBackoff();
        }
        try {
            return ClientCalls.blockingUnaryCall(
                    channel.get(),
                    method(hook),
                    CallOptions.DEFAULT.withDeadlineAfter(deadline.toMillis(), TimeUnit.MILLISECONDS),
                    request);
        } catch (StatusRuntimeException e) {
            Status status = e.getStatus();
            if (status.getCode() == Status.Code.CANCELLED && Thread.interrupted()) {
                throw new InterruptedException();
            }
            boolean away =
                    status.getCode() == Status.Code.UNAVAILABLE || status.getCode() == Status.Code.DEADLINE_EXCEEDED;
            throw new HookFailure(
                    away,
                    status.getCode()
                            + Optional.ofNullable(status.getDescription())
                                    .map(text -> " (" + text.lines().findFirst().orElse("") + ")")
                                    .orElse("")
                            + " from " + server.service().address());
        }
    }

    private static MethodDescriptor<Message, Message> method(Hook hook) {
        MethodDescriptor<? extends Message, ? extends Message> method = switch (hook) {
            case Route -> EnvoyGatewayExtensionGrpc.getPostRouteModifyMethod();
            case VirtualHost -> EnvoyGatewayExtensionGrpc.getPostVirtualHostModifyMethod();
            case HTTPListener -> EnvoyGatewayExtensionGrpc.getPostHTTPListenerModifyMethod();
            case Cluster -> EnvoyGatewayExtensionGrpc.getPostClusterModifyMethod();
            case Endpoints -> EnvoyGatewayExtensionGrpc.getPostEndpointsModifyMethod();
            case Translation -> EnvoyGatewayExtensionGrpc.getPostTranslateModifyMethod();
        };
        @SuppressWarnings("unchecked") // The stage sends each hook's request, and reads its answer.
        MethodDescriptor<Message, Message> typed = (MethodDescriptor<Message, Message>) method;
        return typed;
    }

    void close() {
        channel.ifPresent(ManagedChannel::shutdownNow);
        loops.ifPresent(each -> each.shutdownGracefully(0, 1, TimeUnit.SECONDS));
    }
}
