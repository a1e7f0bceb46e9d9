package dev.gatehouse.gatewayapi.traffic;

import dev.gatehouse.gatewayapi.HeaderChange;
import dev.gatehouse.gatewayapi.yaml.Fields;
import dev.gatehouse.gatewayapi.yaml.Syntax;
import java.util.List;
import java.util.Optional;

/**
 * Replaces responses that match.
 *
 * @param statuses the response must have one of these statuses; an empty list: any status
 * @param headers the response must have all of these headers
 */
public record ResponseOverride(
        List<StatusRange> statuses, List<HeaderMatch> headers, Source source, Replacement replacement) {
    public ResponseOverride {
        statuses = List.copyOf(statuses);
        headers = List.copyOf(headers);
    }

    /** Whose responses are replaced. */
    public enum Source {
        All,
        /** Responses that Envoy itself makes. */
        Local,
        Backend
    }

    /** Statuses, both ends included. */
    public record StatusRange(int start, int end) {
        private enum Type {
            Value,
            Range
        }

        private static StatusRange read(Fields f) {
            Type type = f.choice("type", Type.class).orElse(Type.Value);
            Optional<Integer> value = f.integer("value", 100, 999);
            Optional<StatusRange> range = f.object("range", x -> {
                StatusRange each =
                        new StatusRange(x.requiredInteger("start", 100, 999), x.requiredInteger("end", 100, 999));
                if (each.end <= each.start) {
                    x.wrong("end", each.end + " is not above start (expected: more than " + each.start + ")");
                }
                return each;
            });
            if (type == Type.Value ? value.isEmpty() : range.isEmpty()) {
                f.wrong("type", "is " + type + ", and its field is missing (expected: it)");
            }
            return type == Type.Range
                    ? range.orElse(new StatusRange(100, 100))
                    : new StatusRange(value.orElse(100), value.orElse(100));
        }
    }

    /** How a value is compared. */
    public enum MatchType {
        Exact,
        Prefix,
        Suffix,
        RegularExpression
    }

    /** A header of the response. */
    public record HeaderMatch(String name, MatchType type, String value) {
        private record Value(MatchType type, String value) {}

        private static HeaderMatch read(Fields f) {
            Value value = f.requiredObject(
                    "value",
                    x -> new Value(
                            x.choice("type", MatchType.class).orElse(MatchType.Exact),
                            x.requiredString(
                                    "value", Syntax.of("(?s).+", 1024, "a value of at most 1024 characters"))));
            return new HeaderMatch(f.requiredString("name", Syntax.HEADER_NAME), value.type(), value.value());
        }
    }

    /** The replacement. */
    public sealed interface Replacement {
        /**
         * A response.
         *
         * @param status absent: the status of the replaced response
         */
        record Response(
                Optional<String> contentType,
                Optional<Body> body,
                Optional<Integer> status,
                List<HeaderChange.Header> set,
                List<HeaderChange.Header> add)
                implements Replacement {
            public Response {
                set = List.copyOf(set);
                add = List.copyOf(add);
            }
        }

        /** A redirection. Absent parts are the request's. */
        record Redirect(
                Optional<String> scheme,
                Optional<String> hostname,
                Optional<String> path,
                Optional<Integer> port,
                int status)
                implements Replacement {}
    }

    /** A body, which may have Envoy's operators. */
    public sealed interface Body {
        record Inline(String text) implements Body {}

        /** In a ConfigMap of the policy's namespace, under {@code response.body}, or else whatever key is first. */
        record InConfigMap(String name) implements Body {}
    }

    private enum BodyType {
        Inline,
        ValueRef
    }

    private static Body body(Fields f) {
        BodyType type = f.choice("type", BodyType.class).orElse(BodyType.Inline);
        Optional<String> inline = f.string("inline");
        Optional<String> map = f.object("valueRef", x -> {
            x.string("group");
            String kind = x.requiredString("kind");
            if (!kind.equals("ConfigMap")) {
                x.wrong("kind", "\"" + kind + "\" (expected: ConfigMap)");
            }
            return x.requiredString("name", Syntax.DNS_NAME);
        });
        if (type == BodyType.Inline ? inline.isEmpty() : map.isEmpty()) {
            f.wrong("type", "is " + type + ", and its field is missing (expected: it)");
        }
        return type == BodyType.Inline ? new Body.Inline(inline.orElse("")) : new Body.InConfigMap(map.orElse(""));
    }

    private static Replacement response(Fields f) {
        HeaderChange none = new HeaderChange(List.of(), List.of(), List.of());
        HeaderChange headers = f.object("header", HeaderChange::read).orElse(none);
        if (!headers.remove().isEmpty()) {
            f.wrong("header", "has remove (expected: set and add)");
        }
        return new Replacement.Response(
                f.string("contentType", Syntax.of("[^\\r\\n\\x00%]*", 256, "a content type, on one line"))
                        .filter(type -> !type.isEmpty()),
                f.object("body", ResponseOverride::body),
                f.integer("statusCode", 100, 599),
                headers.set(),
                headers.add());
    }

    private static Replacement redirect(Fields f) {
        Optional<String> path = f.object("path", x -> {
            String type = x.requiredString("type");
            if (!type.equals("ReplaceFullPath")) {
                x.wrong("type", "\"" + type + "\" (expected: ReplaceFullPath)");
            }
            return x.requiredString("replaceFullPath", Syntax.PATH);
        });
        int status = f.integer("statusCode", 301, 302).orElse(302);
        return new Replacement.Redirect(
                f.string("scheme", Syntax.of("https?", 5, "http or https")),
                f.string("hostname", Syntax.PRECISE_HOSTNAME),
                path,
                f.port("port"),
                status);
    }

    private record Match(List<StatusRange> statuses, List<HeaderMatch> headers) {
        static Match read(Fields f) {
            Match match = new Match(
                    f.list("statusCodes", 0, 50, StatusRange::read),
                    f.list("responseHeaders", 0, 16, HeaderMatch::read));
            if (match.statuses.isEmpty() && match.headers.isEmpty()) {
                f.wrong("matches nothing (expected: statusCodes, responseHeaders, or both)");
            }
            return match;
        }
    }

    static ResponseOverride read(Fields f) {
        Match match = f.requiredObject("match", Match::read);
        Optional<Replacement> response = f.object("response", ResponseOverride::response);
        Optional<Replacement> redirect = f.object("redirect", ResponseOverride::redirect);
        if (response.isPresent() == redirect.isPresent()) {
            f.wrong("expected exactly one of response and redirect");
        }
        return new ResponseOverride(
                match.statuses(),
                match.headers(),
                f.choice("source", Source.class).orElse(Source.All),
                redirect.or(() -> response)
                        .orElse(new Replacement.Response(
                                Optional.empty(), Optional.empty(), Optional.empty(), List.of(), List.of())));
    }
}
