package dev.gatehouse.controller.security;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.protobuf.util.JsonFormat;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;

/**
 * Checks key sets (RFC 7517) as Envoy reads them. A proxy refuses a listener, with all its routes, for one unreadable
 * key set. It ignores keys of an unknown type.
 */
public final class JwksText {
    private static final int SHOWN = 3;

    /** A curve of RFC 7518, 6.2.1.1, with its prime p and coefficient b; the coefficient a is -3. */
    private record Curve(BigInteger p, BigInteger b) {
        static Curve of(String p, String b) {
            return new Curve(new BigInteger(p, 16), new BigInteger(b, 16));
        }

        boolean has(BigInteger x, BigInteger y) {
            BigInteger right =
                    x.pow(3).subtract(x.multiply(BigInteger.valueOf(3))).add(b);
            return x.compareTo(p) < 0
                    && y.compareTo(p) < 0
                    && y.pow(2).subtract(right).mod(p).signum() == 0;
        }
    }

    private static final Map<String, Curve> CURVES = Map.of(
            "P-256",
            Curve.of(
                    "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff",
                    "5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b"),
            "P-384",
            Curve.of(
                    "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffff",
                    "b3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aef"),
            "P-521",
            Curve.of(
                    "01ff" + "f".repeat(128),
                    "0051953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109e156193951ec7e937b1652c0bd3bb1bf"
                            + "073573df883d2c34f1ef451fd46b503f00"));

    private JwksText() {}

    /**
     * The set in strict JSON, for Envoy: without the byte order mark and whatever else this reader passes over and
     * Envoy does not. Text that is no JSON is returned unchanged.
     */
    public static String canonical(String text) {
        try {
            return print(read(text));
        } catch (InvalidProtocolBufferException | StackOverflowError _) {
            return text;
        }
    }

    private static String print(Struct set) throws InvalidProtocolBufferException {
        return JsonFormat.printer()
                .sortingMapKeys()
                .omittingInsignificantWhitespace()
                .print(set);
    }

    private static Struct read(String text) throws InvalidProtocolBufferException {
        Struct.Builder set = Struct.newBuilder();
        JsonFormat.parser().merge(text, set);
        return set.build();
    }

    /** Why Envoy could not use {@code text} in its {@linkplain #canonical canonical} form; empty: it can use at least one key. */
    public static Optional<String> problem(String text) {
        Struct set;
        String json;
        try {
            set = read(text);
            json = print(set);
        } catch (InvalidProtocolBufferException | StackOverflowError _) {
            return Optional.of("the key set is not JSON (expected: {\"keys\": [...]})");
        }
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(json)) {
            return Optional.of("the key set has half of a surrogate pair (expected: Unicode text)");
        }
        Value keys = set.getFieldsMap().get("keys");
        if (keys == null || !keys.hasListValue()) {
            return Optional.of("the key set has no list \"keys\" (expected: {\"keys\": [...]})");
        }
        StringBuilder reasons = new StringBuilder();
        int count = keys.getListValue().getValuesCount();
        for (int i = 0; i < count; i++) {
            Optional<String> problem =
                    keyProblem(keys.getListValue().getValues(i).getStructValue().getFieldsMap());
            if (problem.isEmpty()) {
                return Optional.empty();
            }
            if (i < SHOWN) {
                reasons.append(i == 0 ? ": keys[" : ", keys[")
                        .append(i)
                        .append("] ")
                        .append(problem.get());
            }
        }
        return Optional.of("the key set has no usable key (expected: one of type RSA, EC, oct or OKP)" + reasons);
    }

    private static Optional<String> keyProblem(Map<String, Value> key) {
        String type = text(key, "kty").orElse("");
        String algorithm = text(key, "alg").orElse("");
        return switch (type) {
            case "RSA" ->
                algorithm.isEmpty() || algorithm.startsWith("RS") || algorithm.startsWith("PS")
                        ? number(key, "n")
                                        .filter(n -> n.bitLength() >= 512 && n.testBit(0))
                                        .flatMap(_ -> number(key, "e").filter(e -> e.bitLength() > 1 && e.testBit(0)))
                                        .isPresent()
                                ? Optional.empty()
                                : Optional.of("has no modulus n and exponent e")
                        : Optional.of("of type RSA has the algorithm \"" + algorithm + "\"");
            case "EC" -> {
                Optional<Curve> curve = text(key, "crv").map(CURVES::get);
                boolean on = curve.isPresent()
                        && number(key, "x").isPresent()
                        && number(key, "y").isPresent()
                        && curve.get()
                                .has(number(key, "x").get(), number(key, "y").get());
                yield on && (algorithm.isEmpty() || algorithm.startsWith("ES"))
                        ? Optional.empty()
                        : Optional.of("is not a point x, y of a curve P-256, P-384 or P-521");
            }
            case "oct" ->
                bytes(key, "k").filter(bytes -> bytes.length > 0).isPresent()
                                && (algorithm.isEmpty() || algorithm.startsWith("HS"))
                        ? Optional.empty()
                        : Optional.of("has no value k");
            case "OKP" ->
                text(key, "crv").filter("Ed25519"::equals).isPresent()
                                && bytes(key, "x")
                                        .filter(bytes -> bytes.length == 32)
                                        .isPresent()
                        ? Optional.empty()
                        : Optional.of("is not of Ed25519");
            default -> Optional.of("has the type \"" + type + "\"");
        };
    }

    private static Optional<String> text(Map<String, Value> key, String name) {
        return Optional.ofNullable(key.get(name)).filter(Value::hasStringValue).map(Value::getStringValue);
    }

    private static Optional<byte[]> bytes(Map<String, Value> key, String name) {
        try {
            return text(key, name).map(Base64.getUrlDecoder()::decode);
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    private static Optional<BigInteger> number(Map<String, Value> key, String name) {
        return bytes(key, name).filter(bytes -> bytes.length > 0).map(bytes -> new BigInteger(1, bytes));
    }
}
