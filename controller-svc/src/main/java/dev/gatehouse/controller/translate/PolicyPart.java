package dev.gatehouse.controller.translate;

import dev.gatehouse.controller.envoy.ListenerResources.PortKey;
import dev.gatehouse.gatewayapi.ObjectRef;

/**
 * The contribution of a policy to the Envoy listener of a port: filters for the policy's routes, or settings for
 * clients. An EnvoyProxy contributes access logs and traces.
 *
 * @param owner the policy, or the EnvoyProxy; of merged ones the most specific one
 */
public record PolicyPart(PortKey port, ObjectRef owner) implements OutputPart {
    /** The policy's contribution to the TCP listener of the same port. */
    PolicyPart overTcp() {
        return new PolicyPart(port.overTcp(), owner);
    }

    /** The policy's contribution to the HTTP/3 listener of the same port. */
    PolicyPart overQuic() {
        return new PolicyPart(port.overQuic(), owner);
    }
}
