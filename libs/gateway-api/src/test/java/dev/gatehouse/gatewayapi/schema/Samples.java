package dev.gatehouse.gatewayapi.schema;

import static dev.gatehouse.gatewayapi.schema.PeerModule.asMap;
import static dev.gatehouse.gatewayapi.schema.PeerModule.list;
import static dev.gatehouse.gatewayapi.schema.PeerModule.map;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.regex.Pattern;

/** Makes values at random whose types, bounds and patterns fit an OpenAPI schema; its rules they may break. */
final class Samples {
    /** Strings for patterns; among them those that rules ask for. */
    private static final List<String> TEXTS = List.of(
            "a",
            "",
            "host",
            "Host",
            "post",
            "PUT",
            "Authorization",
            "Service",
            "ServiceImport",
            "Backend",
            "ConfigMap",
            "Secret",
            "Gateway",
            "ListenerSet",
            "HTTPRoute",
            "TCPRoute",
            "UDPRoute",
            "gateway.networking.k8s.io",
            "gateway.envoyproxy.io",
            "multicluster.x-k8s.io",
            "v1",
            "envoy.filters.http.jwt_authn",
            "example.com",
            "0s",
            "1s",
            "500ms",
            "2m",
            "10.0.0.1",
            "10.0.0.0/8",
            "Replace",
            "StrategicMerge",
            "CONNECT",
            "System",
            "/x",
            "/x.mmdb",
            "64Ki",
            "https://a.test/x",
            "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
            "DE",
            "request.x",
            "a.test/b",
            "YQ==",
            "1.3");

    private final Random random;

    Samples(long seed) {
        random = new Random(seed);
    }

    /** @param depth how many levels of objects may hold optional fields */
    Optional<Object> of(Map<String, Object> schema, int depth) {
        List<Object> choices = choices(schema);
        if (!choices.isEmpty()) {
            return Optional.of(pick(choices));
        }
        if (schema.get("x-kubernetes-int-or-string") != null) {
            return random.nextBoolean() ? Optional.of((long) random.nextInt(1, 9)) : text(schema);
        }
        return switch (Objects.toString(schema.get("type"), "")) {
            case "object" -> object(schema, depth);
            case "array" -> Optional.of(array(schema, depth));
            case "string" -> text(schema);
            case "integer" -> Optional.of(whole(schema));
            case "number" -> Optional.of((double) whole(schema));
            case "boolean" -> Optional.of(random.nextBoolean());
            default -> Optional.of(Map.of());
        };
    }

    private Optional<Object> object(Map<String, Object> schema, int depth) {
        Map<String, Object> value = new LinkedHashMap<>();
        List<Object> required = list(schema.get("required"));
        // Few fields or many: rules speak of both.
        double share = random.nextDouble();
        for (Map.Entry<String, Object> field : map(schema, "properties").entrySet()) {
            Map<String, Object> inner = asMap(field.getValue());
            boolean needed = required.contains(field.getKey());
            if (needed || depth > 0 && random.nextDouble() < share || inner.containsKey("default")) {
                Optional<Object> sample = of(inner, depth - 1);
                if (sample.isEmpty() && needed) {
                    return Optional.empty();
                }
                sample.ifPresent(each -> value.put(field.getKey(), each));
            }
        }
        if (schema.get("additionalProperties") instanceof Map<?, ?>) {
            of(map(schema, "additionalProperties"), depth - 1).ifPresent(each -> value.put("a", each));
        }
        return value.size() < number(schema, "minProperties", 0) ? Optional.empty() : Optional.of(value);
    }

    private List<Object> array(Map<String, Object> schema, int depth) {
        long least = number(schema, "minItems", 0);
        long count = Math.min(number(schema, "maxItems", 3), least + random.nextInt(3));
        boolean unique = schema.get("x-kubernetes-list-type") != null;
        List<Object> items = new ArrayList<>();
        for (int i = 0; i < (unique ? Math.min(count, Math.max(least, 1)) : count); i++) {
            of(map(schema, "items"), depth - 1).ifPresent(items::add);
        }
        return items;
    }

    private Optional<Object> text(Map<String, Object> schema) {
        List<Pattern> patterns = new ArrayList<>();
        List<Map<String, Object>> parts = new ArrayList<>(List.of(schema));
        list(schema.get("allOf")).forEach(part -> parts.add(asMap(part)));
        for (Map<String, Object> part : parts) {
            if (part.get("pattern") != null) {
                patterns.add(Pattern.compile(Objects.toString(part.get("pattern"))));
            }
        }
        List<String> fitting = TEXTS.stream()
                .filter(text -> text.length() >= number(schema, "minLength", 0)
                        && text.length() <= number(schema, "maxLength", Integer.MAX_VALUE)
                        && patterns.stream()
                                .allMatch(pattern -> pattern.matcher(text).find())
                        && (!"byte".equals(schema.get("format")) || text.equals("YQ==")))
                .toList();
        return fitting.isEmpty() ? Optional.empty() : Optional.of(pick(fitting));
    }

    private long whole(Map<String, Object> schema) {
        long least = number(schema, "minimum", 0);
        return Math.min(least + random.nextInt(4), number(schema, "maximum", Integer.MAX_VALUE));
    }

    private static List<Object> choices(Map<String, Object> schema) {
        if (schema.get("enum") != null) {
            return list(schema.get("enum"));
        }
        List<Object> both = new ArrayList<>();
        for (Object part : list(schema.get("allOf"))) {
            List<Object> more = list(asMap(part).get("enum"));
            if (both.isEmpty()) {
                both.addAll(more);
            } else if (!more.isEmpty()) {
                both.retainAll(more);
            }
        }
        return both;
    }

    private static long number(Map<String, Object> schema, String name, long otherwise) {
        return schema.get(name) instanceof Long value ? value : otherwise;
    }

    private <T> T pick(List<T> values) {
        return values.get(random.nextInt(values.size()));
    }
}
