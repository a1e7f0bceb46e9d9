package dev.gatehouse.seclang;

import dev.gatehouse.seclang.body.XmlDocument;
import dev.gatehouse.seclang.body.XmlPath;
import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.bytes.BytesBuilder;
import dev.gatehouse.seclang.operator.Numbers;
import dev.gatehouse.seclang.transform.UrlCodec;
import dev.gatehouse.seclang.variable.Macro;
import dev.gatehouse.seclang.variable.MacroReference;
import dev.gatehouse.seclang.variable.MacroScope;
import dev.gatehouse.seclang.variable.Variable;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The values of a transaction that rules can read. Times are UTC; {@code DURATION} is in microseconds. */
final class Values implements MacroScope {
    private static final Bytes HOST = Bytes.latin1("host");
    private static final Bytes AUTHORIZATION = Bytes.latin1("authorization");
    private static final Bytes CONTENT_TYPE = Bytes.latin1("content-type");
    private static final Bytes CONTENT_LENGTH = Bytes.latin1("content-length");
    private static final Bytes ZERO = Bytes.number(0);
    private static final Bytes ONE = Bytes.number(1);
    private static final int VARIABLES = Variable.values().length;
    private static final DateTimeFormatter CLOCK = DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT);
    private static final int SUNDAY = 7;

    /** The values of variables that are not set. Numbers, such as {@code REQBODY_ERROR}, are 0. */
    private static final Map<Variable, Bytes> INITIAL = initial();

    private static final XmlDocument NO_XML = XmlDocument.empty();
    private static final XmlPath EVERY_TEXT = XmlPath.everyText();
    private static final XmlPath EVERY_ATTRIBUTE = XmlPath.everyAttribute();

    private final InstantSource clock;
    private final Instant begun;
    private final Map<String, String> environment;
    private final Map<String, Bytes> ownEnvironment = new LinkedHashMap<>();
    private final PersistentCollections collections;

    /** The known values of each variable. Computed values are kept until their inputs change. */
    private final Fields[] known = new Fields[VARIABLES];

    /** Parts of XML documents, by the paths that rules have. */
    private final Map<Selector.Path, Fields> requestXmlParts = new HashMap<>();

    private final Map<Selector.Path, Fields> responseXmlParts = new HashMap<>();

    private int version;
    private Request request = Request.NONE;
    private XmlDocument requestXml = NO_XML;
    private XmlDocument responseXml = NO_XML;
    /** The TX variables, by their names in lower case. */
    private final Map<String, Field> tx = LinkedHashMap.newLinkedHashMap(96);

    /** The reusable candidates for a target with one {@code TX} variable. Only one such list is in use at a time. */
    private final Fields named = new Fields();

    private @Nullable Rule rule;
    private @Nullable Hit matching;
    private @Nullable Hit matched;

    Values(
            String uniqueId,
            String webAppId,
            InstantSource clock,
            Map<String, String> environment,
            PersistentCollections collections) {
        this.clock = clock;
        this.begun = clock.instant();
        this.environment = environment;
        this.collections = collections;
        set(Variable.UNIQUE_ID, Bytes.utf8(uniqueId));
        set(Variable.WEBAPPID, Bytes.utf8(webAppId));
    }

    private static Map<Variable, Bytes> initial() {
        Map<Variable, Bytes> initial = new EnumMap<>(Variable.class);
        for (Variable variable : Variable.values()) {
            String name = variable.name();
            boolean flag = name.startsWith("MULTIPART_") && !variable.isCollection();
            if (flag || (name.endsWith("_ERROR") && !name.contains("MSG"))) {
                initial.put(variable, ZERO);
            }
        }
        initial.put(Variable.ARGUMENTS_LIMIT_REACHED, ZERO);
        initial.put(Variable.FILES_COMBINED_SIZE, ZERO);
        initial.put(Variable.MSC_PCRE_LIMITS_EXCEEDED, ZERO);
        initial.put(Variable.REQUEST_BODY_LENGTH, ZERO);
        initial.put(Variable.HIGHEST_SEVERITY, Bytes.number(255));
        initial.put(Variable.MODSEC_BUILD, Bytes.latin1("030000"));
        return Map.copyOf(initial);
    }

    // Sets a variable from the transaction's data.

    void set(Variable variable, Bytes value) {
        set(variable, Fields.single(value));
    }

    void set(Variable variable, Fields fields) {
        known[variable.ordinal()] = fields;
        version++;
    }

    /** A number that changes whenever a steady variable changes. */
    int version() {
        return version;
    }

    @SuppressWarnings("NullAway") // absent is null in the table alone
    private void forget(Variable variable) {
        known[variable.ordinal()] = null;
    }

    /** Adds a value to a collection, and drops its cached views. */
    void add(Variable collection, Bytes name, Bytes value) {
        own(collection).add(name, value);
        version++;
        switch (collection) {
            case ARGS_GET -> {
                forget(Variable.ARGS);
                forget(Variable.ARGS_NAMES);
                forget(Variable.ARGS_GET_NAMES);
            }
            case ARGS_POST -> {
                forget(Variable.ARGS);
                forget(Variable.ARGS_NAMES);
                forget(Variable.ARGS_POST_NAMES);
            }
            case ARGS_PATH -> {
                forget(Variable.ARGS);
                forget(Variable.ARGS_NAMES);
            }
            case REQUEST_HEADERS -> forget(Variable.REQUEST_HEADERS_NAMES);
            case REQUEST_COOKIES -> forget(Variable.REQUEST_COOKIES_NAMES);
            case RESPONSE_HEADERS -> forget(Variable.RESPONSE_HEADERS_NAMES);
            default -> {}
        }
        forget(Variable.ARGS_COMBINED_SIZE);
    }

    private Fields own(Variable collection) {
        Fields fields = known[collection.ordinal()];
        if (fields == null) {
            fields = new Fields();
            known[collection.ordinal()] = fields;
        }
        return fields;
    }

    void request(Request line) {
        request = line;
        set(Variable.REQUEST_METHOD, line.method());
        set(Variable.REQUEST_PROTOCOL, line.protocol());
        set(Variable.REQUEST_URI, line.uri());
        set(Variable.REQUEST_URI_RAW, line.rawUri());
        set(Variable.REQUEST_FILENAME, line.path());
        // A proxy does not know which part of a path names a script, so PATH_INFO is the whole path, as in ModSecurity
        // 3.
        set(Variable.PATH_INFO, line.path());
        set(Variable.REQUEST_BASENAME, line.basename());
        set(Variable.QUERY_STRING, line.query());
        set(Variable.URI_PARSE_ERROR, Bytes.number(line.isBadlyEncoded() ? 1 : 0));
        set(Variable.URLENCODED_ERROR, Bytes.number(UrlCodec.isBadlyEncoded(line.query()) ? 1 : 0));
    }

    void requestXml(XmlDocument document) {
        requestXml = document;
        requestXmlParts.clear();
        version++;
    }

    void responseXml(XmlDocument document) {
        responseXml = document;
        responseXmlParts.clear();
        version++;
    }

    Request request() {
        return request;
    }

    Bytes single(Variable variable) {
        Fields fields = fields(variable);
        return fields.size() == 0 ? Bytes.EMPTY : fields.get(0).value();
    }

    /** All headers of the name, joined by commas. */
    Bytes requestHeader(String name) {
        return fields(Variable.REQUEST_HEADERS).joined(Bytes.latin1(name));
    }

    /** All headers of the name, joined by commas. */
    Bytes responseHeader(String name) {
        return fields(Variable.RESPONSE_HEADERS).joined(Bytes.latin1(name));
    }

    Duration elapsed() {
        return Duration.between(begun, clock.instant());
    }

    Instant begun() {
        return begun;
    }

    // TX, and others that rules change.

    /** @param lower its name in lower case */
    Bytes tx(String lower) {
        Field one = tx.get(lower);
        return one == null ? Bytes.EMPTY : one.value();
    }

    Map<String, Bytes> tx() {
        Map<String, Bytes> all = new LinkedHashMap<>();
        tx.forEach((name, one) -> all.put(name, one.value()));
        return all;
    }

    void assign(Variable collection, VariableName name, Effect.Assignment assignment, Bytes value) {
        if (collection != Variable.TX) {
            collections.assign(collection, name.text(), assignment, value);
            return;
        }
        Bytes assigned = switch (assignment) {
            case SET -> value;
            case ADD -> Bytes.number(Numbers.parse(tx(name.text())) + Numbers.parse(value));
            case SUBTRACT -> Bytes.number(Numbers.parse(tx(name.text())) - Numbers.parse(value));
        };
        tx.put(name.text(), new Field(name.bytes(), assigned));
        forget(Variable.TX);
    }

    void remove(Variable collection, VariableName name) {
        if (collection != Variable.TX) {
            collections.remove(collection, name.text());
            return;
        }
        tx.remove(name.text());
        forget(Variable.TX);
    }

    PersistentCollections collections() {
        return collections;
    }

    void setEnvironment(String name, Bytes value) {
        ownEnvironment.put(name, value);
    }

    void rule(Rule current) {
        rule = current;
    }

    void severity(Severity severity) {
        if (severity.ordinal() < Numbers.parse(single(Variable.HIGHEST_SEVERITY))) {
            note(Variable.HIGHEST_SEVERITY, Bytes.number(severity.ordinal()));
        }
    }

    void matching(Hit hit) {
        matching = hit;
        forget(Variable.MATCHED_VAR_NAME);
        forget(Variable.MATCHED_VAR);
    }

    void exceededLimits() {
        note(Variable.MSC_PCRE_LIMITS_EXCEEDED, ONE);
    }

    /** Sets a variable that is not {@link Variable#isSteady steady}. Cached values of other variables stay. */
    private void note(Variable changing, Bytes value) {
        known[changing.ordinal()] = Fields.single(value);
    }

    /** @param hits the last hit */
    void matched(Hit hits) {
        matched = hits;
        forget(Variable.MATCHED_VARS);
        forget(Variable.MATCHED_VARS_NAMES);
    }

    // What rules take out.

    @Override
    public Bytes value(MacroReference reference) {
        if (reference.variable() == Variable.TX) {
            return tx(reference.key());
        }
        if (reference.key().isEmpty()) {
            return single(reference.variable());
        }
        return fields(reference.variable()).first(Bytes.utf8(reference.key()));
    }

    /** The candidate values of a target, which may include other values of the variable. */
    Fields candidates(Target target) {
        if (target.variable() == Variable.TX && target.selector() instanceof Selector.Key key) {
            Field one = tx.get(key.lower());
            return one == null ? Fields.NONE : named.only(one);
        }
        if (target.selector() instanceof Selector.Path part) {
            XmlDocument document = target.variable() == Variable.XML ? requestXml : responseXml;
            if (document == NO_XML) {
                return Fields.NONE;
            }
            return (document == requestXml ? requestXmlParts : responseXmlParts)
                    .computeIfAbsent(part, path -> select(path, document));
        }
        return fields(target.variable());
    }

    private static Fields select(Selector.Path part, XmlDocument document) {
        Fields selected = new Fields();
        part.path().select(document, selected::add);
        return selected;
    }

    /** All values of a variable. A variable without data yet has no value or an empty one. */
    Fields fields(Variable variable) {
        Fields found = known[variable.ordinal()];
        return found != null ? found : compute(variable);
    }

    private Fields keep(Variable variable, Fields computed) {
        known[variable.ordinal()] = computed;
        return computed;
    }

    private Fields compute(Variable variable) {
        return switch (variable) {
            case ARGS -> {
                Fields all = new Fields();
                all.addAll(fields(Variable.ARGS_GET));
                all.addAll(fields(Variable.ARGS_POST));
                all.addAll(fields(Variable.ARGS_PATH));
                yield keep(variable, all);
            }
            case ARGS_NAMES -> keep(variable, fields(Variable.ARGS).names());
            case ARGS_GET_NAMES -> keep(variable, fields(Variable.ARGS_GET).names());
            case ARGS_POST_NAMES -> keep(variable, fields(Variable.ARGS_POST).names());
            case ARGS_COMBINED_SIZE ->
                keep(variable, Fields.single(Bytes.number(fields(Variable.ARGS).bytes())));
            case AUTH_TYPE -> {
                Bytes header = fields(Variable.REQUEST_HEADERS).first(AUTHORIZATION);
                int space = header.indexOf(' ', 0);
                yield Fields.single(header.slice(0, space < 0 ? header.length() : space));
            }
            case REMOTE_USER -> Fields.single(basicUser());
            case DURATION -> Fields.single(Bytes.number(elapsed().toNanos() / 1000));
            case ENV -> {
                Fields all = new Fields();
                ownEnvironment.forEach((name, value) -> all.add(Bytes.utf8(name), value));
                environment.forEach((name, value) -> all.add(Bytes.utf8(name), Bytes.utf8(value)));
                yield all;
            }
            case FULL_REQUEST -> keep(variable, Fields.single(fullRequest()));
            case FULL_REQUEST_LENGTH ->
                keep(
                        variable,
                        Fields.single(Bytes.number(single(Variable.FULL_REQUEST).length())));
            case MATCHED_VARS -> {
                Fields all = new Fields();
                Hit.list(matched).forEach(hit -> all.add(hit.name(), hit.value()));
                yield keep(variable, all);
            }
            case MATCHED_VARS_NAMES ->
                keep(variable, fields(Variable.MATCHED_VARS).names());
            case MATCHED_VAR -> keep(variable, Fields.single(matching == null ? Bytes.EMPTY : matching.value()));
            case MATCHED_VAR_NAME -> keep(variable, Fields.single(matching == null ? Bytes.EMPTY : matching.name()));
            case REMOTE_HOST, USERAGENT_IP -> fields(Variable.REMOTE_ADDR);
            case REQUEST_COOKIES_NAMES ->
                keep(variable, fields(Variable.REQUEST_COOKIES).names());
            case REQUEST_HEADERS_NAMES ->
                keep(variable, fields(Variable.REQUEST_HEADERS).names());
            case REQUEST_LINE -> keep(variable, Fields.single(request.line()));
            case RESPONSE_HEADERS_NAMES ->
                keep(variable, fields(Variable.RESPONSE_HEADERS).names());
            case RESPONSE_CONTENT_TYPE ->
                Fields.single(fields(Variable.RESPONSE_HEADERS).first(CONTENT_TYPE));
            case RESPONSE_CONTENT_LENGTH -> {
                Bytes said = fields(Variable.RESPONSE_HEADERS).first(CONTENT_LENGTH);
                yield Fields.single(
                        said.length() > 0
                                ? said
                                : Bytes.number(single(Variable.RESPONSE_BODY).length()));
            }
            case STATUS_LINE ->
                Fields.single(Bytes.latin1(
                        (single(Variable.RESPONSE_PROTOCOL) + " " + single(Variable.RESPONSE_STATUS)).strip()));
            case RULE -> {
                Fields described = new Fields();
                if (rule != null) {
                    describe(rule, described);
                }
                yield described;
            }
            case SERVER_NAME -> keep(variable, Fields.single(serverName()));
            case SESSIONID -> Fields.single(collections.key(Variable.SESSION).orElse(Bytes.EMPTY));
            case USERID -> Fields.single(collections.key(Variable.USER).orElse(Bytes.EMPTY));
            case GLOBAL, IP, RESOURCE, SESSION, USER -> collections.fields(variable);
            case TIME -> Fields.single(Bytes.latin1(now().format(CLOCK)));
            case TIME_DAY -> Fields.single(Bytes.number(now().getDayOfMonth()));
            case TIME_EPOCH -> Fields.single(Bytes.number(clock.instant().getEpochSecond()));
            case TIME_HOUR -> Fields.single(Bytes.number(now().getHour()));
            case TIME_MIN -> Fields.single(Bytes.number(now().getMinute()));
            case TIME_MON -> Fields.single(Bytes.number(now().getMonthValue() - 1));
            case TIME_SEC -> Fields.single(Bytes.number(now().getSecond()));
            case TIME_WDAY -> Fields.single(Bytes.number(now().getDayOfWeek().getValue() % SUNDAY));
            case TIME_YEAR -> Fields.single(Bytes.number(now().getYear()));
            case TX -> {
                Fields all = new Fields(tx.size());
                tx.values().forEach(all::add);
                yield keep(variable, all);
            }
            case XML -> keep(variable, xml(requestXml));
            case RESPONSE_XML -> keep(variable, xml(responseXml));
            default ->
                keep(
                        variable,
                        variable.isCollection()
                                ? new Fields()
                                : Fields.single(INITIAL.getOrDefault(variable, Bytes.EMPTY)));
        };
    }

    private static Fields xml(XmlDocument document) {
        Fields all = new Fields();
        EVERY_TEXT.select(document, all::add);
        EVERY_ATTRIBUTE.select(document, all::add);
        return all;
    }

    private Bytes serverName() {
        Bytes host = fields(Variable.REQUEST_HEADERS).first(HOST);
        int bracket = host.lastIndexOf(']');
        int colon = host.lastIndexOf(':');
        return colon > bracket ? host.slice(0, colon) : host;
    }

    /** RFC 7617: the name before the colon. */
    private Bytes basicUser() {
        Bytes header = fields(Variable.REQUEST_HEADERS).first(AUTHORIZATION);
        if (header.length() < 7 || !header.slice(0, 6).equalsIgnoringCase(Bytes.latin1("basic "))) {
            return Bytes.EMPTY;
        }
        Bytes credentials = UrlCodec.base64(header.slice(6).trim());
        int colon = credentials.indexOf(':', 0);
        return colon < 0 ? Bytes.EMPTY : credentials.slice(0, colon);
    }

    private Bytes fullRequest() {
        BytesBuilder text = new BytesBuilder(1024).append(request.line()).append("\n");
        for (Field header : fields(Variable.REQUEST_HEADERS)) {
            text.append(header.name()).append(": ").append(header.value()).append("\n");
        }
        return text.append("\n").append(single(Variable.STREAM_INPUT_BODY)).build();
    }

    private void describe(Rule current, Fields described) {
        Note note = current.note();
        described.add(Bytes.latin1("id"), Bytes.number(current.id()));
        described.add(Bytes.latin1("rev"), Bytes.utf8(note.revision()));
        described.add(
                Bytes.latin1("severity"),
                note.severity()
                        .map(severity -> Bytes.number(severity.ordinal()))
                        .orElse(Bytes.EMPTY));
        describe("msg", note.message(), described);
        describe("logdata", note.data(), described);
    }

    /**
     * Adds a description of the rule, unless its text refers to the rule itself: a message that contains its own
     * message would never end.
     */
    private void describe(String name, Macro text, Fields described) {
        if (text.references().stream().noneMatch(to -> to.variable() == Variable.RULE)) {
            described.add(Bytes.latin1(name), text.expand(this));
        }
    }

    private OffsetDateTime now() {
        return clock.instant().atOffset(ZoneOffset.UTC);
    }
}
