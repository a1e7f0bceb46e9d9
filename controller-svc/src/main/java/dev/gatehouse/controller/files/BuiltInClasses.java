package dev.gatehouse.controller.files;

import dev.gatehouse.controller.translate.Translator.Change;
import dev.gatehouse.gatewayapi.GatewayClass;
import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.Metadata;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.Resource;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The GatewayClasses that exist without a file. On Kubernetes the installation creates them. */
final class BuiltInClasses {
    static final List<String> NAMES = List.of("teg", "gatehouse");

    private BuiltInClasses() {}

    static Change put(String name, String controllerName) {
        return new Change.Put(
                Kinds.GATEWAY_CLASS,
                new Resource<>(
                        new Metadata(
                                new ObjectKey("", name), Map.of(), Map.of(), 1, Optional.empty(), Optional.empty()),
                        new GatewayClass(controllerName, Optional.empty())));
    }
}
