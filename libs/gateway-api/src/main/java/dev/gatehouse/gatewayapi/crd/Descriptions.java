package dev.gatehouse.gatewayapi.crd;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;

/** What {@code kubectl explain} says of fields, by their path below {@code spec}. */
final class Descriptions {
    private static final String FILE = "descriptions.properties";
    private static final Map<String, String> ALL = read();

    private Descriptions() {}

    private static Map<String, String> read() {
        Properties properties = new Properties();
        try (InputStream file = Descriptions.class.getResourceAsStream(FILE)) {
            if (file == null) {
                throw new IllegalStateException(FILE + " is not in the jar");
            }
            properties.load(new InputStreamReader(file, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Map<String, String> all = new TreeMap<>();
        properties.forEach((path, text) -> all.put(String.valueOf(path), String.valueOf(text)));
        return all;
    }

    /** All descriptions, by a field of one kind ("WAFPolicy.mode") or by a field of every kind ("targetRefs"). */
    static Map<String, String> all() {
        return ALL;
    }

    /** The description of a kind's field; empty: there is none. */
    static Optional<String> of(String kind, String path) {
        return Optional.ofNullable(ALL.get(kind + "." + path)).or(() -> Optional.ofNullable(ALL.get(path)));
    }
}
