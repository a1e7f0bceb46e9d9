package dev.gatehouse.gatewayapi.yaml;

import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoField;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the fields of one object. Every problem is collected, none is thrown: a field that is missing or wrong yields a
 * neutral value (empty, 0, false), and the document is not used. After an object's reader returns, fields that it did not
 * ask for are reported as unknown.
 *
 * <p>Not thread-safe.
 */
public final class Fields {
    private static final Pattern DURATION_PART = Pattern.compile("(\\d{1,5})(h|ms|m|s)");
    private static final String DURATION_FORM = "a duration such as \"10s\", \"1m30s\" or \"250ms\"";
    private static final Pattern DURATION = Pattern.compile("(?:\\d{1,5}(?:h|ms|m|s)){1,4}");

    /** RFC 3339, and beyond it: no zone, which is UTC. */
    private static final DateTimeFormatter TIME = new DateTimeFormatterBuilder()
            .parseCaseInsensitive()
            .append(DateTimeFormatter.ISO_LOCAL_DATE_TIME)
            .optionalStart()
            .appendOffset("+HH:MM", "Z")
            .optionalEnd()
            .parseDefaulting(ChronoField.OFFSET_SECONDS, 0)
            .toFormatter(Locale.ROOT);

    private final Node.Mapping node;
    private final String path;
    /** Takes problems of this object's fields, and of what is below them. */
    private final Consumer<Problem> problems;
    /** Takes problems of this object as a whole. */
    private final Consumer<Problem> problemsOfWhole;

    private final String object;
    private final Problem.Severity unknown;
    private final Set<String> asked = new HashSet<>();
    private final SchemaFindings bySchema;
    /** Records the fields that a reader asks for, if no object is read. */
    private final Outline.@Nullable Fields outline;

    private boolean fieldsAreWrong;
    private boolean lenient;

    private Fields(
            Node.Mapping node,
            String object,
            String path,
            Problem.Severity unknown,
            Consumer<Problem> problems,
            SchemaFindings bySchema,
            Outline.@Nullable Fields outline) {
        this.bySchema = bySchema;
        this.outline = outline;
        this.node = node;
        this.object = object;
        this.path = path;
        this.unknown = unknown;
        this.problemsOfWhole = problems;
        this.problems = problem -> {
            fieldsAreWrong |= problem.severity() == Problem.Severity.ERROR;
            problems.accept(problem);
        };
    }

    /**
     * Reads the object {@code node}.
     *
     * @param object the object's name in problems: "HTTPRoute httpbin/httpbin"
     * @param path the path of {@code node} in its document
     */
    public static <T> T read(
            Node.Mapping node, String object, String path, Consumer<Problem> problems, Function<Fields, T> reader) {
        return read(node, object, path, Problem.Severity.ERROR, problems, reader);
    }

    /**
     * Reads the object {@code node}.
     *
     * @param unknown the severity of an unknown field: an error in a file, where it is probably a mistake; a warning
     * from an API server, which may be newer and know more fields
     */
    public static <T> T read(
            Node.Mapping node,
            String object,
            String path,
            Problem.Severity unknown,
            Consumer<Problem> problems,
            Function<Fields, T> reader) {
        return read(node, object, path, unknown, problems, SchemaFindings.NONE, reader);
    }

    /**
     * Reads an object that was checked against its schema. The schema's problems are reported first, and the reader's
     * problems at the same paths are dropped.
     *
     * @param bySchema the schema's problems
     */
    public static <T> T read(
            Node.Mapping node,
            String object,
            Problem.Severity unknown,
            List<Problem> bySchema,
            Consumer<Problem> problems,
            Function<Fields, T> reader) {
        SchemaFindings findings = new SchemaFindings(true, bySchema);
        List<Problem> own = new ArrayList<>();
        T result = read(node, object, "", unknown, own::add, findings, reader);
        findings.rest().forEach(problems);
        own.stream().filter(findings::isNew).forEach(problems);
        return result;
    }

    private static <T> T read(
            Node.Mapping node,
            String object,
            String path,
            Problem.Severity unknown,
            Consumer<Problem> problems,
            SchemaFindings bySchema,
            Function<Fields, T> reader) {
        Fields fields = new Fields(node, object, path, unknown, problems, bySchema, null);
        T result = reader.apply(fields);
        fields.reportUnknown();
        return result;
    }

    /** The fields that {@code reader} asks for. The reader gets an object without fields. */
    public static Outline.Fields outline(Function<Fields, ?> reader) {
        Outline.Fields outline = new Outline.Fields();
        Location nowhere = new Location("", 0, 0);
        var unused = reader.apply(new Fields(
                new Node.Mapping(nowhere, Map.of()),
                "",
                "",
                Problem.Severity.ERROR,
                _ -> {},
                SchemaFindings.NONE,
                outline));
        return outline;
    }

    private void describe(String name, Outline form) {
        if (outline != null) {
            outline.add(name, form);
        }
    }

    private void describeRequired(String name) {
        if (outline != null) {
            outline.require(name);
        }
    }

    private void describe(String name, Function<Fields, ?> reader, Function<Outline, Outline> around) {
        if (outline != null) {
            outline.add(name, around.apply(outline(reader)));
        }
    }

    /** The path of this object in its document. */
    public String path() {
        return path;
    }

    /** This object as the user wrote it; see {@link Trees}. */
    public Map<String, Object> written() {
        return Trees.of(node);
    }

    /** This object as an API server stores it, for merges; see {@link Trees#stored(Node.Mapping)}. */
    public Map<String, Object> stored() {
        return Trees.stored(node);
    }

    /** True if the field is there and not null. */
    public boolean has(String name) {
        describe(name, new Outline.Anything());
        asked.add(name);
        return node.get(name).isPresent();
    }

    /** Takes note of fields that are valid and do not matter here. */
    public Fields known(String... names) {
        for (String name : names) {
            describe(name, new Outline.Ignored());
        }
        asked.addAll(Arrays.asList(names));
        return this;
    }

    /** Accepts a field that is valid and has no effect. Warns of it if it is present and set. */
    public void passOver(String name, String message) {
        boolean there = has(name);
        describe(name, new Outline.Ignored());
        if (there
                && !(node.get(name).orElseThrow() instanceof Node.Scalar scalar
                        && scalar.type() == Node.Scalar.Type.BOOLEAN
                        && !PlainScalar.truth(scalar.text()))) {
            warn(name, message + "; passed over");
        }
    }

    /** Lets any other field pass: for objects that Gatehouse reads only in part and that Kubernetes has checked. */
    public Fields lenient() {
        lenient = true;
        if (outline != null) {
            outline.openUp();
        }
        return this;
    }

    public Optional<String> string(String name) {
        describe(name, new Outline.Text(Optional.empty(), List.of()));
        return scalar(name, "a string", Node.Scalar.Type.STRING);
    }

    public Optional<String> string(String name, Syntax syntax) {
        Optional<String> value = string(name);
        describe(name, new Outline.Text(Optional.of(syntax), List.of()));
        value.filter(text -> !syntax.matches(text))
                .ifPresent(text ->
                        wrong(name, Wording.quote(text) + " is not valid (expected: " + syntax.description() + ")"));
        return value;
    }

    public String requiredString(String name) {
        return required(name, string(name), "", "a string");
    }

    public String requiredString(String name, Syntax syntax) {
        return required(name, string(name, syntax), "", syntax.description());
    }

    public Optional<Boolean> bool(String name) {
        describe(name, new Outline.Flag());
        return scalar(name, "true or false", Node.Scalar.Type.BOOLEAN).map(PlainScalar::truth);
    }

    /** An integer between {@code min} and {@code max}, both included. */
    public Optional<Integer> integer(String name, int min, int max) {
        return longInteger(name, min, max).map(Long::intValue);
    }

    public Optional<Long> longInteger(String name, long min, long max) {
        describe(name, new Outline.Number(min, max));
        Optional<String> text = scalar(name, "an integer", Node.Scalar.Type.INTEGER);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        Optional<Long> value = PlainScalar.integer(text.get())
                .filter(number -> number.bitLength() < Long.SIZE)
                .map(BigInteger::longValue)
                .filter(number -> number >= min && number <= max);
        if (value.isEmpty()) {
            wrong(name, outOfRange(text.get(), min, max));
        }
        return value;
    }

    /** A number with decimals between {@code min} and {@code max}, both included. */
    public Optional<Double> decimal(String name, double min, double max) {
        describe(name, new Outline.Anything());
        return scalar(name, "a number", Node.Scalar.Type.INTEGER, Node.Scalar.Type.FLOAT)
                .flatMap(text -> {
                    Optional<Double> value = PlainScalar.integer(text)
                            .map(BigInteger::doubleValue)
                            .or(() -> PlainScalar.number(text))
                            .filter(each -> each >= min && each <= max);
                    if (value.isEmpty()) {
                        wrong(name, Wording.cut(text) + " is out of range (expected: " + min + " to " + max + ")");
                    }
                    return value;
                });
    }

    public int requiredInteger(String name, int min, int max) {
        return required(name, integer(name, min, max), min, "an integer from " + min + " to " + max);
    }

    /** A port number, 1 to 65535. */
    public Optional<Integer> port(String name) {
        return integer(name, 1, 65535);
    }

    /** Gateway API's duration (GEP-2257): "1h30m", "250ms". */
    public Optional<Duration> duration(String name) {
        describe(name, new Outline.Text(Optional.empty(), List.of()));
        Optional<String> text = scalar(name, DURATION_FORM, "", Node.Scalar.Type.STRING);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        if (!DURATION.matcher(text.get()).matches()) {
            wrong(name, Wording.quote(text.get()) + " is not valid (expected: " + DURATION_FORM + ")");
            return Optional.empty();
        }
        Duration sum = Duration.ZERO;
        Matcher part = DURATION_PART.matcher(text.get());
        while (part.find()) {
            long amount = Long.parseLong(part.group(1));
            sum = sum.plus(
                    switch (part.group(2)) {
                        case "h" -> Duration.ofHours(amount);
                        case "m" -> Duration.ofMinutes(amount);
                        case "s" -> Duration.ofSeconds(amount);
                        default -> Duration.ofMillis(amount);
                    });
        }
        return Optional.of(sum);
    }

    /** An RFC 3339 time, or a YAML 1.1 timestamp with a date and a time, which tools that read and write YAML make of one. */
    public Optional<Instant> instant(String name) {
        describe(name, new Outline.Time());
        Optional<String> text = scalar(name, "a time", Node.Scalar.Type.STRING);
        try {
            return text.map(time -> Instant.from(TIME.parse(time.replace(' ', 'T'))));
        } catch (DateTimeParseException e) {
            wrong(
                    name,
                    Wording.quote(text.orElse("")) + " is not a time (expected: RFC 3339, \"2026-01-31T12:00:00Z\")");
            return Optional.empty();
        }
    }

    /** One of the constants of {@code type}, by its exact name. */
    public <E extends Enum<E>> Optional<E> choice(String name, Class<E> type) {
        Optional<String> text = string(name);
        describe(name, choices(type));
        if (text.isEmpty()) {
            return Optional.empty();
        }
        List<String> names = new ArrayList<>();
        for (E constant : type.getEnumConstants()) {
            if (constant.name().equals(text.get())) {
                return Optional.of(constant);
            }
            names.add(constant.name());
        }
        wrong(name, Wording.notOneOf(text.get(), names));
        return Optional.empty();
    }

    public <E extends Enum<E>> E requiredChoice(String name, Class<E> type) {
        return knownChoice(name, type).orElse(type.getEnumConstants()[0]);
    }

    /** A choice that must be there; empty: it is missing or not known, which is reported. */
    public <E extends Enum<E>> Optional<E> knownChoice(String name, Class<E> type) {
        Optional<E> value = choice(name, type);
        var unused = required(
                name, value.map(Enum::name), "", String.join(", ", choices(type).choices()));
        return value;
    }

    private static <E extends Enum<E>> Outline.Text choices(Class<E> type) {
        return new Outline.Text(
                Optional.empty(),
                Arrays.stream(type.getEnumConstants()).map(Enum::name).toList());
    }

    public <T> Optional<T> object(String name, Function<Fields, T> reader) {
        describe(name, reader, form -> form);
        asked.add(name);
        return node.get(name).flatMap(value -> readObject(value, below(name), reader));
    }

    /** An object that must be there; where it is not, the reader gets an empty one, whose problems are not reported. */
    public <T> T requiredObject(String name, Function<Fields, T> reader) {
        describeRequired(name);
        Optional<T> value = object(name, reader);
        return value.orElseGet(() -> {
            if (node.get(name).isEmpty()) {
                missing(name, "an object");
            }
            Node.Mapping empty = new Node.Mapping(node.location(), Map.of());
            return reader.apply(new Fields(empty, object, below(name), unknown, _ -> {}, bySchema, null));
        });
    }

    /** An object as the user wrote it, for passing on; see {@link Trees}. */
    public Optional<Map<String, Object>> tree(String name) {
        describe(name, new Outline.Tree());
        asked.add(name);
        Optional<Node> value = node.get(name);
        if (value.isPresent() && !(value.get() instanceof Node.Mapping)) {
            wrong(name, Wording.shown(value.get()) + " (expected: an object)");
        }
        return value.filter(Node.Mapping.class::isInstance)
                .map(Node.Mapping.class::cast)
                .map(Trees::of);
    }

    /** A value of any type as the user wrote it; null where it is not there. */
    public @Nullable Object anyTree(String name) {
        describe(name, new Outline.Anything());
        asked.add(name);
        return node.get(name).map(Trees::of).orElse(null);
    }

    /** A list of objects as the user wrote them. */
    public List<Map<String, Object>> trees(String name) {
        describe(name, new Outline.Items(new Outline.Tree(), 0, Integer.MAX_VALUE));
        List<Map<String, Object>> values = new ArrayList<>();
        List<Node> items = items(name);
        for (int i = 0; i < items.size(); i++) {
            if (items.get(i) instanceof Node.Mapping mapping) {
                values.add(Trees.of(mapping));
            } else {
                report(
                        items.get(i).location(),
                        below(name) + "[" + i + "]",
                        Wording.shown(items.get(i)) + " (expected: an object)");
            }
        }
        return List.copyOf(values);
    }

    /**
     * The outcome of reading an object.
     *
     * @param value absent if there is no object; if there are problems, the readable part
     * @param tree the object as written
     * @param problems as "path: message"
     * @param warnings as "path: message"; warnings do not prevent the object's use
     */
    public record Checked<T>(
            Optional<T> value, Map<String, Object> tree, List<String> problems, List<String> warnings) {
        public Checked {
            problems = List.copyOf(problems);
            warnings = List.copyOf(warnings);
        }
    }

    /**
     * An object whose errors are for those who refer to it: they are returned, and are warnings for the document, which stays
     * in use.
     */
    public <T> Checked<T> checked(String name, Function<Fields, T> reader) {
        describe(name, reader, form -> form);
        asked.add(name);
        Optional<Node> value = node.get(name);
        if (value.isEmpty()) {
            return new Checked<>(Optional.empty(), Map.of(), List.of(), List.of());
        }
        List<String> errors = new ArrayList<>();
        List<String> warnings = new ArrayList<>();
        Consumer<Problem> collect = problem -> {
            (problem.severity() == Problem.Severity.ERROR ? errors : warnings)
                    .add(problem.path() + ": " + problem.message());
            problems.accept(new Problem(
                    Problem.Severity.WARNING, problem.location(), problem.object(), problem.path(), problem.message()));
        };
        if (!(value.get() instanceof Node.Mapping mapping)) {
            collect.accept(new Problem(
                    Problem.Severity.ERROR,
                    value.get().location(),
                    object,
                    below(name),
                    Wording.shown(value.get()) + " (expected: an object)"));
            return new Checked<>(Optional.empty(), Map.of(), errors, warnings);
        }
        bySchema.take(below(name)).forEach(collect);
        T read = read(
                mapping,
                object,
                below(name),
                Problem.Severity.ERROR,
                problem -> {
                    if (bySchema.isNew(problem)) {
                        collect.accept(problem);
                    }
                },
                bySchema,
                reader);
        return new Checked<>(Optional.of(read), Trees.stored(mapping), errors, warnings);
    }

    /** A list of objects; empty if it is not there. */
    public <T> List<T> list(String name, Function<Fields, T> reader) {
        describe(name, reader, form -> new Outline.Items(form, 0, Integer.MAX_VALUE));
        List<T> values = new ArrayList<>();
        List<Node> items = items(name);
        for (int i = 0; i < items.size(); i++) {
            readObject(items.get(i), below(name) + "[" + i + "]", reader).ifPresent(values::add);
        }
        return List.copyOf(values);
    }

    /** An object whose values are objects, under names of the user's; in the order of the file. */
    public <T> Map<String, T> objects(String name, Function<Fields, T> reader) {
        Map<String, T> read = object(name, inner -> {
                    Map<String, T> values = new LinkedHashMap<>();
                    inner.node
                            .fields()
                            .keySet()
                            .forEach(key -> inner.object(key, reader).ifPresent(value -> values.put(key, value)));
                    return values;
                })
                .orElseGet(LinkedHashMap::new);
        describe(name, reader, Outline.Named::new);
        return read;
    }

    public <T> List<T> list(String name, int min, int max, Function<Fields, T> reader) {
        List<T> values = list(name, reader);
        describe(name, reader, form -> new Outline.Items(form, min, max));
        if (min > 0) {
            describeRequired(name);
        }
        checkSize(name, min, max);
        return values;
    }

    public List<String> strings(String name) {
        return strings(name, Syntax.ANY);
    }

    public List<String> strings(String name, Syntax syntax) {
        describe(name, new Outline.Items(new Outline.Text(Optional.of(syntax), List.of()), 0, Integer.MAX_VALUE));
        return texts(name, syntax, false);
    }

    /** A list of strings. Strings of digits may be written without quotes. */
    public List<String> stringsOrIntegers(String name, Syntax syntax) {
        describe(name, new Outline.Items(new Outline.NumberOrText(), 0, Integer.MAX_VALUE));
        return texts(name, syntax, true);
    }

    private List<String> texts(String name, Syntax syntax, boolean integers) {
        List<String> values = new ArrayList<>();
        List<Node> items = items(name);
        for (int i = 0; i < items.size(); i++) {
            String at = below(name) + "[" + i + "]";
            if (items.get(i) instanceof Node.Scalar scalar
                    && (scalar.type() == Node.Scalar.Type.STRING
                            || integers && scalar.type() == Node.Scalar.Type.INTEGER)) {
                String text =
                        scalar.type() == Node.Scalar.Type.INTEGER ? PlainScalar.decimal(scalar.text()) : scalar.text();
                if (!syntax.matches(text)) {
                    report(
                            scalar.location(),
                            at,
                            Wording.quote(text) + " is not valid (expected: " + syntax.description() + ")");
                }
                values.add(text);
            } else {
                report(
                        items.get(i).location(),
                        at,
                        Wording.shown(items.get(i)) + " (expected: " + (integers ? syntax.description() : "a string")
                                + ")");
            }
        }
        return List.copyOf(values);
    }

    /** A list of integers, each between {@code min} and {@code max}. */
    public List<Integer> integers(String name, int min, int max) {
        describe(name, new Outline.Items(new Outline.Number(min, max), 0, Integer.MAX_VALUE));
        List<Integer> values = new ArrayList<>();
        List<Node> items = items(name);
        for (int i = 0; i < items.size(); i++) {
            Node item = items.get(i);
            String at = below(name) + "[" + i + "]";
            if (!(item instanceof Node.Scalar scalar && scalar.type() == Node.Scalar.Type.INTEGER)) {
                report(
                        item.location(),
                        at,
                        Wording.shown(item) + " (expected: an integer from " + min + " to " + max + ")");
                continue;
            }
            Optional<Integer> value = PlainScalar.integer(scalar.text())
                    .filter(number -> number.bitLength() < Integer.SIZE)
                    .map(BigInteger::intValue)
                    .filter(number -> number >= min && number <= max);
            value.ifPresent(values::add);
            if (value.isEmpty()) {
                report(item.location(), at, outOfRange(scalar.text(), min, max));
            }
        }
        return List.copyOf(values);
    }

    private static String outOfRange(String text, long min, long max) {
        return Wording.cut(text) + " is out of range (expected: " + min + " to " + max + ")";
    }

    /** A list of constants of {@code type}. */
    public <E extends Enum<E>> List<E> choices(String name, Class<E> type) {
        List<E> values = new ArrayList<>();
        List<String> texts = strings(name);
        describe(name, new Outline.Items(choices(type), 0, Integer.MAX_VALUE));
        List<String> names =
                Arrays.stream(type.getEnumConstants()).map(Enum::name).toList();
        for (int i = 0; i < texts.size(); i++) {
            int index = names.indexOf(texts.get(i));
            if (index >= 0) {
                values.add(type.getEnumConstants()[index]);
            } else {
                wrong(name + "[" + i + "]", Wording.notOneOf(texts.get(i), names));
            }
        }
        return List.copyOf(values);
    }

    /** An object whose values are strings, such as labels; in the order of the file. */
    public Map<String, String> stringMap(String name) {
        describe(name, new Outline.Named(new Outline.Text(Optional.empty(), List.of())));
        asked.add(name);
        Map<String, String> values = new LinkedHashMap<>();
        Optional<Node> value = node.get(name);
        if (value.isEmpty()) {
            return values;
        }
        if (!(value.get() instanceof Node.Mapping mapping)) {
            wrong(name, Wording.shown(value.get()) + " (expected: an object of strings)");
            return values;
        }
        mapping.fields().forEach((key, field) -> {
            if (field.value() instanceof Node.Scalar scalar && scalar.type() == Node.Scalar.Type.STRING) {
                values.put(key, scalar.text());
            } else {
                report(
                        field.value().location(),
                        below(name) + "." + key,
                        Wording.shown(field.value()) + " (expected: a string; quote it)");
            }
        });
        return values;
    }

    /** A string or an integer, such as a Service's targetPort; as text. */
    public Optional<String> stringOrInteger(String name) {
        describe(name, new Outline.NumberOrText());
        return scalar(name, "a string or an integer", Node.Scalar.Type.STRING, Node.Scalar.Type.INTEGER)
                .map(text -> isInteger(name) ? PlainScalar.decimal(text) : text);
    }

    private boolean isInteger(String name) {
        return node.get(name).orElse(null) instanceof Node.Scalar scalar && scalar.type() == Node.Scalar.Type.INTEGER;
    }

    /** Reports a problem with the field {@code name} of this object. */
    public void wrong(String name, String message) {
        report(node.locate(name), below(name), message);
    }

    /**
     * Reports a problem with this object as a whole, unless its fields have problems: where one is not read, a message
     * that it is missing would contradict the file.
     */
    public void wrong(String message) {
        if (!fieldsAreWrong && !bySchema.hasBelow(path)) {
            problemsOfWhole.accept(new Problem(Problem.Severity.ERROR, node.location(), object, path, message));
        }
    }

    /** Reports something that does not keep the document from being used. */
    public void warn(String name, String message) {
        problems.accept(new Problem(Problem.Severity.WARNING, node.locate(name), object, below(name), message));
    }

    private <T> Optional<T> readObject(Node value, String at, Function<Fields, T> reader) {
        if (!(value instanceof Node.Mapping mapping)) {
            report(value.location(), at, Wording.shown(value) + " (expected: an object)");
            return Optional.empty();
        }
        return Optional.of(read(mapping, object, at, unknown, problems, bySchema, reader));
    }

    private List<Node> items(String name) {
        asked.add(name);
        Optional<Node> value = node.get(name);
        if (value.isEmpty()) {
            return List.of();
        }
        if (value.get() instanceof Node.Sequence sequence) {
            return sequence.items();
        }
        wrong(name, Wording.shown(value.get()) + " (expected: a list)");
        return List.of();
    }

    private void checkSize(String name, int min, int max) {
        if (node.get(name).isEmpty()) {
            if (min > 0) {
                missing(name, "a list of " + min + " to " + max + " items");
            }
            return;
        }
        if (node.get(name).get() instanceof Node.Sequence sequence
                && (sequence.items().size() < min || sequence.items().size() > max)) {
            wrong(name, "has " + sequence.items().size() + " items (expected: " + min + " to " + max + ")");
        }
    }

    private Optional<String> scalar(String name, String expected, Node.Scalar.Type... types) {
        return scalar(name, expected, types[0] == Node.Scalar.Type.STRING ? "; quote it" : "", types);
    }

    /** @param hint what to do with a scalar of another type */
    private Optional<String> scalar(String name, String expected, String hint, Node.Scalar.Type... types) {
        asked.add(name);
        Optional<Node> value = node.get(name);
        if (value.isEmpty()) {
            return Optional.empty();
        }
        if (value.get() instanceof Node.Scalar scalar && Arrays.asList(types).contains(scalar.type())) {
            return Optional.of(scalar.text());
        }
        wrong(
                name,
                Wording.shown(value.get()) + " (expected: " + expected
                        + (value.get() instanceof Node.Scalar ? hint : "") + ")");
        return Optional.empty();
    }

    private <T> T required(String name, Optional<T> value, T neutral, String expected) {
        describeRequired(name);
        if (value.isEmpty() && node.get(name).isEmpty()) {
            missing(name, expected);
        }
        return value.orElse(neutral);
    }

    private void missing(String name, String expected) {
        report(node.locate(name), below(name), "is missing (expected: " + expected + ")");
    }

    private void report(Location location, String at, String message) {
        problems.accept(new Problem(Problem.Severity.ERROR, location, object, at, message));
    }

    private void reportUnknown() {
        if (lenient) {
            return;
        }
        node.fields().forEach((name, field) -> {
            if (!asked.contains(name)) {
                problems.accept(new Problem(
                        unknown,
                        field.location(),
                        object,
                        below(name),
                        bySchema.declared() ? Wording.unservedField(asked) : Wording.unknownField(name, asked)));
            }
        });
    }

    private String below(String name) {
        return path.isEmpty() ? name : path + "." + name;
    }
}
