package dev.gatehouse.seclang;

import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.operator.Numbers;
import dev.gatehouse.seclang.variable.MacroReference;
import dev.gatehouse.seclang.variable.MacroScope;
import dev.gatehouse.seclang.variable.Variable;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** All that rules can see of a transaction. Times are UTC; {@code DURATION} is in microseconds. */
final class Values implements MacroScope {
    private static final Bytes HOST = Bytes.latin1("host");
    private static final Bytes COOKIE = Bytes.latin1("cookie");
    private static final Bytes CONTENT_TYPE = Bytes.latin1("content-type");
    private static final Bytes CONTENT_LENGTH = Bytes.latin1("content-length");
    private static final DateTimeFormatter CLOCK = DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT);
    private static final int SUNDAY = 7;

    private final Bytes uniqueId;
    private final InstantSource clock;
    private final Instant begun;
    private final Map<String, String> environment;
    private final Map<String, Bytes> ownEnvironment = new LinkedHashMap<>();

    private Bytes remoteAddress = Bytes.EMPTY;
    private Bytes remotePort = Bytes.EMPTY;
    private Bytes serverAddress = Bytes.EMPTY;
    private Bytes serverPort = Bytes.EMPTY;
    private Request request = Request.NONE;
    private final Fields requestHeaders = new Fields();
    private final Fields cookies = new Fields();
    private final Fields query = new Fields();
    private final Fields form = new Fields();
    private Bytes requestBody = Bytes.EMPTY;
    private Bytes bodyProcessor = Bytes.EMPTY;
    private Bytes bodyError = Bytes.EMPTY;
    private Bytes responseProtocol = Bytes.EMPTY;
    private Bytes responseStatus = Bytes.EMPTY;
    private final Fields responseHeaders = new Fields();
    private Bytes responseBody = Bytes.EMPTY;
    private final Map<String, Bytes> tx = new LinkedHashMap<>();
    private Fields matched = new Fields();
    private Bytes lastMatchedName = Bytes.EMPTY;
    private Bytes lastMatchedValue = Bytes.EMPTY;
    private Optional<Rule> rule = Optional.empty();

    Values(String uniqueId, InstantSource clock, Map<String, String> environment) {
        this.uniqueId = Bytes.utf8(uniqueId);
        this.clock = clock;
        this.begun = clock.instant();
        this.environment = environment;
    }

    void connection(String client, int clientPort, String server, int port) {
        remoteAddress = Bytes.latin1(client);
        remotePort = Bytes.number(clientPort);
        serverAddress = Bytes.latin1(server);
        serverPort = Bytes.number(port);
    }

    void request(Request line) {
        request = line;
        query.clear();
        UrlEncodedFields.read(line.query(), query);
    }

    void requestHeader(Bytes name, Bytes value) {
        requestHeaders.add(name, value);
        if (name.equalsIgnoringCase(COOKIE)) {
            readCookies(value);
        }
    }

    private void readCookies(Bytes header) {
        int from = 0;
        while (from < header.length()) {
            int semicolon = header.indexOf(';', from);
            int to = semicolon < 0 ? header.length() : semicolon;
            Bytes cookie = header.slice(from, to).trim();
            if (cookie.length() > 0) {
                int equals = cookie.indexOf('=', 0);
                cookies.add(
                        equals < 0 ? cookie : cookie.slice(0, equals).trim(),
                        equals < 0 ? Bytes.EMPTY : cookie.slice(equals + 1).trim());
            }
            from = to + 1;
        }
    }

    /** Whether the headers say that a body is of application/x-www-form-urlencoded. */
    boolean saysUrlEncoded() {
        String type = requestHeaders.first(CONTENT_TYPE).toString().toLowerCase(Locale.ROOT);
        return type.startsWith("application/x-www-form-urlencoded");
    }

    /** @param urlEncoded whether it becomes arguments */
    void requestBody(Bytes body, boolean urlEncoded) {
        requestBody = body;
        if (urlEncoded) {
            bodyProcessor = Bytes.latin1("URLENCODED");
            UrlEncodedFields.read(body, form);
        }
    }

    void bodyError(String message) {
        bodyError = Bytes.utf8(message);
    }

    void response(int status, String protocol) {
        responseStatus = Bytes.number(status);
        responseProtocol = Bytes.latin1(protocol);
    }

    void responseHeader(Bytes name, Bytes value) {
        responseHeaders.add(name, value);
    }

    void responseBody(Bytes body) {
        responseBody = body;
    }

    Bytes tx(String key) {
        return tx.getOrDefault(key.toLowerCase(Locale.ROOT), Bytes.EMPTY);
    }

    Map<String, Bytes> tx() {
        return tx;
    }

    void assign(String key, Effect.Assignment assignment, Bytes value) {
        String lower = key.toLowerCase(Locale.ROOT);
        switch (assignment) {
            case SET -> tx.put(lower, value);
            case ADD -> tx.put(lower, Bytes.number(Numbers.parse(tx(lower)) + Numbers.parse(value)));
            case SUBTRACT -> tx.put(lower, Bytes.number(Numbers.parse(tx(lower)) - Numbers.parse(value)));
        }
    }

    void remove(String key) {
        tx.remove(key.toLowerCase(Locale.ROOT));
    }

    void setEnvironment(String name, Bytes value) {
        ownEnvironment.put(name, value);
    }

    void rule(Rule current) {
        rule = Optional.of(current);
    }

    void matching(Bytes name, Bytes value) {
        lastMatchedName = name;
        lastMatchedValue = value;
    }

    /** @param fields names as {@code ARGS:id} */
    void matched(Fields fields) {
        matched = fields;
    }

    Request request() {
        return request;
    }

    Bytes remoteAddress() {
        return remoteAddress;
    }

    Bytes serverName() {
        Bytes host = requestHeaders.first(HOST);
        int bracket = host.lastIndexOf(']');
        int colon = host.lastIndexOf(':');
        return colon > bracket ? host.slice(0, colon) : host;
    }

    @Override
    public Bytes value(MacroReference reference) {
        First first = new First(reference.key());
        each(reference.variable(), first);
        return first.value;
    }

    /** Keeps the first value of the key. */
    private static final class First implements ValueSink {
        private final Bytes key;
        private boolean found;
        private Bytes value = Bytes.EMPTY;

        First(String key) {
            this.key = Bytes.utf8(key);
        }

        @Override
        public void take(Bytes name, Bytes candidate) {
            if (!found && (key.length() == 0 || key.equalsIgnoringCase(name))) {
                found = true;
                value = candidate;
            }
        }
    }

    /** All values of a variable. What is not there yet has none, or is empty. */
    void each(Variable variable, ValueSink sink) {
        switch (variable) {
            case ARGS -> {
                values(query, sink);
                values(form, sink);
            }
            case ARGS_GET -> values(query, sink);
            case ARGS_POST -> values(form, sink);
            case ARGS_NAMES -> {
                names(query, sink);
                names(form, sink);
            }
            case ARGS_GET_NAMES -> names(query, sink);
            case ARGS_POST_NAMES -> names(form, sink);
            case ARGS_COMBINED_SIZE -> one(Bytes.number(query.bytes() + form.bytes()), sink);
            case DURATION ->
                one(Bytes.number(Duration.between(begun, clock.instant()).toNanos() / 1000), sink);
            case ENV -> {
                ownEnvironment.forEach((name, value) -> sink.take(Bytes.utf8(name), value));
                environment.forEach((name, value) -> sink.take(Bytes.utf8(name), Bytes.utf8(value)));
            }
            case MATCHED_VAR -> one(lastMatchedValue, sink);
            case MATCHED_VAR_NAME -> one(lastMatchedName, sink);
            case MATCHED_VARS -> values(matched, sink);
            case MATCHED_VARS_NAMES -> names(matched, sink);
            case QUERY_STRING -> one(request.query(), sink);
            case REMOTE_ADDR -> one(remoteAddress, sink);
            case REMOTE_PORT -> one(remotePort, sink);
            case REQBODY_ERROR, REQBODY_PROCESSOR_ERROR -> one(Bytes.number(bodyError.length() > 0 ? 1 : 0), sink);
            case REQBODY_ERROR_MSG, REQBODY_PROCESSOR_ERROR_MSG -> one(bodyError, sink);
            case REQBODY_PROCESSOR -> one(bodyProcessor, sink);
            case REQUEST_BASENAME -> one(request.basename(), sink);
            case REQUEST_BODY -> one(requestBody, sink);
            case REQUEST_BODY_LENGTH -> one(Bytes.number(requestBody.length()), sink);
            case REQUEST_COOKIES -> values(cookies, sink);
            case REQUEST_COOKIES_NAMES -> names(cookies, sink);
            case REQUEST_FILENAME -> one(request.path(), sink);
            case REQUEST_HEADERS -> values(requestHeaders, sink);
            case REQUEST_HEADERS_NAMES -> names(requestHeaders, sink);
            case REQUEST_LINE -> one(request.line(), sink);
            case REQUEST_METHOD -> one(request.method(), sink);
            case REQUEST_PROTOCOL -> one(request.protocol(), sink);
            case REQUEST_URI -> one(request.uri(), sink);
            case REQUEST_URI_RAW -> one(request.rawUri(), sink);
            case RESPONSE_BODY -> one(responseBody, sink);
            case RESPONSE_CONTENT_LENGTH -> {
                Bytes said = responseHeaders.first(CONTENT_LENGTH);
                one(said.length() > 0 ? said : Bytes.number(responseBody.length()), sink);
            }
            case RESPONSE_CONTENT_TYPE -> one(responseHeaders.first(CONTENT_TYPE), sink);
            case RESPONSE_HEADERS -> values(responseHeaders, sink);
            case RESPONSE_HEADERS_NAMES -> names(responseHeaders, sink);
            case RESPONSE_PROTOCOL -> one(responseProtocol, sink);
            case RESPONSE_STATUS -> one(responseStatus, sink);
            case RULE -> rule.ifPresent(current -> describe(current, sink));
            case SERVER_ADDR -> one(serverAddress, sink);
            case SERVER_NAME -> one(serverName(), sink);
            case SERVER_PORT -> one(serverPort, sink);
            case TIME -> one(Bytes.latin1(now().format(CLOCK)), sink);
            case TIME_DAY -> one(Bytes.number(now().getDayOfMonth()), sink);
            case TIME_EPOCH -> one(Bytes.number(clock.instant().getEpochSecond()), sink);
            case TIME_HOUR -> one(Bytes.number(now().getHour()), sink);
            case TIME_MIN -> one(Bytes.number(now().getMinute()), sink);
            case TIME_MON -> one(Bytes.number(now().getMonthValue() - 1), sink);
            case TIME_SEC -> one(Bytes.number(now().getSecond()), sink);
            case TIME_WDAY -> one(Bytes.number(now().getDayOfWeek().getValue() % SUNDAY), sink);
            case TIME_YEAR -> one(Bytes.number(now().getYear()), sink);
            case TX ->
                List.copyOf(tx.entrySet()).forEach(entry -> sink.take(Bytes.utf8(entry.getKey()), entry.getValue()));
            case UNIQUE_ID -> one(uniqueId, sink);
        }
    }

    private void describe(Rule current, ValueSink sink) {
        Note note = current.note();
        sink.take(Bytes.latin1("id"), Bytes.number(current.id()));
        sink.take(Bytes.latin1("rev"), Bytes.utf8(note.revision()));
        sink.take(
                Bytes.latin1("severity"),
                note.severity()
                        .map(severity -> Bytes.number(severity.ordinal()))
                        .orElse(Bytes.EMPTY));
        note.message().constant().ifPresent(text -> sink.take(Bytes.latin1("msg"), text));
        note.data().constant().ifPresent(text -> sink.take(Bytes.latin1("logdata"), text));
    }

    private OffsetDateTime now() {
        return clock.instant().atOffset(ZoneOffset.UTC);
    }

    private static void one(Bytes value, ValueSink sink) {
        sink.take(Bytes.EMPTY, value);
    }

    private static void values(Fields fields, ValueSink sink) {
        for (int i = 0; i < fields.size(); i++) {
            sink.take(fields.name(i), fields.value(i));
        }
    }

    private static void names(Fields fields, ValueSink sink) {
        for (int i = 0; i < fields.size(); i++) {
            sink.take(fields.name(i), fields.name(i));
        }
    }

    /** The values that a target means, in order. */
    List<Keyed> select(Target target) {
        List<Keyed> selected = new ArrayList<>();
        each(target.variable(), (key, value) -> {
            if (target.selector().admits(key)) {
                selected.add(new Keyed(key, value));
            }
        });
        return selected;
    }

    record Keyed(Bytes key, Bytes value) {}
}
