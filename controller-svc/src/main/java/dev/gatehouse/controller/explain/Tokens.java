package dev.gatehouse.controller.explain;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.protobuf.util.JsonFormat;
import dev.gatehouse.gatewayapi.security.Jwt;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Checks JSON Web Tokens as Envoy's filter {@code jwt_authn} does, except for the signature, which counts as valid. */
final class Tokens {
    /** Envoy's default tolerance for clock differences. */
    private static final Duration SKEW = Duration.ofSeconds(60);

    private static final int PARTS = 3;

    private Tokens() {}

    static Optional<Struct> object(String json) {
        try {
            Struct.Builder object = Struct.newBuilder();
            JsonFormat.parser().merge(json, object);
            return Optional.of(object.build());
        } catch (InvalidProtocolBufferException e) {
            return Optional.empty();
        }
    }

    /** The claims of a token; empty: the text is not a JSON Web Token. */
    static Optional<Struct> claims(String token) {
        String[] parts = token.split("\\.", -1);
        if (parts.length != PARTS) {
            return Optional.empty();
        }
        try {
            return object(new String(Base64.getUrlDecoder().decode(parts[1]), StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /**
     * Why {@code provider} does not accept the claims; empty: it accepts them.
     *
     * @param given true for claims without a token: a missing claim counts as valid
     */
    static Optional<String> problem(Jwt.Provider provider, Struct claims, boolean given, Optional<Instant> now) {
        Optional<String> issuer = text(claims, "iss");
        if (provider.issuer().isPresent() && !issuer.equals(provider.issuer()) && !(given && issuer.isEmpty())) {
            return Optional.of("401: iss is " + issuer.orElse("not there") + " (expected: "
                    + provider.issuer().get() + ")");
        }
        Optional<Instant> end = time(claims, "exp");
        if (now.isPresent() && end.isPresent() && now.get().isAfter(end.get().plus(SKEW))) {
            return Optional.of("401: it has expired, at " + end.get());
        }
        Optional<Instant> start = time(claims, "nbf");
        if (now.isPresent()
                && start.isPresent()
                && now.get().isBefore(start.get().minus(SKEW))) {
            return Optional.of("401: it counts from " + start.get());
        }
        List<String> audiences = texts(claims.getFieldsMap().get("aud"));
        if (!provider.audiences().isEmpty()
                && !(given && audiences.isEmpty())
                && provider.audiences().stream()
                        .map(Tokens::bare)
                        .noneMatch(audiences.stream().map(Tokens::bare).toList()::contains)) {
            return Optional.of("403: aud is " + (audiences.isEmpty() ? "not there" : String.join(", ", audiences))
                    + " (expected: " + String.join(" or ", provider.audiences()) + ")");
        }
        return Optional.empty();
    }

    /** The claims as rules see them: a text of scopes with spaces becomes a list. */
    static Struct normalized(Struct claims) {
        Struct.Builder normalized = claims.toBuilder();
        for (String name : List.of("scope", "scp")) {
            Value value = claims.getFieldsMap().get(name);
            if (value != null && value.hasStringValue()) {
                ListValue.Builder list = ListValue.newBuilder();
                Arrays.stream(value.getStringValue().split(" ", -1))
                        .filter(part -> !part.isEmpty())
                        .forEach(part -> list.addValues(Value.newBuilder().setStringValue(part)));
                normalized.putFields(name, Value.newBuilder().setListValue(list).build());
            }
        }
        return normalized.build();
    }

    /** Describes the owner of a token, without the token itself. */
    static String described(Struct claims) {
        List<String> parts = new ArrayList<>();
        text(claims, "iss").ifPresent(issuer -> parts.add("iss " + issuer));
        text(claims, "sub").ifPresent(subject -> parts.add("sub " + subject));
        time(claims, "exp").ifPresent(end -> parts.add("exp " + end));
        return parts.isEmpty() ? "without iss, sub and exp" : String.join(", ", parts);
    }

    static Optional<String> text(Struct claims, String name) {
        return Optional.ofNullable(claims.getFieldsMap().get(name))
                .filter(Value::hasStringValue)
                .map(Value::getStringValue);
    }

    private static Optional<Instant> time(Struct claims, String name) {
        return Optional.ofNullable(claims.getFieldsMap().get(name))
                .filter(Value::hasNumberValue)
                .map(value -> Instant.ofEpochSecond((long) value.getNumberValue()));
    }

    private static List<String> texts(@Nullable Value value) {
        if (value == null) {
            return List.of();
        }
        return value.hasListValue()
                ? value.getListValue().getValuesList().stream()
                        .filter(Value::hasStringValue)
                        .map(Value::getStringValue)
                        .toList()
                : value.hasStringValue() ? List.of(value.getStringValue()) : List.of();
    }

    /** An audience without scheme and trailing slash, as Envoy compares audiences. */
    private static String bare(String audience) {
        String text = audience.replaceFirst("^https?://", "");
        return text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
    }
}
