package dev.gatehouse.ratelimit;

import dev.gatehouse.envoyapi.TypeUrls;
import dev.gatehouse.ratelimit.xds.RuleSubscriber;
import dev.gatehouse.xdsclient.XdsConnection;
import dev.gatehouse.xdsclient.XdsNode;
import io.grpc.ChannelCredentials;

/** The open subscription to the rules. */
final class RuleSource extends XdsConnection {
    RuleSource(String address, ChannelCredentials credentials, XdsNode node, RuleSubscriber rules) {
        super(address, credentials, node, TypeUrls.RATE_LIMIT, rules);
    }
}
