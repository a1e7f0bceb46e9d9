package dev.gatehouse.xdsclient;

import io.grpc.ChannelCredentials;
import io.grpc.ManagedChannel;
import java.security.SecureRandom;

/** An open subscription, with a channel of its own. A service extends it by a type of its own, by which it is injected. */
public abstract class XdsConnection implements AutoCloseable {
    private final ManagedChannel channel;
    private final XdsSubscription subscription;

    /** Subscribes; the parameters are those of {@link XdsChannels#to} and {@link XdsSubscription#start}. */
    protected XdsConnection(
            String address, ChannelCredentials credentials, XdsNode node, String typeUrl, Subscriber subscriber) {
        channel = XdsChannels.to(address, credentials);
        subscription = XdsSubscription.start(channel, node, typeUrl, subscriber, new SecureRandom());
    }

    /** From any thread. */
    public final SubscriptionState state() {
        return subscription.state();
    }

    @Override
    public final void close() {
        subscription.close();
        channel.shutdownNow();
    }
}
