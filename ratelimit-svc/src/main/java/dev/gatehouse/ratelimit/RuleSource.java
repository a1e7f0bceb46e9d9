package dev.gatehouse.ratelimit;

import com.google.protobuf.Any;
import dev.gatehouse.ratelimit.xds.RuleSubscriber;
import dev.gatehouse.xdsclient.SubscriptionState;
import dev.gatehouse.xdsclient.XdsChannels;
import dev.gatehouse.xdsclient.XdsNode;
import dev.gatehouse.xdsclient.XdsSubscription;
import io.grpc.ChannelCredentials;
import io.grpc.ManagedChannel;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/** The open subscription to the rules. */
final class RuleSource implements AutoCloseable {
    private final ManagedChannel channel;
    private final XdsSubscription subscription;

    RuleSource(
            String address,
            ChannelCredentials credentials,
            XdsNode node,
            RuleSubscriber rules,
            RandomGenerator random) {
        Function<Any, String> naming = RuleSubscriber::name;
        channel = XdsChannels.to(address, credentials);
        subscription = XdsSubscription.start(channel, node, RuleSubscriber.TYPE_URL, naming, rules, random);
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
