package dev.gatehouse.xds.grpc;

import dev.gatehouse.xds.stream.Effect;
import dev.gatehouse.xds.stream.Protocol;
import dev.gatehouse.xds.stream.Request;
import io.envoyproxy.envoy.config.core.v3.Node;

/** The messages of one variant of the protocol. */
interface WireFormat<Q, R> {
    Protocol protocol();

    Node node(Q message);

    /** The request's type; empty where the service implies it. */
    String typeUrl(Q message);

    Request request(Q message, String typeUrl);

    R response(Effect.Push push);
}
