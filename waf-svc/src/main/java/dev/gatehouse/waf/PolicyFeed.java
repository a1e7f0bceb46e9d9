package dev.gatehouse.waf;

import dev.gatehouse.envoyapi.TypeUrls;
import dev.gatehouse.waf.policy.Policies;
import dev.gatehouse.waf.xds.PolicySubscriber;
import dev.gatehouse.xdsclient.XdsConnection;
import dev.gatehouse.xdsclient.XdsNode;
import io.grpc.ChannelCredentials;

/** The open subscription to the policies. */
final class PolicyFeed extends XdsConnection {
    PolicyFeed(String address, ChannelCredentials credentials, XdsNode node, Policies policies) {
        super(address, credentials, node, TypeUrls.WAF, new PolicySubscriber(policies));
    }
}
