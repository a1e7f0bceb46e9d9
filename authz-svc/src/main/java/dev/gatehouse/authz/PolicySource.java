package dev.gatehouse.authz;

import com.google.protobuf.Any;
import dev.gatehouse.authz.xds.PolicySubscriber;
import dev.gatehouse.xdsclient.SubscriptionState;
import dev.gatehouse.xdsclient.XdsChannels;
import dev.gatehouse.xdsclient.XdsNode;
import dev.gatehouse.xdsclient.XdsSubscription;
import io.grpc.ChannelCredentials;
import io.grpc.ManagedChannel;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/** The open subscription to the policies. */
final class PolicySource implements AutoCloseable {
    private final ManagedChannel channel;
    private final XdsSubscription subscription;

    PolicySource(
            String address,
            ChannelCredentials credentials,
            XdsNode node,
            PolicySubscriber policies,
            RandomGenerator random) {
        Function<Any, String> naming = PolicySubscriber::name;
        channel = XdsChannels.to(address, credentials);
        subscription = XdsSubscription.start(channel, node, PolicySubscriber.TYPE_URL, naming, policies, random);
    }

    SubscriptionState state() {
        return subscription.state();
    }

    @Override
    public void close() {
        subscription.close();
        channel.shutdownNow();
    }
}
