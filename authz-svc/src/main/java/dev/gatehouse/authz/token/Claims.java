package dev.gatehouse.authz.token;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.math.BigDecimal;
import java.text.ParseException;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A JSON object of claims. A claim of another type than the one asked for is not there. Claims stay with their session, and so does what
 * an adapter makes of them ({@link #written}).
 */
public final class Claims {
    public static final Claims NONE = new Claims(Map.of());

    private final Map<String, @Nullable Object> values;
    private volatile @Nullable Object written;

    /** @param values as JSON has them: text, numbers, booleans, lists, and objects */
    public Claims(Map<String, @Nullable Object> values) {
        this.values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    /** As JSON has them: text, numbers, booleans, lists, and objects. */
    public Map<String, @Nullable Object> values() {
        return values;
    }

    /**
     * The claims in the form of another technology, made when it is first asked for. Two threads may make it at the same time.
     *
     * @param form the only one that is kept: claims are written in one form
     */
    public <T> T written(Class<T> form, Function<Claims, T> write) {
        Object before = written;
        if (form.isInstance(before)) {
            return form.cast(before);
        }
        T made = write.apply(this);
        written = made;
        return made;
    }

    /** Empty: this is no JSON object. */
    public static Optional<Claims> parse(String json) {
        try {
            return Optional.of(new Claims(JSONObjectUtils.parse(json)));
        } catch (ParseException | RuntimeException | StackOverflowError e) {
            // The parser's answers to odd JSON, such as lists within lists without end, differ; all are "not JSON".
            return Optional.empty();
        }
    }

    public String json() {
        return JSONObjectUtils.toJSONString(values);
    }

    public boolean has(String name) {
        return values.containsKey(name);
    }

    /** Empty for an empty text, too. */
    public Optional<String> text(String name) {
        return values.get(name) instanceof String text && !text.isEmpty() ? Optional.of(text) : Optional.empty();
    }

    /** A text alone counts as a list of one; a list with anything but texts in it is none. */
    public Optional<List<String>> texts(String name) {
        return switch (values.get(name)) {
            case String text -> Optional.of(List.of(text));
            case List<?> list
            when list.stream().allMatch(String.class::isInstance) ->
                Optional.of(list.stream().map(String.class::cast).toList());
            case null, default -> Optional.empty();
        };
    }

    public boolean isTrue(String name) {
        return Boolean.TRUE.equals(values.get(name));
    }

    /** A number, or text that is one: some providers write {@code "expires_in":"3600"}. */
    public Optional<Long> number(String name) {
        try {
            return switch (values.get(name)) {
                case Number number -> Optional.of(new BigDecimal(number.toString()).longValue());
                case String text when text.length() < 20 -> Optional.of(Long.parseLong(text));
                case null, default -> Optional.empty();
            };
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** NumericDate, RFC 7519 section 2. */
    public Optional<Instant> time(String name) {
        return values.get(name) instanceof Number
                ? number(name)
                        .filter(seconds -> seconds > 0 && seconds < Integer.MAX_VALUE * 100L)
                        .map(Instant::ofEpochSecond)
                : Optional.empty();
    }

    public Optional<Claims> object(String name) {
        return values.get(name) instanceof Map<?, ?> map ? Optional.of(of(map)) : Optional.empty();
    }

    /** Finds a claim by its whole name, and else by the names of nested objects with dots between them. */
    public Optional<Object> at(String path) {
        Object whole = values.get(path);
        if (whole != null) {
            return Optional.of(whole);
        }
        for (int dot = path.indexOf('.'); dot > 0; dot = path.indexOf('.', dot + 1)) {
            String rest = path.substring(dot + 1);
            Optional<Object> nested = object(path.substring(0, dot)).flatMap(claims -> claims.at(rest));
            if (nested.isPresent()) {
                return nested;
            }
        }
        return Optional.empty();
    }

    /** These claims, and those of {@code other} whose names are not here. */
    public Claims with(Claims other) {
        Map<String, @Nullable Object> all = new LinkedHashMap<>(other.values);
        all.putAll(values);
        return new Claims(all);
    }

    private static Claims of(Map<?, ?> map) {
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        map.forEach((name, value) -> values.put(Objects.toString(name), value));
        return new Claims(values);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Claims claims && values.equals(claims.values);
    }

    @Override
    public int hashCode() {
        return values.hashCode();
    }

    /** Claims tell about people. */
    @Override
    public String toString() {
        return "Claims" + values.keySet();
    }
}
