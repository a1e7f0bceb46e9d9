package dev.gatehouse.authz;

import dev.gatehouse.authz.xds.PolicySubscriber;
import dev.gatehouse.envoyapi.TypeUrls;
import dev.gatehouse.xdsclient.XdsConnection;
import dev.gatehouse.xdsclient.XdsNode;
import io.grpc.ChannelCredentials;

/** The open subscription to the policies. */
final class PolicySource extends XdsConnection {
    PolicySource(String address, ChannelCredentials credentials, XdsNode node, PolicySubscriber policies) {
        super(address, credentials, node, TypeUrls.ACCESS, policies);
    }
}
