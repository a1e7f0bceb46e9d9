package dev.gatehouse.controller.envoy.filter;

import com.github.xds.core.v3.TypedExtensionConfig;
import com.github.xds.type.matcher.v3.Matcher;
import com.github.xds.type.matcher.v3.Matcher.MatcherList;
import com.github.xds.type.matcher.v3.Matcher.MatcherList.Predicate;
import com.github.xds.type.matcher.v3.RegexMatcher;
import com.github.xds.type.matcher.v3.StringMatcher;
import com.google.protobuf.Message;
import com.google.protobuf.UInt32Value;
import dev.gatehouse.api.envoy.matcher.v3.HttpResponseLocalReplyMatchInput;
import dev.gatehouse.controller.check.FormatText;
import dev.gatehouse.controller.proto.Protos;
import dev.gatehouse.gatewayapi.HeaderChange;
import dev.gatehouse.gatewayapi.traffic.ResponseOverride;
import dev.gatehouse.gatewayapi.traffic.ResponseOverride.Body;
import dev.gatehouse.gatewayapi.traffic.ResponseOverride.Replacement;
import dev.gatehouse.gatewayapi.traffic.ResponseOverride.Source;
import dev.gatehouse.gatewayapi.traffic.ResponseOverride.StatusRange;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption.HeaderAppendAction;
import io.envoyproxy.envoy.config.core.v3.SubstitutionFormatString;
import io.envoyproxy.envoy.extensions.filters.http.custom_response.v3.CustomResponse;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import io.envoyproxy.envoy.extensions.http.custom_response.local_response_policy.v3.LocalResponsePolicy;
import io.envoyproxy.envoy.type.matcher.v3.HttpResponseHeaderMatchInput;
import io.envoyproxy.envoy.type.matcher.v3.HttpResponseStatusCodeMatchInput;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Replaces a response that matches by another response. */
final class CustomResponseFilter implements ChainFilter {
    private static final String NAME = "envoy.filters.http.custom_response";

    private static final String HOST_WITHOUT_PORT = "%CEL(re.extract(request.host, '^(.*?)(:[0-9]+)?$', '\\\\1'))%";

    @Override
    public List<HttpFilter> onListener(ChainContext chain) {
        return List.of(chain.forPolicies(NAME, CustomResponse.getDefaultInstance()));
    }

    @Override
    public Map<String, Message> onRoute(RouteContext route) {
        List<ResponseOverride> overrides = route.policies().settings().overrides();
        return overrides.isEmpty() ? Map.of() : Map.of(NAME, overrides(overrides));
    }

    private static CustomResponse overrides(List<ResponseOverride> overrides) {
        MatcherList.Builder list = MatcherList.newBuilder();
        for (ResponseOverride override : overrides) {
            list.addMatchers(MatcherList.FieldMatcher.newBuilder()
                    .setPredicate(predicate(override))
                    .setOnMatch(Matcher.OnMatch.newBuilder()
                            .setAction(extension(
                                    "responseOverride/" + list.getMatchersCount(), response(override.replacement())))));
        }
        return CustomResponse.newBuilder()
                .setCustomResponseMatcher(Matcher.newBuilder().setMatcherList(list))
                .build();
    }

    private static Predicate predicate(ResponseOverride override) {
        List<Predicate> all = new ArrayList<>();
        if (!override.statuses().isEmpty()) {
            all.add(joined(
                    override.statuses().stream()
                            .map(CustomResponseFilter::status)
                            .toList(),
                    false));
        }
        for (ResponseOverride.HeaderMatch header : override.headers()) {
            all.add(single(
                    "response-header",
                    HttpResponseHeaderMatchInput.newBuilder()
                            .setHeaderName(header.name().toLowerCase(Locale.ROOT))
                            .build(),
                    switch (header.type()) {
                        case Exact -> StringMatcher.newBuilder().setExact(header.value());
                        case Prefix -> StringMatcher.newBuilder().setPrefix(header.value());
                        case Suffix -> StringMatcher.newBuilder().setSuffix(header.value());
                        case RegularExpression -> regex(header.value());
                    }));
        }
        if (override.source() != Source.All) {
            all.add(single(
                    "local-reply",
                    HttpResponseLocalReplyMatchInput.getDefaultInstance(),
                    StringMatcher.newBuilder().setExact(Boolean.toString(override.source() == Source.Local))));
        }
        return joined(all, true);
    }

    private static Predicate status(StatusRange range) {
        return single(
                "response-status",
                HttpResponseStatusCodeMatchInput.getDefaultInstance(),
                range.start() == range.end()
                        ? StringMatcher.newBuilder().setExact(Integer.toString(range.start()))
                        : regex(digits(range.start(), range.end())));
    }

    private static StringMatcher.Builder regex(String pattern) {
        return StringMatcher.newBuilder()
                .setSafeRegex(RegexMatcher.newBuilder()
                        .setGoogleRe2(RegexMatcher.GoogleRE2.getDefaultInstance())
                        .setRegex(pattern));
    }

    /** A regular expression for the three-digit numbers from {@code start} to {@code end}. */
    static String digits(int start, int end) {
        List<String> parts = new ArrayList<>();
        int next = start;
        while (next <= end) {
            int width = next % 100 == 0 && next + 99 <= end ? 100 : next % 10 == 0 && next + 9 <= end ? 10 : 1;
            int parent = next / (width * 10);
            int last = next;
            while (last + 2 * width - 1 <= end && (last + width) / (width * 10) == parent) {
                last += width;
            }
            String fixed = width == 100 ? "" : Integer.toString(parent);
            parts.add(fixed + "[" + next / width % 10 + "-" + last / width % 10 + "]"
                    + (width == 100 ? "[0-9][0-9]" : width == 10 ? "[0-9]" : ""));
            next = last + width;
        }
        return String.join("|", parts);
    }

    private static Predicate single(String name, Message input, StringMatcher.Builder value) {
        return Predicate.newBuilder()
                .setSinglePredicate(Predicate.SinglePredicate.newBuilder()
                        .setInput(extension(name, input))
                        .setValueMatch(value))
                .build();
    }

    private static Predicate joined(List<Predicate> predicates, boolean and) {
        if (predicates.size() == 1) {
            return predicates.getFirst();
        }
        Predicate.PredicateList list =
                Predicate.PredicateList.newBuilder().addAllPredicate(predicates).build();
        return and
                ? Predicate.newBuilder().setAndMatcher(list).build()
                : Predicate.newBuilder().setOrMatcher(list).build();
    }

    private static LocalResponsePolicy response(Replacement replacement) {
        LocalResponsePolicy.Builder policy = LocalResponsePolicy.newBuilder();
        switch (replacement) {
            case Replacement.Response response -> {
                response.status().ifPresent(status -> policy.setStatusCode(UInt32Value.of(status)));
                response.body()
                        .ifPresent(body -> policy.setBodyFormat(SubstitutionFormatString.newBuilder()
                                .setTextFormatSource(DataSource.newBuilder()
                                        .setInlineString(
                                                switch (body) {
                                                    case Body.Inline inline -> FormatText.of(inline.text());
                                                    case Body.InConfigMap map ->
                                                        throw new IllegalArgumentException("the body in ConfigMap "
                                                                + map.name() + " was not looked up");
                                                }))));
                response.contentType()
                        .ifPresent(type -> policy.addResponseHeadersToAdd(
                                header("content-type", type, HeaderAppendAction.OVERWRITE_IF_EXISTS_OR_ADD)));
                for (HeaderChange.Header each : response.set()) {
                    policy.addResponseHeadersToAdd(header(
                            each.name(), FormatText.of(each.value()), HeaderAppendAction.OVERWRITE_IF_EXISTS_OR_ADD));
                }
                for (HeaderChange.Header each : response.add()) {
                    policy.addResponseHeadersToAdd(header(
                            each.name(), FormatText.of(each.value()), HeaderAppendAction.APPEND_IF_EXISTS_OR_ADD));
                }
            }
            case Replacement.Redirect redirect ->
                policy.setStatusCode(UInt32Value.of(redirect.status()))
                        .addResponseHeadersToAdd(
                                header("location", location(redirect), HeaderAppendAction.OVERWRITE_IF_EXISTS_OR_ADD));
        }
        return policy.build();
    }

    /** The location of a redirection. Parts that the redirection does not set are the request's. */
    private static String location(Replacement.Redirect redirect) {
        UnaryOperator<String> literal = text -> text.replace("%", "%%");
        String host = redirect.hostname()
                .map(literal)
                .orElse(redirect.port().isPresent() ? HOST_WITHOUT_PORT : "%REQ(:AUTHORITY)%");
        boolean wellKnown = redirect.port().equals(redirect.scheme().map(scheme -> scheme.equals("https") ? 443 : 80));
        String port =
                redirect.port().filter(_ -> !wellKnown).map(each -> ":" + each).orElse("");
        return redirect.scheme().orElse("%REQ(:SCHEME)%") + "://" + host + port
                + redirect.path().map(literal).orElse("%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%");
    }

    private static HeaderValueOption header(String name, String value, HeaderAppendAction action) {
        return HeaderValueOption.newBuilder()
                .setHeader(HeaderValue.newBuilder().setKey(name).setValue(value))
                .setAppendAction(action)
                .setKeepEmptyValue(value.isEmpty())
                .build();
    }

    private static TypedExtensionConfig extension(String name, Message config) {
        return TypedExtensionConfig.newBuilder()
                .setName(name)
                .setTypedConfig(Protos.any(config))
                .build();
    }
}
