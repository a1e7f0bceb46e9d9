package dev.gatehouse.xdsclient;

import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import java.util.concurrent.TimeUnit;

/** Makes channels to an xDS server as a subscription needs them. */
public final class XdsChannels {
    private static final int MAX_MESSAGE_BYTES = 32 << 20;

    private XdsChannels() {}

    /**
     * A channel, which connects when it is first used.
     *
     * @param address host and port, or any target that gRPC resolves
     * @param credentials mutual TLS, or plain text for one process or a mesh that encrypts
     */
    public static ManagedChannel to(String address, ChannelCredentials credentials) {
        return Grpc.newChannelBuilder(address, credentials)
                .maxInboundMessageSize(MAX_MESSAGE_BYTES)
                .keepAliveTime(30, TimeUnit.SECONDS)
                .keepAliveTimeout(10, TimeUnit.SECONDS)
                .build();
    }
}
