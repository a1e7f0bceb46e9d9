package dev.gatehouse.seclang.variable;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** The variables that rules may look at: ModSecurity's and Coraza's. */
public enum Variable {
    ARGS(Shape.COLLECTION, Origin.REQUEST_BODY),
    ARGS_COMBINED_SIZE(Shape.SINGLE, Origin.REQUEST_BODY),
    ARGS_GET(Shape.COLLECTION, Origin.REQUEST),
    ARGS_GET_NAMES(Shape.COLLECTION, Origin.REQUEST),
    ARGS_NAMES(Shape.COLLECTION, Origin.REQUEST_BODY),
    ARGS_PATH(Shape.COLLECTION, Origin.REQUEST),
    ARGS_POST(Shape.COLLECTION, Origin.REQUEST_BODY),
    ARGS_POST_NAMES(Shape.COLLECTION, Origin.REQUEST_BODY),
    /** A body is not read for this variable alone: without a rule on arguments it does not matter. */
    ARGUMENTS_LIMIT_REACHED(Shape.SINGLE, Origin.REQUEST),
    AUTH_TYPE(Shape.SINGLE, Origin.REQUEST),
    DURATION(Shape.SINGLE, Origin.REQUEST),
    ENV(Shape.COLLECTION, Origin.REQUEST),
    FILES(Shape.COLLECTION, Origin.REQUEST_BODY),
    FILES_COMBINED_SIZE(Shape.SINGLE, Origin.REQUEST_BODY),
    FILES_NAMES(Shape.COLLECTION, Origin.REQUEST_BODY),
    FILES_SIZES(Shape.COLLECTION, Origin.REQUEST_BODY),
    FILES_TMPNAMES(Shape.COLLECTION, Origin.REQUEST_BODY),
    FILES_TMP_CONTENT(Shape.COLLECTION, Origin.REQUEST_BODY),
    FULL_REQUEST(Shape.SINGLE, Origin.REQUEST_BODY),
    FULL_REQUEST_LENGTH(Shape.SINGLE, Origin.REQUEST_BODY),
    GEO(Shape.COLLECTION, Origin.REQUEST),
    GLOBAL(Shape.COLLECTION, Origin.REQUEST),
    HIGHEST_SEVERITY(Shape.SINGLE, Origin.REQUEST),
    INBOUND_DATA_ERROR(Shape.SINGLE, Origin.REQUEST_BODY),
    IP(Shape.COLLECTION, Origin.REQUEST),
    JSON(Shape.COLLECTION, Origin.REQUEST_BODY),
    MATCHED_VAR(Shape.SINGLE, Origin.REQUEST),
    MATCHED_VAR_NAME(Shape.SINGLE, Origin.REQUEST),
    MATCHED_VARS(Shape.COLLECTION, Origin.REQUEST),
    MATCHED_VARS_NAMES(Shape.COLLECTION, Origin.REQUEST),
    MODSEC_BUILD(Shape.SINGLE, Origin.REQUEST),
    MSC_PCRE_ERROR(Shape.SINGLE, Origin.REQUEST),
    MSC_PCRE_LIMITS_EXCEEDED(Shape.SINGLE, Origin.REQUEST),
    MULTIPART_BOUNDARY_QUOTED(Shape.SINGLE, Origin.REQUEST_BODY),
    MULTIPART_BOUNDARY_WHITESPACE(Shape.SINGLE, Origin.REQUEST_BODY),
    MULTIPART_CRLF_LF_LINES(Shape.SINGLE, Origin.REQUEST_BODY),
    MULTIPART_DATA_AFTER(Shape.SINGLE, Origin.REQUEST_BODY),
    MULTIPART_DATA_BEFORE(Shape.SINGLE, Origin.REQUEST_BODY),
    MULTIPART_DUPLICATE_PART_HEADER(Shape.SINGLE, Origin.REQUEST_BODY),
    MULTIPART_FILENAME(Shape.COLLECTION, Origin.REQUEST_BODY),
    MULTIPART_FILENAME_CHARSET(Shape.COLLECTION, Origin.REQUEST_BODY),
    MULTIPART_FILENAME_LANGUAGE(Shape.COLLECTION, Origin.REQUEST_BODY),
    MULTIPART_FILE_LIMIT_EXCEEDED(Shape.SINGLE, Origin.REQUEST_BODY),
    MULTIPART_HEADER_FOLDING(Shape.SINGLE, Origin.REQUEST_BODY),
    MULTIPART_INVALID_HEADER_FOLDING(Shape.SINGLE, Origin.REQUEST_BODY),
    MULTIPART_INVALID_PART(Shape.SINGLE, Origin.REQUEST_BODY),
    MULTIPART_INVALID_QUOTING(Shape.SINGLE, Origin.REQUEST_BODY),
    MULTIPART_LF_LINE(Shape.SINGLE, Origin.REQUEST_BODY),
    MULTIPART_MISSING_SEMICOLON(Shape.SINGLE, Origin.REQUEST_BODY),
    MULTIPART_NAME(Shape.COLLECTION, Origin.REQUEST_BODY),
    MULTIPART_PART_HEADERS(Shape.COLLECTION, Origin.REQUEST_BODY),
    MULTIPART_STRICT_ERROR(Shape.SINGLE, Origin.REQUEST_BODY),
    MULTIPART_UNMATCHED_BOUNDARY(Shape.SINGLE, Origin.REQUEST_BODY),
    OUTBOUND_DATA_ERROR(Shape.SINGLE, Origin.RESPONSE_BODY),
    PATH_INFO(Shape.SINGLE, Origin.REQUEST),
    QUERY_STRING(Shape.SINGLE, Origin.REQUEST),
    REMOTE_ADDR(Shape.SINGLE, Origin.REQUEST),
    REMOTE_HOST(Shape.SINGLE, Origin.REQUEST),
    REMOTE_PORT(Shape.SINGLE, Origin.REQUEST),
    REMOTE_USER(Shape.SINGLE, Origin.REQUEST),
    REQBODY_ERROR(Shape.SINGLE, Origin.REQUEST_BODY),
    REQBODY_ERROR_MSG(Shape.SINGLE, Origin.REQUEST_BODY),
    REQBODY_PROCESSOR(Shape.SINGLE, Origin.REQUEST_BODY),
    REQBODY_PROCESSOR_ERROR(Shape.SINGLE, Origin.REQUEST_BODY),
    REQBODY_PROCESSOR_ERROR_MSG(Shape.SINGLE, Origin.REQUEST_BODY),
    REQUEST_BASENAME(Shape.SINGLE, Origin.REQUEST),
    REQUEST_BODY(Shape.SINGLE, Origin.REQUEST_BODY),
    REQUEST_BODY_LENGTH(Shape.SINGLE, Origin.REQUEST_BODY),
    REQUEST_COOKIES(Shape.COLLECTION, Origin.REQUEST),
    REQUEST_COOKIES_NAMES(Shape.COLLECTION, Origin.REQUEST),
    REQUEST_FILENAME(Shape.SINGLE, Origin.REQUEST),
    REQUEST_HEADERS(Shape.COLLECTION, Origin.REQUEST),
    REQUEST_HEADERS_NAMES(Shape.COLLECTION, Origin.REQUEST),
    REQUEST_LINE(Shape.SINGLE, Origin.REQUEST),
    REQUEST_METHOD(Shape.SINGLE, Origin.REQUEST),
    REQUEST_PROTOCOL(Shape.SINGLE, Origin.REQUEST),
    REQUEST_URI(Shape.SINGLE, Origin.REQUEST),
    REQUEST_URI_RAW(Shape.SINGLE, Origin.REQUEST),
    RESOURCE(Shape.COLLECTION, Origin.REQUEST),
    RESPONSE_ARGS(Shape.COLLECTION, Origin.RESPONSE_BODY),
    RESPONSE_BODY(Shape.SINGLE, Origin.RESPONSE_BODY),
    RESPONSE_CONTENT_LENGTH(Shape.SINGLE, Origin.RESPONSE_BODY),
    RESPONSE_CONTENT_TYPE(Shape.SINGLE, Origin.RESPONSE),
    RESPONSE_HEADERS(Shape.COLLECTION, Origin.RESPONSE),
    RESPONSE_HEADERS_NAMES(Shape.COLLECTION, Origin.RESPONSE),
    RESPONSE_PROTOCOL(Shape.SINGLE, Origin.RESPONSE),
    RESPONSE_STATUS(Shape.SINGLE, Origin.RESPONSE),
    RESPONSE_XML(Shape.COLLECTION, Origin.RESPONSE_BODY),
    RES_BODY_ERROR(Shape.SINGLE, Origin.RESPONSE_BODY),
    RES_BODY_ERROR_MSG(Shape.SINGLE, Origin.RESPONSE_BODY),
    RES_BODY_PROCESSOR(Shape.SINGLE, Origin.RESPONSE_BODY),
    RES_BODY_PROCESSOR_ERROR(Shape.SINGLE, Origin.RESPONSE_BODY),
    RES_BODY_PROCESSOR_ERROR_MSG(Shape.SINGLE, Origin.RESPONSE_BODY),
    RULE(Shape.COLLECTION, Origin.REQUEST),
    SERVER_ADDR(Shape.SINGLE, Origin.REQUEST),
    SERVER_NAME(Shape.SINGLE, Origin.REQUEST),
    SERVER_PORT(Shape.SINGLE, Origin.REQUEST),
    SESSION(Shape.COLLECTION, Origin.REQUEST),
    SESSIONID(Shape.SINGLE, Origin.REQUEST),
    STATUS_LINE(Shape.SINGLE, Origin.RESPONSE),
    STREAM_INPUT_BODY(Shape.SINGLE, Origin.REQUEST_BODY),
    STREAM_OUTPUT_BODY(Shape.SINGLE, Origin.RESPONSE_BODY),
    TIME(Shape.SINGLE, Origin.REQUEST),
    TIME_DAY(Shape.SINGLE, Origin.REQUEST),
    TIME_EPOCH(Shape.SINGLE, Origin.REQUEST),
    TIME_HOUR(Shape.SINGLE, Origin.REQUEST),
    TIME_MIN(Shape.SINGLE, Origin.REQUEST),
    TIME_MON(Shape.SINGLE, Origin.REQUEST),
    TIME_SEC(Shape.SINGLE, Origin.REQUEST),
    TIME_WDAY(Shape.SINGLE, Origin.REQUEST),
    TIME_YEAR(Shape.SINGLE, Origin.REQUEST),
    TX(Shape.COLLECTION, Origin.REQUEST),
    UNIQUE_ID(Shape.SINGLE, Origin.REQUEST),
    URI_PARSE_ERROR(Shape.SINGLE, Origin.REQUEST),
    URLENCODED_ERROR(Shape.SINGLE, Origin.REQUEST_BODY),
    USER(Shape.COLLECTION, Origin.REQUEST),
    USERAGENT_IP(Shape.SINGLE, Origin.REQUEST),
    USERID(Shape.SINGLE, Origin.REQUEST),
    WEBAPPID(Shape.SINGLE, Origin.REQUEST),
    XML(Shape.COLLECTION, Origin.REQUEST_BODY);

    /** One value, or values by key. */
    private enum Shape {
        SINGLE,
        COLLECTION
    }

    /** What of the transaction must be there for the whole value. */
    public enum Origin {
        REQUEST,
        REQUEST_BODY,
        RESPONSE,
        RESPONSE_BODY
    }

    private static final Map<String, Variable> BY_NAME = byName();

    private static final String NO_SCRIPT = "there is no script file behind a proxy";
    private static final String METRICS = "the engine's times are metrics, and gatehouse waf profile shows them";

    /** Names that mean nothing in front of a proxy, with the reason. */
    private static final Map<String, String> REFUSED = Map.ofEntries(
            Map.entry("PERF_ALL", METRICS),
            Map.entry("PERF_COMBINED", METRICS),
            Map.entry("PERF_GC", METRICS),
            Map.entry("PERF_LOGGING", METRICS),
            Map.entry("PERF_PHASE1", METRICS),
            Map.entry("PERF_PHASE2", METRICS),
            Map.entry("PERF_PHASE3", METRICS),
            Map.entry("PERF_PHASE4", METRICS),
            Map.entry("PERF_PHASE5", METRICS),
            Map.entry("PERF_RULES", METRICS),
            Map.entry("PERF_SREAD", METRICS),
            Map.entry("PERF_SWRITE", METRICS),
            Map.entry("SCRIPT_BASENAME", NO_SCRIPT),
            Map.entry("SCRIPT_FILENAME", NO_SCRIPT),
            Map.entry("SCRIPT_GID", NO_SCRIPT),
            Map.entry("SCRIPT_GROUPNAME", NO_SCRIPT),
            Map.entry("SCRIPT_MODE", NO_SCRIPT),
            Map.entry("SCRIPT_UID", NO_SCRIPT),
            Map.entry("SCRIPT_USERNAME", NO_SCRIPT),
            Map.entry("SDBM_DELETE_ERROR", "persistent collections are not kept in SDBM files"),
            Map.entry("WEBSERVER_ERROR_LOG", "the proxy's log is not the engine's"));

    private final Shape shape;
    private final Origin origin;

    Variable(Shape shape, Origin origin) {
        this.shape = shape;
        this.origin = origin;
    }

    private static Map<String, Variable> byName() {
        Map<String, Variable> all = new TreeMap<>();
        for (Variable variable : values()) {
            all.put(variable.name(), variable);
        }
        all.put("INBOUND_ERROR_DATA", INBOUND_DATA_ERROR);
        all.put("MULTIPART_SEMICOLON_MISSING", MULTIPART_MISSING_SEMICOLON);
        all.put("OUTBOUND_ERROR_DATA", OUTBOUND_DATA_ERROR);
        all.put("REQUEST_XML", XML);
        return Map.copyOf(all);
    }

    private static final Set<Variable> CHANGED_BY_RULES = EnumSet.of(
            DURATION,
            ENV,
            GLOBAL,
            HIGHEST_SEVERITY,
            IP,
            MATCHED_VAR,
            MATCHED_VAR_NAME,
            MATCHED_VARS,
            MATCHED_VARS_NAMES,
            RESOURCE,
            RULE,
            SESSION,
            SESSIONID,
            TX,
            USER,
            USERID);

    /** Whether its value stays the same from rule to rule, like the client's data. */
    public boolean isSteady() {
        return !CHANGED_BY_RULES.contains(this) && !name().startsWith("TIME") && !name().startsWith("MSC_");
    }

    private static final Set<Variable> LIMITED_ARGUMENTS = EnumSet.of(
            ARGS, ARGS_COMBINED_SIZE, ARGS_GET, ARGS_GET_NAMES, ARGS_NAMES, ARGS_POST, ARGS_POST_NAMES, JSON);

    /** Whether its values are among those that {@code SecArgumentsLimit} counts. */
    public boolean isLimitedArgument() {
        return LIMITED_ARGUMENTS.contains(this);
    }

    /** Without regard to case. */
    public static Optional<Variable> named(String name) {
        return Optional.ofNullable(BY_NAME.get(name.toUpperCase(Locale.ROOT)));
    }

    /** Why a name of ModSecurity's is no variable here; empty for names that nobody knows. */
    public static Optional<String> refusal(String name) {
        return Optional.ofNullable(REFUSED.get(name.toUpperCase(Locale.ROOT)));
    }

    /** All names. */
    public static List<String> names() {
        return Arrays.stream(values()).map(Variable::name).toList();
    }

    /** Whether it has values by key. */
    public boolean isCollection() {
        return shape == Shape.COLLECTION;
    }

    /** Whether its values outlive transactions: {@code initcol} loads it. */
    public boolean isPersistent() {
        return this == GLOBAL || this == IP || this == RESOURCE || this == SESSION || this == USER;
    }

    public Origin origin() {
        return origin;
    }
}
