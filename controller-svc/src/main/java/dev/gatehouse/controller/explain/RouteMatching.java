package dev.gatehouse.controller.explain;

import com.google.re2j.Pattern;
import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import io.envoyproxy.envoy.config.route.v3.QueryParameterMatcher;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The match of a route, as Envoy evaluates it ({@code config.route.v3.RouteMatch}). */
final class RouteMatching {
    private RouteMatching() {}

    /** Why a request does not match; empty: it matches. */
    static Optional<String> mismatch(RouteMatch match, Question question) {
        Optional<String> path = path(match, question);
        if (path.isPresent()) {
            return path;
        }
        for (HeaderMatcher header : match.getHeadersList()) {
            Optional<String> mismatch = header(header, question);
            if (mismatch.isPresent()) {
                return mismatch;
            }
        }
        for (QueryParameterMatcher parameter : match.getQueryParametersList()) {
            Optional<String> mismatch = parameter(parameter, question);
            if (mismatch.isPresent()) {
                return mismatch;
            }
        }
        if (match.hasGrpc()
                && question.header("content-type")
                        .filter(type -> type.startsWith("application/grpc"))
                        .isEmpty()) {
            return Optional.of("content-type is not application/grpc");
        }
        return Optional.empty();
    }

    /** Describes a match in words. */
    static String described(RouteMatch match) {
        List<String> parts = new ArrayList<>();
        parts.add(
                switch (match.getPathSpecifierCase()) {
                    case PATH -> "path " + match.getPath();
                    case PREFIX -> match.getPrefix().equals("/") ? "any path" : "path prefix " + match.getPrefix();
                    case PATH_SEPARATED_PREFIX -> "path prefix " + match.getPathSeparatedPrefix();
                    case SAFE_REGEX ->
                        "path of the form " + match.getSafeRegex().getRegex();
                    case CONNECT_MATCHER -> "CONNECT";
                    case PATH_MATCH_POLICY, PATHSPECIFIER_NOT_SET -> "path by a policy";
                });
        match.getHeadersList()
                .forEach(header -> parts.add(
                        header.getName().equals(":method")
                                ? "method " + wanted(header)
                                : "header " + header.getName() + " " + wanted(header)));
        match.getQueryParametersList()
                .forEach(parameter -> parts.add("query parameter " + parameter.getName()
                        + (parameter.hasStringMatch() ? " " + described(parameter.getStringMatch()) : " present")));
        if (match.hasGrpc()) {
            parts.add("gRPC");
        }
        return String.join(", ", parts);
    }

    private static Optional<String> path(RouteMatch match, Question question) {
        String path = question.path();
        boolean exact = !match.hasCaseSensitive() || match.getCaseSensitive().getValue();
        String compared = exact ? path : path.toLowerCase(Locale.ROOT);
        return switch (match.getPathSpecifierCase()) {
            case PATH -> unless(compared.equals(cased(match.getPath(), exact)), "path is not " + match.getPath());
            case PREFIX ->
                unless(
                        compared.startsWith(cased(match.getPrefix(), exact)),
                        "path does not begin with " + match.getPrefix());
            case PATH_SEPARATED_PREFIX -> {
                String prefix = cased(match.getPathSeparatedPrefix(), exact);
                yield unless(
                        compared.equals(prefix) || compared.startsWith(prefix + "/"),
                        "path is not " + match.getPathSeparatedPrefix() + ", nor below it");
            }
            case SAFE_REGEX ->
                unless(
                        Pattern.matches(match.getSafeRegex().getRegex(), path),
                        "path is not of the form " + match.getSafeRegex().getRegex());
            case CONNECT_MATCHER -> unless(question.method().equals("CONNECT"), "method is not CONNECT");
            case PATH_MATCH_POLICY, PATHSPECIFIER_NOT_SET -> Optional.of("its path is matched by a policy");
        };
    }

    private static String cased(String text, boolean exact) {
        return exact ? text : text.toLowerCase(Locale.ROOT);
    }

    private static Optional<String> unless(boolean matches, String why) {
        return matches ? Optional.empty() : Optional.of(why);
    }

    private static Optional<String> header(HeaderMatcher matcher, Question question) {
        Optional<String> value = question.header(matcher.getName());
        if (value.isEmpty() && matcher.getTreatMissingHeaderAsEmpty()) {
            value = Optional.of("");
        }
        boolean matches = switch (matcher.getHeaderMatchSpecifierCase()) {
            case STRING_MATCH ->
                value.filter(text -> matches(matcher.getStringMatch(), text)).isPresent();
            case PRESENT_MATCH -> value.isPresent() == matcher.getPresentMatch();
            case EXACT_MATCH -> value.equals(Optional.of(matcher.getExactMatch()));
            case SAFE_REGEX_MATCH ->
                value.filter(text -> Pattern.matches(matcher.getSafeRegexMatch().getRegex(), text))
                        .isPresent();
            case RANGE_MATCH, PREFIX_MATCH, SUFFIX_MATCH, CONTAINS_MATCH -> false;
            case HEADERMATCHSPECIFIER_NOT_SET -> value.isPresent();
        };
        String subject = matcher.getName().equals(":method") ? "method" : "header " + matcher.getName();
        return unless(
                matches != matcher.getInvertMatch(),
                subject + value.map(text -> " is \"" + text + "\"").orElse(" is not there") + " (expected: "
                        + wanted(matcher) + ")");
    }

    private static String wanted(HeaderMatcher matcher) {
        String wanted = switch (matcher.getHeaderMatchSpecifierCase()) {
            case STRING_MATCH -> described(matcher.getStringMatch());
            case PRESENT_MATCH -> matcher.getPresentMatch() ? "present" : "absent";
            case EXACT_MATCH -> matcher.getExactMatch();
            case SAFE_REGEX_MATCH ->
                "of the form " + matcher.getSafeRegexMatch().getRegex();
            case RANGE_MATCH, PREFIX_MATCH, SUFFIX_MATCH, CONTAINS_MATCH -> "of another form";
            case HEADERMATCHSPECIFIER_NOT_SET -> "present";
        };
        return matcher.getInvertMatch() ? "not " + wanted : wanted;
    }

    private static Optional<String> parameter(QueryParameterMatcher matcher, Question question) {
        Optional<String> value = question.parameter(matcher.getName());
        boolean matches = matcher.hasStringMatch()
                ? value.filter(text -> matches(matcher.getStringMatch(), text)).isPresent()
                : value.isPresent();
        return unless(
                matches,
                "query parameter " + matcher.getName()
                        + value.map(text -> " is \"" + text + "\"").orElse(" is not there") + " (expected: "
                        + (matcher.hasStringMatch() ? described(matcher.getStringMatch()) : "present") + ")");
    }

    private static boolean matches(StringMatcher matcher, String value) {
        String text = cased(value, !matcher.getIgnoreCase());
        return switch (matcher.getMatchPatternCase()) {
            case EXACT -> text.equals(cased(matcher.getExact(), !matcher.getIgnoreCase()));
            case PREFIX -> text.startsWith(cased(matcher.getPrefix(), !matcher.getIgnoreCase()));
            case SUFFIX -> text.endsWith(cased(matcher.getSuffix(), !matcher.getIgnoreCase()));
            case CONTAINS -> text.contains(cased(matcher.getContains(), !matcher.getIgnoreCase()));
            case SAFE_REGEX -> Pattern.matches(matcher.getSafeRegex().getRegex(), value);
            case CUSTOM, MATCHPATTERN_NOT_SET -> false;
        };
    }

    private static String described(StringMatcher matcher) {
        return switch (matcher.getMatchPatternCase()) {
            case EXACT -> matcher.getExact();
            case PREFIX -> matcher.getPrefix() + "…";
            case SUFFIX -> "…" + matcher.getSuffix();
            case CONTAINS -> "…" + matcher.getContains() + "…";
            case SAFE_REGEX -> "of the form " + matcher.getSafeRegex().getRegex();
            case CUSTOM, MATCHPATTERN_NOT_SET -> "something";
        };
    }
}
