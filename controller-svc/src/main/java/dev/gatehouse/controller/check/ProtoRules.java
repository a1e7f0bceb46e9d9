package dev.gatehouse.controller.check;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.OneofDescriptor;
import com.google.protobuf.Duration;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import com.google.protobuf.Timestamp;
import com.google.re2j.Pattern;
import com.linecorp.armeria.internal.shaded.xds.pgv.validate.Validate;
import com.linecorp.armeria.internal.shaded.xds.pgv.validate.Validate.DurationRules;
import com.linecorp.armeria.internal.shaded.xds.pgv.validate.Validate.FieldRules;
import com.linecorp.armeria.internal.shaded.xds.pgv.validate.Validate.StringRules;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The validation rules in Envoy's {@code .proto} files (the option {@code validate.rules} of protoc-gen-validate), read
 * from the descriptors of the messages. Envoy refuses a resource that violates a rule. Only a message's own fields are
 * checked, not the fields of messages in it.
 */
final class ProtoRules {
    private static final Map<String, Pattern> PATTERNS = new ConcurrentHashMap<>();

    /** Field names of RFC 9110 and pseudo headers of HTTP/2, with protoc-gen-validate's expression. */
    private static final Pattern HEADER_NAME = Pattern.compile("^:?[0-9a-zA-Z!#$%&'*+-.^_|~\\x60]+$");

    private static final Pattern HEADER_VALUE = Pattern.compile("^[^\\x00-\\x08\\x0A-\\x1F\\x7F]*$");
    private static final Pattern LOOSE_HEADER = Pattern.compile("^[^\\x00\\n\\r]*$");
    private static final Pattern HOSTNAME = Pattern.compile(
            "^([a-zA-Z0-9]([-a-zA-Z0-9]{0,61}[a-zA-Z0-9])?\\.)*[a-zA-Z0-9]([-a-zA-Z0-9]{0,61}[a-zA-Z0-9])?\\.?$");

    private ProtoRules() {}

    /** The first field that violates a rule, with its value and the expected one; empty: all fields are valid. */
    static Optional<String> problem(Message message) {
        Descriptor type = message.getDescriptorForType();
        if (type.getOptions().getExtension(Validate.disabled)
                || type.getOptions().getExtension(Validate.ignored)) {
            return Optional.empty();
        }
        for (OneofDescriptor oneof : type.getRealOneofs()) {
            // A oneof may be set to a newer field, which these classes see as an unknown field.
            if (oneof.getOptions().getExtension(Validate.required)
                    && !message.hasOneof(oneof)
                    && message.getUnknownFields().asMap().isEmpty()) {
                return Optional.of(oneof.getName() + ": is missing (expected: one of "
                        + String.join(
                                ", ",
                                oneof.getFields().stream()
                                        .map(FieldDescriptor::getName)
                                        .toList())
                        + ")");
            }
        }
        for (FieldDescriptor field : type.getFields()) {
            if (!field.getOptions().hasExtension(Validate.rules)) {
                continue;
            }
            FieldRules rules = field.getOptions().getExtension(Validate.rules);
            Optional<String> problem = problem(message, field, rules);
            if (problem.isPresent()) {
                return problem.map(each -> field.getName() + ": " + each);
            }
        }
        return Optional.empty();
    }

    private static Optional<String> problem(Message message, FieldDescriptor field, FieldRules rules) {
        if (field.isMapField()) {
            return map(message, field, rules.getMap());
        }
        if (field.isRepeated()) {
            return repeated((List<?>) message.getField(field), rules.getRepeated());
        }
        // A field of a oneof is checked only if it is set.
        if (field.getRealContainingOneof() != null && !message.hasField(field)) {
            return Optional.empty();
        }
        boolean isMessage = field.getJavaType() == FieldDescriptor.JavaType.MESSAGE;
        if (isMessage && !message.hasField(field)) {
            boolean required = rules.getMessage().getRequired()
                    || rules.getDuration().getRequired()
                    || rules.getTimestamp().getRequired()
                    || rules.getAny().getRequired();
            return required ? Optional.of("is missing (expected: it is set)") : Optional.empty();
        }
        if (field.hasPresence() && !message.hasField(field)) {
            return Optional.empty();
        }
        return value(message.getField(field), rules);
    }

    private static Optional<String> map(Message message, FieldDescriptor field, Validate.MapRules rules) {
        List<?> entries = (List<?>) message.getField(field);
        if (rules.hasMinPairs() && entries.size() < rules.getMinPairs()) {
            return Optional.of(entries.size() + " entries (expected: at least " + rules.getMinPairs() + ")");
        }
        if (rules.hasMaxPairs() && entries.size() > rules.getMaxPairs()) {
            return Optional.of(entries.size() + " entries (expected: at most " + rules.getMaxPairs() + ")");
        }
        FieldDescriptor key = field.getMessageType().findFieldByName("key");
        FieldDescriptor value = field.getMessageType().findFieldByName("value");
        for (Object each : entries) {
            Message entry = (Message) each;
            Optional<String> problem = rules.hasKeys() ? value(entry.getField(key), rules.getKeys()) : Optional.empty();
            if (problem.isEmpty() && rules.hasValues()) {
                problem = value(entry.getField(value), rules.getValues());
            }
            if (problem.isPresent()) {
                return problem;
            }
        }
        return Optional.empty();
    }

    private static Optional<String> repeated(List<?> values, Validate.RepeatedRules rules) {
        if (values.isEmpty() && rules.getIgnoreEmpty()) {
            return Optional.empty();
        }
        if (rules.hasMinItems() && values.size() < rules.getMinItems()) {
            return Optional.of(values.size() + " entries (expected: at least " + rules.getMinItems() + ")");
        }
        if (rules.hasMaxItems() && values.size() > rules.getMaxItems()) {
            return Optional.of(values.size() + " entries (expected: at most " + rules.getMaxItems() + ")");
        }
        if (rules.getUnique()) {
            Set<Object> seen = new HashSet<>();
            for (Object value : values) {
                if (!seen.add(value)) {
                    return Optional.of("\"" + value + "\" is there twice (expected: each value once)");
                }
            }
        }
        if (rules.hasItems()) {
            for (int i = 0; i < values.size(); i++) {
                Optional<String> problem = value(values.get(i), rules.getItems());
                if (problem.isPresent()) {
                    int index = i;
                    return problem.map(each -> "[" + index + "]: " + each);
                }
            }
        }
        return Optional.empty();
    }

    private static Optional<String> value(Object value, FieldRules rules) {
        return switch (rules.getTypeCase()) {
            case STRING -> string((String) unwrapped(value), rules.getString());
            case BYTES -> bytes((ByteString) unwrapped(value), rules.getBytes());
            case ENUM -> enumeration((EnumValueDescriptor) value, rules.getEnum());
            case DURATION -> duration(known(value, Duration.parser()), rules.getDuration());
            case TIMESTAMP -> timestamp(known(value, Timestamp.parser()), rules.getTimestamp());
            case ANY -> any(known(value, Any.parser()), rules.getAny());
            case BOOL -> {
                boolean wanted = rules.getBool().getConst();
                yield rules.getBool().hasConst() && wanted != (Boolean) unwrapped(value)
                        ? Optional.of("is not " + wanted)
                        : Optional.empty();
            }
            case FLOAT, DOUBLE, INT32, INT64, UINT32, UINT64, SINT32, SINT64, FIXED32, FIXED64, SFIXED32, SFIXED64 ->
                number((Number) unwrapped(value), rules);
            case REPEATED, MAP, TYPE_NOT_SET -> Optional.empty();
        };
    }

    /** The value as an instance of its class. In a message without a generated class it is not one. */
    private static <M extends Message> M known(Object value, Parser<M> type) {
        try {
            return type.parseFrom(((Message) value).toByteString());
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("a message that was read here cannot be read: " + e.getMessage(), e);
        }
    }

    /** Unwraps a wrapper message, whose rules apply to the wrapped value. */
    private static Object unwrapped(Object value) {
        if (value instanceof Message message) {
            return message.getField(message.getDescriptorForType().findFieldByName("value"));
        }
        return value;
    }

    private static Optional<String> string(String value, StringRules rules) {
        if (value.isEmpty() && rules.getIgnoreEmpty()) {
            return Optional.empty();
        }
        long length = value.codePointCount(0, value.length());
        long bytes = value.getBytes(StandardCharsets.UTF_8).length;
        if (rules.hasMinLen() && length < rules.getMinLen() || rules.hasMinBytes() && bytes < rules.getMinBytes()) {
            return Optional.of(quoted(value) + " is too short (expected: at least "
                    + Math.max(rules.getMinLen(), rules.getMinBytes()) + " characters)");
        }
        if (rules.hasMaxLen() && length > rules.getMaxLen() || rules.hasMaxBytes() && bytes > rules.getMaxBytes()) {
            return Optional.of(quoted(value) + " is too long (expected: at most "
                    + Math.max(rules.getMaxLen(), rules.getMaxBytes()) + " characters)");
        }
        if (rules.hasLen() && length != rules.getLen() || rules.hasLenBytes() && bytes != rules.getLenBytes()) {
            return Optional.of(quoted(value) + " has the wrong length (expected: "
                    + Math.max(rules.getLen(), rules.getLenBytes()) + " characters)");
        }
        // Most values are right: texts about wrong ones are made for these alone.
        if (rules.hasConst() && !value.equals(rules.getConst())) {
            return wrong(value, quoted(rules.getConst()));
        }
        if (rules.hasPrefix() && !value.startsWith(rules.getPrefix())) {
            return wrong(value, "a text that begins with " + quoted(rules.getPrefix()));
        }
        if (rules.hasSuffix() && !value.endsWith(rules.getSuffix())) {
            return wrong(value, "a text that ends with " + quoted(rules.getSuffix()));
        }
        if (rules.hasContains() && !value.contains(rules.getContains())) {
            return wrong(value, "a text that contains " + quoted(rules.getContains()));
        }
        if (rules.hasNotContains() && value.contains(rules.getNotContains())) {
            return wrong(value, "a text without " + quoted(rules.getNotContains()));
        }
        if (rules.getInCount() > 0 && !rules.getInList().contains(value)) {
            return wrong(value, "one of " + String.join(", ", rules.getInList()));
        }
        if (rules.getNotInList().contains(value)) {
            return wrong(value, "none of " + String.join(", ", rules.getNotInList()));
        }
        if (rules.hasPattern() && !matches(rules.getPattern(), value)) {
            return wrong(value, "a text that matches " + rules.getPattern());
        }
        return wellKnown(value, rules);
    }

    private static boolean matches(String pattern, String value) {
        return PATTERNS.computeIfAbsent(pattern, Pattern::compile)
                .matcher(value)
                .find();
    }

    private static Optional<String> wellKnown(String value, StringRules rules) {
        return switch (rules.getWellKnownCase()) {
            case WELL_KNOWN_REGEX -> {
                boolean name = rules.getWellKnownRegex() == Validate.KnownRegex.HTTP_HEADER_NAME;
                boolean strict = !rules.hasStrict() || rules.getStrict();
                Pattern pattern = !strict ? LOOSE_HEADER : name ? HEADER_NAME : HEADER_VALUE;
                yield wrong(
                        !pattern.matcher(value).matches(),
                        value,
                        name
                                ? "an HTTP header's name"
                                : "an HTTP header's value: one line, without control characters");
            }
            case HOSTNAME -> wrong(!HOSTNAME.matcher(value).matches(), value, "a hostname");
            case IP, IPV4, IPV6, ADDRESS ->
                wrong(
                        !IpText.isAddress(value)
                                && !(rules.getWellKnownCase() == StringRules.WellKnownCase.ADDRESS
                                        && HOSTNAME.matcher(value).matches()),
                        value,
                        "an IP address");
            case URI, URI_REF, EMAIL, UUID, WELLKNOWN_NOT_SET -> Optional.empty();
        };
    }

    private static Optional<String> bytes(ByteString value, Validate.BytesRules rules) {
        if (value.isEmpty() && rules.getIgnoreEmpty()) {
            return Optional.empty();
        }
        if (rules.hasMinLen() && value.size() < rules.getMinLen()) {
            return Optional.of(value.size() + " bytes (expected: at least " + rules.getMinLen() + ")");
        }
        if (rules.hasMaxLen() && value.size() > rules.getMaxLen()) {
            return Optional.of(value.size() + " bytes (expected: at most " + rules.getMaxLen() + ")");
        }
        return Optional.empty();
    }

    private static Optional<String> enumeration(EnumValueDescriptor value, Validate.EnumRules rules) {
        if (rules.getDefinedOnly() && value.getIndex() < 0) {
            return Optional.of(value.getNumber() + " is not defined");
        }
        if (rules.getNotInList().contains(value.getNumber())
                || rules.getInCount() > 0 && !rules.getInList().contains(value.getNumber())
                || rules.hasConst() && rules.getConst() != value.getNumber()) {
            return Optional.of(value.getName() + " is not allowed here");
        }
        return Optional.empty();
    }

    private static Optional<String> duration(Duration value, DurationRules rules) {
        return bounds(
                seconds(value.getSeconds(), value.getNanos()),
                "s",
                rules.hasGt() ? Optional.of(seconds(rules.getGt())) : Optional.empty(),
                rules.hasGte() ? Optional.of(seconds(rules.getGte())) : Optional.empty(),
                rules.hasLt() ? Optional.of(seconds(rules.getLt())) : Optional.empty(),
                rules.hasLte() ? Optional.of(seconds(rules.getLte())) : Optional.empty());
    }

    private static Optional<String> timestamp(Timestamp value, Validate.TimestampRules rules) {
        return wrong(
                rules.hasConst() && !value.equals(rules.getConst()),
                String.valueOf(value.getSeconds()),
                String.valueOf(rules.getConst().getSeconds()));
    }

    private static double seconds(Duration duration) {
        return seconds(duration.getSeconds(), duration.getNanos());
    }

    private static double seconds(long seconds, int nanos) {
        return seconds + nanos / 1e9;
    }

    private static Optional<String> any(Any value, Validate.AnyRules rules) {
        return wrong(
                        rules.getInCount() > 0 && !rules.getInList().contains(value.getTypeUrl()),
                        value.getTypeUrl(),
                        "one of " + String.join(", ", rules.getInList()))
                .or(() -> wrong(
                        rules.getNotInList().contains(value.getTypeUrl()),
                        value.getTypeUrl(),
                        "none of " + String.join(", ", rules.getNotInList())));
    }

    /** The rules for numbers have the same fields for each type of number. */
    private static Optional<String> number(Number value, FieldRules all) {
        Message rules = (Message) all.getField(
                all.getDescriptorForType().findFieldByNumber(all.getTypeCase().getNumber()));
        boolean unsigned = switch (all.getTypeCase()) {
            case UINT32, FIXED32, UINT64, FIXED64 -> true;
            default -> false;
        };
        if (flag(rules, "ignore_empty") && value.doubleValue() == 0) {
            return Optional.empty();
        }
        double number = asDouble(value, unsigned);
        for (String list : List.of("in", "not_in")) {
            List<?> values =
                    (List<?>) rules.getField(rules.getDescriptorForType().findFieldByName(list));
            boolean contained = values.stream().anyMatch(each -> asDouble((Number) each, unsigned) == number);
            if (list.equals("in") ? !values.isEmpty() && !contained : contained) {
                return Optional.of(text(number) + " is not allowed here");
            }
        }
        Optional<Double> constant = bound(rules, "const", unsigned);
        if (constant.isPresent() && constant.get() != number) {
            return Optional.of(text(number) + " (expected: " + text(constant.get()) + ")");
        }
        return bounds(
                number,
                "",
                bound(rules, "gt", unsigned),
                bound(rules, "gte", unsigned),
                bound(rules, "lt", unsigned),
                bound(rules, "lte", unsigned));
    }

    private static boolean flag(Message rules, String name) {
        FieldDescriptor field = rules.getDescriptorForType().findFieldByName(name);
        return field != null && (Boolean) rules.getField(field);
    }

    private static Optional<Double> bound(Message rules, String name, boolean unsigned) {
        FieldDescriptor field = rules.getDescriptorForType().findFieldByName(name);
        return rules.hasField(field)
                ? Optional.of(asDouble((Number) rules.getField(field), unsigned))
                : Optional.empty();
    }

    private static double asDouble(Number value, boolean unsigned) {
        if (!unsigned) {
            return value.doubleValue();
        }
        return value instanceof Integer integer
                ? Integer.toUnsignedLong(integer)
                : Double.parseDouble(Long.toUnsignedString(value.longValue()));
    }

    /** Whether a value is within its bounds. An upper bound below the lower one means that the value must be outside of the two. */
    private static Optional<String> bounds(
            double value,
            String unit,
            Optional<Double> gt,
            Optional<Double> gte,
            Optional<Double> lt,
            Optional<Double> lte) {
        boolean above = gt.map(bound -> value > bound).orElse(true)
                && gte.map(bound -> value >= bound).orElse(true);
        boolean below = lt.map(bound -> value < bound).orElse(true)
                && lte.map(bound -> value <= bound).orElse(true);
        double low = gt.or(() -> gte).orElse(Double.NEGATIVE_INFINITY);
        double high = lt.or(() -> lte).orElse(Double.POSITIVE_INFINITY);
        if (high < low ? above || below : above && below) {
            return Optional.empty();
        }
        StringBuilder expected = new StringBuilder();
        gt.ifPresent(bound -> expected.append("more than ").append(text(bound)).append(unit));
        gte.ifPresent(bound -> expected.append("at least ").append(text(bound)).append(unit));
        if (!expected.isEmpty() && (lt.isPresent() || lte.isPresent())) {
            expected.append(high < low ? " or " : " and ");
        }
        lt.ifPresent(bound -> expected.append("less than ").append(text(bound)).append(unit));
        lte.ifPresent(bound -> expected.append("at most ").append(text(bound)).append(unit));
        return Optional.of(text(value) + unit + " (expected: " + expected + ")");
    }

    private static String text(double number) {
        return number == Math.rint(number) && Math.abs(number) < 1e18
                ? Long.toString((long) number)
                : Double.toString(number);
    }

    private static Optional<String> wrong(boolean wrong, String value, String expected) {
        return wrong ? wrong(value, expected) : Optional.empty();
    }

    private static Optional<String> wrong(String value, String expected) {
        return Optional.of(quoted(value) + " is not valid (expected: " + expected + ")");
    }

    private static String quoted(String value) {
        return Texts.quoted(value);
    }
}
