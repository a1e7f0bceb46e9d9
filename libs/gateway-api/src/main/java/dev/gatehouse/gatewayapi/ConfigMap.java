package dev.gatehouse.gatewayapi;

import dev.gatehouse.gatewayapi.yaml.Fields;
import java.util.Map;
import java.util.Optional;

/** Kubernetes' ConfigMap. */
public record ConfigMap(Map<String, String> data) {
    private static final String BODY = "response.body";

    public ConfigMap {
        data = Map.copyOf(data);
    }

    static ConfigMap read(Fields f) {
        f.known("binaryData", "immutable");
        return new ConfigMap(f.stringMap("data"));
    }

    /** The CA certificates: the value of "ca.crt", else of "tls.crt", else of the only key; an empty text if there are none. */
    public String authorities() {
        return CaKey.of(data.keySet()).map(data::get).orElse("");
    }

    /** The body of a response: the value of "response.body", else of the first key; empty: there is no key. */
    public Optional<String> responseBody() {
        return value(BODY);
    }

    /** The value of {@code key}, else of the first key; empty: there is no key. */
    public Optional<String> value(String key) {
        return Optional.ofNullable(data.get(key))
                .or(() ->
                        data.entrySet().stream().min(Map.Entry.comparingByKey()).map(Map.Entry::getValue));
    }
}
