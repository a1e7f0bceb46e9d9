package dev.gatehouse.gatewayapi;

import dev.gatehouse.gatewayapi.yaml.Fields;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Kubernetes' Secret. Its text form shows the names of its keys only. */
public record Secret(String type, Map<String, Bytes> data) {
    public Secret {
        data = Map.copyOf(data);
    }

    static Secret read(Fields f) {
        f.known("immutable");
        Map<String, Bytes> data = new HashMap<>();
        f.stringMap("data").forEach((key, text) -> {
            try {
                data.put(key, new Bytes(Base64.getDecoder().decode(text.replaceAll("\\s", ""))));
            } catch (IllegalArgumentException e) {
                f.wrong("data." + key, "is not valid (expected: base64; plain text goes into stringData)");
            }
        });
        f.stringMap("stringData")
                .forEach((key, text) -> data.put(key, new Bytes(text.getBytes(StandardCharsets.UTF_8))));
        return new Secret(f.string("type").orElse("Opaque"), data);
    }

    /** The value of a key, as UTF-8 text. */
    public Optional<String> text(String key) {
        return Optional.ofNullable(data.get(key)).map(Bytes::utf8);
    }

    /** The CA certificates: the value of "ca.crt", else of "tls.crt", else of the only key; an empty text if there are none. */
    public String authorities() {
        return CaKey.of(data.keySet()).flatMap(this::text).orElse("");
    }

    @Override
    public String toString() {
        return "Secret[type=" + type + ", keys=" + data.keySet() + "]";
    }
}
