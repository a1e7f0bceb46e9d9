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

    /** The CA certificates: in "ca.crt", else in "tls.crt", else in the only key; none: an empty text. */
    public String authorities() {
        return CaKey.of(data.keySet()).map(data::get).orElse("");
    }
}
