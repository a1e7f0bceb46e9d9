package dev.gatehouse.waf;

import dev.gatehouse.waf.policy.Policies;
import dev.gatehouse.waf.xds.PolicySubscriber;
import dev.gatehouse.xdsclient.SubscriptionState;
import dev.gatehouse.xdsclient.XdsChannels;
import dev.gatehouse.xdsclient.XdsNode;
import dev.gatehouse.xdsclient.XdsSubscription;
import io.grpc.ChannelCredentials;
import io.grpc.ManagedChannel;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.SecureRandom;

/** The subscription to policies, and its channel. */
final class PolicyFeed implements AutoCloseable {
    private static final String FLEET = "gatehouse/waf";

    private final ManagedChannel channel;
    private final XdsSubscription subscription;

    PolicyFeed(WafConfig config, ChannelCredentials credentials, Policies policies) {
        channel = XdsChannels.to(config.xds().address(), credentials);
        subscription = XdsSubscription.start(
                channel,
                new XdsNode(config.replica().orElseGet(PolicyFeed::hostName), FLEET, "waf-svc", "1"),
                PolicySubscriber.TYPE_URL,
                PolicySubscriber::name,
                new PolicySubscriber(policies),
                new SecureRandom());
    }

    SubscriptionState state() {
        return subscription.state();
    }

    @Override
    public void close() {
        subscription.close();
        channel.shutdownNow();
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "waf-svc";
        }
    }
}
