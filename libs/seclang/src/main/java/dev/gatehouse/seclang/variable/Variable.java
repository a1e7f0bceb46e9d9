package dev.gatehouse.seclang.variable;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The variables that rules may look at. */
public enum Variable {
    ARGS(Shape.COLLECTION, Origin.REQUEST_BODY),
    ARGS_GET(Shape.COLLECTION, Origin.REQUEST),
    ARGS_POST(Shape.COLLECTION, Origin.REQUEST_BODY),
    ARGS_NAMES(Shape.COLLECTION, Origin.REQUEST_BODY),
    ARGS_GET_NAMES(Shape.COLLECTION, Origin.REQUEST),
    ARGS_POST_NAMES(Shape.COLLECTION, Origin.REQUEST_BODY),
    ARGS_COMBINED_SIZE(Shape.SINGLE, Origin.REQUEST_BODY),
    DURATION(Shape.SINGLE, Origin.REQUEST),
    ENV(Shape.COLLECTION, Origin.REQUEST),
    MATCHED_VAR(Shape.SINGLE, Origin.REQUEST),
    MATCHED_VAR_NAME(Shape.SINGLE, Origin.REQUEST),
    MATCHED_VARS(Shape.COLLECTION, Origin.REQUEST),
    MATCHED_VARS_NAMES(Shape.COLLECTION, Origin.REQUEST),
    QUERY_STRING(Shape.SINGLE, Origin.REQUEST),
    REMOTE_ADDR(Shape.SINGLE, Origin.REQUEST),
    REMOTE_PORT(Shape.SINGLE, Origin.REQUEST),
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
    RESPONSE_BODY(Shape.SINGLE, Origin.RESPONSE_BODY),
    RESPONSE_CONTENT_LENGTH(Shape.SINGLE, Origin.RESPONSE_BODY),
    RESPONSE_CONTENT_TYPE(Shape.SINGLE, Origin.RESPONSE),
    RESPONSE_HEADERS(Shape.COLLECTION, Origin.RESPONSE),
    RESPONSE_HEADERS_NAMES(Shape.COLLECTION, Origin.RESPONSE),
    RESPONSE_PROTOCOL(Shape.SINGLE, Origin.RESPONSE),
    RESPONSE_STATUS(Shape.SINGLE, Origin.RESPONSE),
    RULE(Shape.COLLECTION, Origin.REQUEST),
    SERVER_ADDR(Shape.SINGLE, Origin.REQUEST),
    SERVER_NAME(Shape.SINGLE, Origin.REQUEST),
    SERVER_PORT(Shape.SINGLE, Origin.REQUEST),
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
    UNIQUE_ID(Shape.SINGLE, Origin.REQUEST);

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

    private static final Map<String, Variable> BY_NAME =
            Arrays.stream(values()).collect(Collectors.toUnmodifiableMap(Variable::name, Function.identity()));

    /** ModSecurity's and Coraza's that this engine does not have. */
    private static final Set<String> UNSUPPORTED = Set.of(
            "ARGS_PATH",
            "AUTH_TYPE",
            "FILES",
            "FILES_COMBINED_SIZE",
            "FILES_NAMES",
            "FILES_SIZES",
            "FILES_TMPNAMES",
            "FILES_TMP_CONTENT",
            "FULL_REQUEST",
            "FULL_REQUEST_LENGTH",
            "GEO",
            "GLOBAL",
            "HIGHEST_SEVERITY",
            "INBOUND_DATA_ERROR",
            "IP",
            "JSON",
            "MODSEC_BUILD",
            "MSC_PCRE_LIMITS_EXCEEDED",
            "MULTIPART_CRLF_LF_LINES",
            "MULTIPART_FILENAME",
            "MULTIPART_NAME",
            "MULTIPART_PART_HEADERS",
            "MULTIPART_STRICT_ERROR",
            "MULTIPART_UNMATCHED_BOUNDARY",
            "OUTBOUND_DATA_ERROR",
            "PATH_INFO",
            "REMOTE_HOST",
            "REMOTE_USER",
            "REQUEST_XML",
            "RESOURCE",
            "RESPONSE_ARGS",
            "RESPONSE_XML",
            "SCRIPT_FILENAME",
            "SESSION",
            "SESSIONID",
            "STATUS_LINE",
            "URLENCODED_ERROR",
            "USER",
            "USERID",
            "WEBAPPID",
            "XML");

    private final Shape shape;
    private final Origin origin;

    Variable(Shape shape, Origin origin) {
        this.shape = shape;
        this.origin = origin;
    }

    /** Without regard to case. */
    public static Optional<Variable> named(String name) {
        return Optional.ofNullable(BY_NAME.get(name.toUpperCase(Locale.ROOT)));
    }

    /** Whether it is a name of SecLang's that this engine does not have. */
    public static boolean isUnsupported(String name) {
        return UNSUPPORTED.contains(name.toUpperCase(Locale.ROOT));
    }

    /** All names. */
    public static List<String> names() {
        return Arrays.stream(values()).map(Variable::name).toList();
    }

    public boolean isCollection() {
        return shape == Shape.COLLECTION;
    }

    public Origin origin() {
        return origin;
    }
}
