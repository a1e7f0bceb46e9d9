package dev.gatehouse.authz.token;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A claim that the backend gets as a header. A list is the texts of its elements, with commas between them; an element with a comma in it is left out, since
 * backends would read it as several.
 *
 * @param header in lower case
 * @param claim with dots between names of nested objects
 */
public record ClaimHeader(String header, String claim) {
    private static final int LONGEST_VALUE = 8192;

    /** The header's value; empty: the claim is not there, or cannot be the value of a header. */
    public Optional<String> value(Claims claims) {
        return claims.at(claim).flatMap(ClaimHeader::text);
    }

    private static Optional<String> text(Object claim) {
        String text = switch (claim) {
            case List<?> list -> {
                List<String> parts = new ArrayList<>();
                list.forEach(element -> parts.add(one(element)));
                parts.removeIf(part -> part.contains(","));
                yield String.join(",", parts);
            }
            default -> one(claim);
        };
        boolean fits = text.length() <= LONGEST_VALUE && text.chars().noneMatch(c -> c < ' ' || c == 0x7f);
        return fits ? Optional.of(text) : Optional.empty();
    }

    private static String one(@Nullable Object value) {
        return value instanceof Map<?, ?> map ? json(map) : Objects.toString(value);
    }

    private static String json(Map<?, ?> map) {
        Map<String, @Nullable Object> named = new LinkedHashMap<>();
        map.forEach((name, value) -> named.put(Objects.toString(name), value));
        return new Claims(named).json();
    }
}
