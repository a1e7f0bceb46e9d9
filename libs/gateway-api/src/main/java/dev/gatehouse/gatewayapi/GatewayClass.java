package dev.gatehouse.gatewayapi;

import dev.gatehouse.gatewayapi.yaml.Fields;
import java.util.Optional;

/** GatewayClass: names the controller that serves the Gateways of a class. */
public record GatewayClass(String controllerName, Optional<ObjectReference> parametersRef) {
    static GatewayClass read(Fields f) {
        return new GatewayClass(
                f.requiredString("controllerName"),
                f.known("description").object("parametersRef", ObjectReference::read));
    }
}
