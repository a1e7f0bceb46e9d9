package dev.gatehouse.controller.envoy;

import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.ObjectRef;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The metadata of a route in Envoy, by which access logs ({@code %METADATA(ROUTE:envoy-gateway:resources)%}), extensions
 * and authorization servers learn which HTTPRoute or GRPCRoute was selected. Its form is Envoy Gateway's.
 */
final class RouteMetadata {
    private static final String NAMESPACE = "envoy-gateway";

    /** The prefix of the annotations that are part of the metadata; there they have no prefix. */
    private static final String PREFIX = Kinds.ENVOY_GATEWAY_GROUP + "/";

    private RouteMetadata() {}

    /** @param rule the name of the rule */
    static Metadata of(ObjectRef route, Map<String, String> annotations, Optional<String> rule) {
        Struct.Builder resource = Struct.newBuilder()
                .putFields("kind", text(route.kind()))
                .putFields("name", text(route.name()))
                .putFields("namespace", text(route.namespace()));
        rule.ifPresent(section -> resource.putFields("sectionName", text(section)));
        Struct.Builder own = Struct.newBuilder();
        new TreeMap<>(annotations).forEach((name, value) -> {
            if (name.startsWith(PREFIX)) {
                own.putFields(name.substring(PREFIX.length()), text(value));
            }
        });
        if (own.getFieldsCount() > 0) {
            resource.putFields(
                    "annotations", Value.newBuilder().setStructValue(own).build());
        }
        ListValue resources = ListValue.newBuilder()
                .addValues(Value.newBuilder().setStructValue(resource))
                .build();
        return Metadata.newBuilder()
                .putFilterMetadata(
                        NAMESPACE,
                        Struct.newBuilder()
                                .putFields(
                                        "resources",
                                        Value.newBuilder()
                                                .setListValue(resources)
                                                .build())
                                .build())
                .build();
    }

    private static Value text(String text) {
        return Value.newBuilder().setStringValue(text).build();
    }
}
