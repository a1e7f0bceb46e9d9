package dev.gatehouse.gatewayapi;

import java.math.BigDecimal;
import java.util.Map;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Kubernetes' quantities: "512Mi", "1.5G", "1e9". */
public final class Quantity {
    private static final Pattern FORM =
            Pattern.compile("([0-9]{1,18}(?:\\.[0-9]{0,9})?|\\.[0-9]{1,9})(?:[eE]([0-9]{1,2}))?([KMGTPE]i|[mkMGTPE])?");
    private static final Map<String, BigDecimal> UNITS = Map.ofEntries(
            Map.entry("m", new BigDecimal("0.001")),
            Map.entry("k", power(1000, 1)),
            Map.entry("M", power(1000, 2)),
            Map.entry("G", power(1000, 3)),
            Map.entry("T", power(1000, 4)),
            Map.entry("P", power(1000, 5)),
            Map.entry("E", power(1000, 6)),
            Map.entry("Ki", power(1024, 1)),
            Map.entry("Mi", power(1024, 2)),
            Map.entry("Gi", power(1024, 3)),
            Map.entry("Ti", power(1024, 4)),
            Map.entry("Pi", power(1024, 5)),
            Map.entry("Ei", power(1024, 6)));

    private Quantity() {}

    /** The quantity as a number; empty if {@code text} is not a quantity, which Kubernetes reports. */
    public static OptionalLong parse(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            return OptionalLong.empty();
        }
        BigDecimal number = new BigDecimal(form.group(1));
        if (form.group(2) != null) {
            number = number.scaleByPowerOfTen(Integer.parseInt(form.group(2)));
        }
        if (form.group(3) != null) {
            number = number.multiply(UNITS.getOrDefault(form.group(3), BigDecimal.ONE));
        }
        return number.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0
                ? OptionalLong.empty()
                : OptionalLong.of(number.longValue());
    }

    private static BigDecimal power(int base, int exponent) {
        return BigDecimal.valueOf(base).pow(exponent);
    }
}
