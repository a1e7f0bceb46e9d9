package dev.gatehouse.gatewayapi;

import dev.gatehouse.gatewayapi.yaml.Fields;
import java.util.Map;

/** Kubernetes' ConfigMap. */
public record ConfigMap(Map<String, String> data) {
    public ConfigMap {
        data = Map.copyOf(data);
    }

    static ConfigMap read(Fields f) {
        f.known("binaryData", "immutable");
        return new ConfigMap(f.stringMap("data"));
    }
}
