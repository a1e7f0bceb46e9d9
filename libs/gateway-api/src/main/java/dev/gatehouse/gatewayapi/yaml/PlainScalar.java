package dev.gatehouse.gatewayapi.yaml;

import dev.gatehouse.gatewayapi.yaml.Node.Scalar.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The meaning of a scalar without quotes, as kubectl takes it: its reader ({@code sigs.k8s.io/yaml}) keeps YAML 1.1's booleans and
 * octal numbers, does without its sexagesimal ones and its times, and passes numbers on as JSON, where {@code 1e3} and {@code 1000.0}
 * are the integer 1000.
 */
final class PlainScalar {
    private static final Set<String> NULL = Set.of("", "~", "null", "Null", "NULL");
    private static final Set<String> TRUE =
            Set.of("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON");
    private static final Set<String> FALSE =
            Set.of("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF");
    private static final Pattern SPECIAL = Pattern.compile("[-+]?\\.(?:inf|Inf|INF)|\\.(?:nan|NaN|NAN)");
    private static final Pattern INTEGER =
            Pattern.compile("[-+]?(?:0[xX][0-9a-fA-F]{1,16}|0[bB][01]{1,64}|0[oO]?[0-7]{1,22}|0|[1-9][0-9]{0,99})");
    private static final Pattern FLOAT = Pattern.compile("[-+]?(?:\\.[0-9]+|[0-9]+(?:\\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?");
    /** From here on JSON writes a number with an exponent, which no integer has. */
    private static final double MAX_INTEGRAL = 1e21;

    private static final int MAX_LENGTH = 128;

    private PlainScalar() {}

    static Type type(String text) {
        if (NULL.contains(text)) {
            return Type.NULL;
        } else if (TRUE.contains(text) || FALSE.contains(text)) {
            return Type.BOOLEAN;
        } else if (text.length() > MAX_LENGTH || "+-.0123456789".indexOf(text.charAt(0)) < 0) {
            return Type.STRING;
        } else if (SPECIAL.matcher(text).matches()) {
            return Type.FLOAT;
        } else if (integer(text).isPresent()) {
            return Type.INTEGER;
        }
        return number(text).isPresent() ? Type.FLOAT : Type.STRING;
    }

    /** The value of a boolean. */
    static boolean truth(String text) {
        return TRUE.contains(text);
    }

    /** The value of an integer; empty if {@code text} is none. */
    static Optional<BigInteger> integer(String text) {
        String digits = text.replace("_", "");
        if (INTEGER.matcher(digits).matches()) {
            String unsigned = digits.replaceFirst("^[-+]", "");
            BigInteger value = unsigned.matches("0[xX].*")
                    ? new BigInteger(unsigned.substring(2), 16)
                    : unsigned.matches("0[bB].*")
                            ? new BigInteger(unsigned.substring(2), 2)
                            : unsigned.startsWith("0")
                                    ? new BigInteger(unsigned.replaceFirst("^0[oO]?", "0"), 8)
                                    : new BigInteger(unsigned);
            return Optional.of(digits.startsWith("-") ? value.negate() : value);
        }
        return number(text)
                .filter(value -> value == Math.rint(value) && Math.abs(value) < MAX_INTEGRAL)
                .map(value -> new BigDecimal(value).toBigInteger());
    }

    /** An integer as JSON writes it. */
    static String decimal(String text) {
        return integer(text).map(BigInteger::toString).orElse(text);
    }

    /** The value of a number that is finite; empty if {@code text} is none. */
    static Optional<Double> number(String text) {
        String digits = text.replace("_", "");
        return FLOAT.matcher(digits).matches()
                ? Optional.of(Double.valueOf(digits)).filter(Double::isFinite)
                : Optional.empty();
    }
}
