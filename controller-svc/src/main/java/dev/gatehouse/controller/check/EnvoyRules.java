package dev.gatehouse.controller.check;

import com.google.protobuf.Any;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Duration;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import dev.gatehouse.envoyapi.EnvoyTypes;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.config.core.v3.Pipe;
import io.envoyproxy.envoy.config.core.v3.SubstitutionFormatString;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;
import io.envoyproxy.envoy.config.route.v3.DirectResponseAction;
import io.envoyproxy.envoy.config.route.v3.RedirectAction;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import io.envoyproxy.envoy.config.route.v3.WeightedCluster;
import io.envoyproxy.envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter;
import io.envoyproxy.envoy.extensions.access_loggers.open_telemetry.v3.OpenTelemetryAccessLogConfig;
import io.envoyproxy.envoy.type.matcher.v3.RegexMatchAndSubstitute;
import io.envoyproxy.envoy.type.matcher.v3.RegexMatcher;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Checks messages as Envoy does when it loads them: by the rules in the {@code .proto} files, and by further checks of
 * Envoy's code (regular expressions, formats, protected headers, sizes). Envoy refuses a whole resource for one invalid
 * part, so each object's part is checked before it is combined with others.
 *
 * <p>Thread-safe. Linear in the size of the message.
 */
public final class EnvoyRules {
    /** The most bytes of a direct response. Envoy's default limit is raised up to this value if a table needs it. */
    public static final int MAX_DIRECT_RESPONSE_BYTES = 1024 * 1024;

    /** The messages that are checked by their classes. */
    private static final List<Message> SPECIAL = List.of(
            Any.getDefaultInstance(),
            Duration.getDefaultInstance(),
            Timestamp.getDefaultInstance(),
            RegexMatcher.getDefaultInstance(),
            RegexMatchAndSubstitute.getDefaultInstance(),
            HeaderValueOption.getDefaultInstance(),
            Route.getDefaultInstance(),
            WeightedCluster.ClusterWeight.getDefaultInstance(),
            VirtualHost.getDefaultInstance(),
            RouteConfiguration.getDefaultInstance(),
            RouteAction.getDefaultInstance(),
            RedirectAction.getDefaultInstance(),
            WeightedCluster.getDefaultInstance(),
            DirectResponseAction.getDefaultInstance(),
            SubstitutionFormatString.getDefaultInstance(),
            ExpressionFilter.getDefaultInstance(),
            OpenTelemetryAccessLogConfig.getDefaultInstance(),
            ClusterLoadAssignment.getDefaultInstance(),
            Pipe.getDefaultInstance());

    private static final long MAX_DURATION_SECONDS = 315_576_000_000L;

    /** The longest path of a Unix socket in Linux ({@code sun_path}, without the NUL at its end). */
    private static final int MAX_PIPE_BYTES = 107;

    private final Function<String, Optional<Message>> packed;

    private final Function<String, Optional<Message>> classes;

    /** @param packed finds an instance of a type packed as Any, by its full name; packed messages of other types are not checked */
    public EnvoyRules(Function<String, Optional<Message>> packed) {
        this(packed, packed);
    }

    private EnvoyRules(Function<String, Optional<Message>> packed, Function<String, Optional<Message>> classes) {
        this.packed = packed;
        this.classes = classes;
    }

    /**
     * Rules for messages that may pack any message of Envoy's API.
     *
     * @param known finds an instance of a type that has a generated class
     */
    public static EnvoyRules ofAllTypes(Function<String, Optional<Message>> known) {
        Map<String, Message> special = SPECIAL.stream()
                .collect(Collectors.toUnmodifiableMap(
                        each -> each.getDescriptorForType().getFullName(), each -> each));
        Function<String, Optional<Message>> classes =
                name -> Optional.ofNullable(special.get(name)).or(() -> known.apply(name));
        return new EnvoyRules(
                name -> classes.apply(name).or(() -> EnvoyTypes.find(name).map(DynamicMessage::getDefaultInstance)),
                classes);
    }

    /** The first problem: the field's path in the message, the value, and the expected one; empty: the message is valid. */
    public Optional<String> problem(Message given) {
        Message message = given instanceof DynamicMessage dynamic ? known(dynamic) : given;
        Optional<String> own = special(message).or(() -> ProtoRules.problem(message));
        if (own.isPresent()) {
            return own;
        }
        if (message instanceof Any any) {
            return unpacked(any).flatMap(this::problem);
        }
        for (Map.Entry<FieldDescriptor, Object> entry : message.getAllFields().entrySet()) {
            FieldDescriptor field = entry.getKey();
            if (field.getJavaType() != FieldDescriptor.JavaType.MESSAGE || isResolved(message, field)) {
                continue;
            }
            Optional<String> problem =
                    field.isRepeated() ? each(field, (List<?>) entry.getValue()) : problem((Message) entry.getValue());
            if (problem.isPresent()) {
                return problem.map(text -> at(field.getName(), text));
            }
        }
        return Optional.empty();
    }

    private Optional<String> each(FieldDescriptor field, List<?> values) {
        for (int i = 0; i < values.size(); i++) {
            Message value = (Message) values.get(i);
            Optional<String> problem;
            String place;
            if (field.isMapField()) {
                Object inside = value.getField(field.getMessageType().findFieldByName("value"));
                problem = inside instanceof Message message ? problem(message) : Optional.empty();
                place = "[\"" + value.getField(field.getMessageType().findFieldByName("key")) + "\"]";
            } else {
                problem = problem(value);
                place = "[" + i + "]";
            }
            if (problem.isPresent()) {
                return problem.map(text -> at(place, text));
            }
        }
        return Optional.empty();
    }

    private static String at(String place, String text) {
        boolean continues = text.startsWith("[") || !text.matches("(?s)[a-z_0-9]+[:.\\[].*");
        return place + (text.startsWith("[") ? "" : continues ? ": " : ".") + text;
    }

    private Optional<Message> unpacked(Any any) {
        String name = any.getTypeUrl().substring(any.getTypeUrl().lastIndexOf('/') + 1);
        Optional<Message> type = packed.apply(name);
        if (type.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(type.get().getParserForType().parseFrom(any.getValue()));
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("a message that was packed here cannot be read: " + name, e);
        }
    }

    /** The message as an instance of its generated class, so that its fields are generated classes too. */
    private Message known(DynamicMessage message) {
        Optional<Message> type = classes.apply(message.getDescriptorForType().getFullName());
        try {
            return type.isEmpty() ? message : type.get().getParserForType().parseFrom(message.toByteString());
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("a message that was read here cannot be read: " + e.getMessage(), e);
        }
    }

    /** True if the field holds endpoints of a cluster that resolves names. */
    private static boolean isResolved(Message message, FieldDescriptor field) {
        return message instanceof Cluster cluster
                && field.getNumber() == Cluster.LOAD_ASSIGNMENT_FIELD_NUMBER
                && (cluster.getType() == Cluster.DiscoveryType.STRICT_DNS
                        || cluster.getType() == Cluster.DiscoveryType.LOGICAL_DNS
                        || cluster.hasClusterType());
    }

    /** The checks of Envoy's code beyond the rules in the {@code .proto} files. */
    private static Optional<String> special(Message message) {
        return switch (message) {
            case RegexMatcher matcher -> Expressions.problem(matcher.getRegex()).map(text -> "regex: " + text);
            case RegexMatchAndSubstitute rewrite -> substitution(rewrite);
            case HeaderValueOption option -> header(option);
            case Route route ->
                removals("request_headers_to_remove", route.getRequestHeadersToRemoveList())
                        .or(() -> removals("response_headers_to_remove", route.getResponseHeadersToRemoveList()));
            case WeightedCluster.ClusterWeight weight ->
                removals("request_headers_to_remove", weight.getRequestHeadersToRemoveList())
                        .or(() -> removals("response_headers_to_remove", weight.getResponseHeadersToRemoveList()));
            case VirtualHost host ->
                removals("request_headers_to_remove", host.getRequestHeadersToRemoveList())
                        .or(() -> removals("response_headers_to_remove", host.getResponseHeadersToRemoveList()));
            case RouteConfiguration table ->
                removals("request_headers_to_remove", table.getRequestHeadersToRemoveList())
                        .or(() -> removals("response_headers_to_remove", table.getResponseHeadersToRemoveList()));
            case RouteAction action -> action(action);
            case RedirectAction redirect ->
                HeaderText.problemWithPath(redirect.getPathRedirect())
                        .map(text -> "path_redirect: " + text)
                        .or(() -> HeaderText.problemWithPath(redirect.getPrefixRewrite())
                                .map(text -> "prefix_rewrite: " + text));
            case WeightedCluster clusters -> weights(clusters);
            case DirectResponseAction direct ->
                bytes(direct.getBody()) > MAX_DIRECT_RESPONSE_BYTES
                        ? Optional.of("body: " + bytes(direct.getBody()) + " bytes (expected: at most "
                                + MAX_DIRECT_RESPONSE_BYTES + ")")
                        : Optional.empty();
            case SubstitutionFormatString format -> format(format);
            case ExpressionFilter filter ->
                CelText.problem(filter.getExpression()).map(text -> "expression: " + text);
            case OpenTelemetryAccessLogConfig log ->
                FormatText.problemWithValues(log.getBody())
                        .map(text -> "body: " + text)
                        .or(() -> FormatText.problemWithValues(log.getAttributes())
                                .map(text -> "attributes: " + text));
            case ClusterLoadAssignment endpoints -> endpoints(endpoints);
            case Pipe pipe ->
                pipe.getPathBytes().size() > MAX_PIPE_BYTES
                        ? Optional.of("path: " + Texts.quoted(pipe.getPath()) + " has "
                                + pipe.getPathBytes().size() + " bytes (expected: at most " + MAX_PIPE_BYTES + ")")
                        : Optional.empty();
            case Duration duration -> duration(duration);
            default -> Optional.empty();
        };
    }

    private static Optional<String> substitution(RegexMatchAndSubstitute rewrite) {
        String pattern = rewrite.getPattern().getRegex();
        return Expressions.problem(pattern)
                .map(text -> "pattern.regex: " + text)
                .or(() -> Expressions.problemWithSubstitution(pattern, rewrite.getSubstitution())
                        .map(text -> "substitution: " + text));
    }

    private static Optional<String> header(HeaderValueOption option) {
        return HeaderText.problemWithChange(option.getHeader().getKey())
                .map(text -> "header.key: " + text)
                .or(() -> FormatText.problem(option.getHeader().getValue()).map(text -> "header.value: " + text));
    }

    private static Optional<String> removals(String field, List<String> names) {
        for (int i = 0; i < names.size(); i++) {
            Optional<String> problem = HeaderText.problemWithChange(names.get(i));
            if (problem.isPresent()) {
                String place = field + "[" + i + "]: ";
                return problem.map(text -> place + text);
            }
        }
        return Optional.empty();
    }

    private static Optional<String> action(RouteAction action) {
        boolean prefix = !action.getPrefixRewrite().isEmpty();
        boolean expression = action.hasRegexRewrite();
        if (prefix && expression) {
            return Optional.of("prefix_rewrite: is set beside regex_rewrite (expected: one rewrite of the path)");
        }
        return HeaderText.problemWithPath(action.getPrefixRewrite())
                .map(text -> "prefix_rewrite: " + text)
                .or(() -> HeaderText.problemWithPath(action.getRegexRewrite().getSubstitution())
                        .map(text -> "regex_rewrite.substitution: " + text));
    }

    private static Optional<String> weights(WeightedCluster clusters) {
        long sum = clusters.getClustersList().stream()
                .mapToLong(each -> Integer.toUnsignedLong(each.getWeight().getValue()))
                .sum();
        return sum == 0 || sum > 0xffff_ffffL
                ? Optional.of("clusters: the weights add up to " + sum + " (expected: 1 to 4294967295)")
                : Optional.empty();
    }

    private static int bytes(DataSource body) {
        return switch (body.getSpecifierCase()) {
            case INLINE_BYTES -> body.getInlineBytes().size();
            case INLINE_STRING -> body.getInlineStringBytes().size();
            case FILENAME, ENVIRONMENT_VARIABLE, SPECIFIER_NOT_SET -> 0;
        };
    }

    private static Optional<String> format(SubstitutionFormatString format) {
        return switch (format.getFormatCase()) {
            case TEXT_FORMAT -> FormatText.problem(format.getTextFormat()).map(text -> "text_format: " + text);
            case TEXT_FORMAT_SOURCE ->
                FormatText.problem(format.getTextFormatSource().getInlineString())
                        .map(text -> "text_format_source: " + text);
            case JSON_FORMAT -> FormatText.problem(format.getJsonFormat()).map(text -> "json_format" + text);
            case FORMAT_NOT_SET -> Optional.empty();
        };
    }

    /** Endpoints by EDS must be IP addresses, since Envoy does not resolve names there. */
    private static Optional<String> endpoints(ClusterLoadAssignment endpoints) {
        for (LocalityLbEndpoints locality : endpoints.getEndpointsList()) {
            for (LbEndpoint endpoint : locality.getLbEndpointsList()) {
                String address =
                        endpoint.getEndpoint().getAddress().getSocketAddress().getAddress();
                if (endpoint.getEndpoint().getAddress().hasSocketAddress() && !IpText.isAddress(address)) {
                    return Optional.of("endpoints: " + Texts.quoted(address) + " is not an IP address");
                }
            }
        }
        return Optional.empty();
    }

    private static Optional<String> duration(Duration duration) {
        boolean valid = duration.getSeconds() >= 0
                && duration.getSeconds() <= MAX_DURATION_SECONDS
                && duration.getNanos() >= 0
                && duration.getNanos() < 1_000_000_000;
        return valid
                ? Optional.empty()
                : Optional.of("seconds: " + duration.getSeconds() + " (expected: 0 to " + MAX_DURATION_SECONDS + ")");
    }
}
