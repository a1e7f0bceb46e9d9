package dev.gatehouse.gatewayapi;

import dev.gatehouse.gatewayapi.yaml.Fields;
import dev.gatehouse.gatewayapi.yaml.Syntax;
import java.util.List;
import java.util.Optional;

/**
 * Envoy Gateway's HTTPRouteFilter, for filters beyond Gateway API.
 *
 * @param matches lists of cookies; requests of the rule must have all cookies of one list; empty: no condition
 */
public record HttpRouteFilter(
        Optional<DirectResponse> directResponse,
        Optional<UrlRewrite> urlRewrite,
        Optional<CredentialInjection> credential,
        List<List<ValueMatch>> matches) {
    private static final Syntax COOKIE =
            Syntax.of("[^()<>@,;:\\\\\"/\\[\\]?={}\\s\\x00-\\x1f\\x7f]+", 256, "the name of a cookie");

    public HttpRouteFilter {
        matches = matches.stream().map(List::copyOf).toList();
    }

    private static ValueMatch cookie(Fields f) {
        return new ValueMatch(
                f.choice("type", ValueMatch.Type.class).orElse(ValueMatch.Type.Exact),
                f.requiredString("name", COOKIE),
                f.requiredString("value", Syntax.NOT_EMPTY));
    }

    /**
     * A response without a backend.
     *
     * @param header the response's headers besides its content type
     */
    public record DirectResponse(
            int statusCode, Optional<String> contentType, Optional<Body> body, Optional<HeaderChange> header) {
        static DirectResponse read(Fields f) {
            return new DirectResponse(
                    f.integer("statusCode", 200, 599).orElse(200),
                    f.string("contentType"),
                    f.object("body", Body::read),
                    f.object("header", HeaderChange::read));
        }

        /** A copy with the body {@code text}. */
        public DirectResponse with(String text) {
            return new DirectResponse(statusCode, contentType, Optional.of(new Body.Inline(text)), header);
        }

        /** The body; empty: it is in a ConfigMap, or there is none. */
        public Optional<String> text() {
            return body.flatMap(
                    each -> each instanceof Body.Inline inline ? Optional.of(inline.text()) : Optional.empty());
        }
    }

    /** The source of a response's body. */
    public sealed interface Body {
        /** The body itself. */
        record Inline(String text) implements Body {}

        /** A ConfigMap in the filter's namespace: the value of {@code response.body}, else of its first key. */
        record InConfigMap(String name) implements Body {}

        /** The ways to give a body. */
        enum Type {
            Inline,
            ValueRef
        }

        private static Body read(Fields f) {
            Type type = f.requiredChoice("type", Type.class);
            Optional<Body> inline = f.string("inline").map(Inline::new);
            Optional<Body> inConfigMap = f.object("valueRef", Body::readReference);
            Optional<Body> body = type == Type.Inline ? inline : inConfigMap;
            if (body.isEmpty()) {
                f.wrong(
                        type == Type.Inline ? "inline" : "valueRef",
                        "is missing (expected: the body, for type " + type + ")");
            }
            return body.orElse(new Inline(""));
        }

        private static Body readReference(Fields ref) {
            ref.string("group")
                    .filter(group -> !group.isEmpty())
                    .ifPresent(group ->
                            ref.wrong("group", "\"" + group + "\" has no bodies (expected: the core group, empty)"));
            ref.string("kind")
                    .filter(kind -> !kind.equals("ConfigMap"))
                    .ifPresent(kind -> ref.wrong("kind", "\"" + kind + "\" has no bodies (expected: ConfigMap)"));
            return new InConfigMap(ref.requiredString("name"));
        }
    }

    /**
     * The rewrites of a request's URL.
     *
     * @param appendXForwardedHost whether the replaced host is kept in X-Forwarded-Host
     */
    public record UrlRewrite(
            Optional<RegexRewrite> path, Optional<HostRewrite> hostname, boolean appendXForwardedHost) {
        private enum PathType {
            ReplaceRegexMatch
        }

        private static UrlRewrite read(Fields f) {
            UrlRewrite rewrite = new UrlRewrite(
                    f.object("path", p -> {
                        p.requiredChoice("type", PathType.class);
                        return p.requiredObject("replaceRegexMatch", RegexRewrite::read);
                    }),
                    f.object("hostname", HostRewrite::read),
                    f.bool("appendXForwardedHost").orElse(true));
            if (rewrite.path.isEmpty() && rewrite.hostname.isEmpty()) {
                f.wrong("expected at least one of hostname and path");
            }
            return rewrite;
        }
    }

    /** RE2 pattern and substitution on the path. */
    public record RegexRewrite(String pattern, String substitution) {
        private static RegexRewrite read(Fields f) {
            return new RegexRewrite(f.requiredString("pattern"), f.requiredString("substitution"));
        }
    }

    /** The Host that a backend gets. */
    public sealed interface HostRewrite {
        /** The value of a header of the request. */
        record OfHeader(String header) implements HostRewrite {}

        /** The name of the selected endpoint. */
        record OfBackend() implements HostRewrite {}

        /** The result of a substitution on the path. */
        record OfPath(RegexRewrite rewrite) implements HostRewrite {}

        /** The ways to find a host. */
        enum Type {
            Header,
            Backend,
            PathRegex
        }

        private static HostRewrite read(Fields f) {
            Type type = f.requiredChoice("type", Type.class);
            Optional<HostRewrite> header =
                    f.string("header", Syntax.HEADER_NAME).map(OfHeader::new);
            Optional<HostRewrite> path =
                    f.object("pathRegex", RegexRewrite::read).map(OfPath::new);
            Optional<HostRewrite> rewrite = switch (type) {
                case Header -> header;
                case Backend -> Optional.of(new OfBackend());
                case PathRegex -> path;
            };
            if (rewrite.isEmpty()) {
                f.wrong(
                        type == Type.Header ? "header" : "pathRegex",
                        "is missing (expected: the new host, for type " + type + ")");
            }
            return rewrite.orElse(new OfBackend());
        }
    }

    static HttpRouteFilter read(Fields f) {
        HttpRouteFilter filter = new HttpRouteFilter(
                f.object("directResponse", DirectResponse::read),
                f.object("urlRewrite", UrlRewrite::read),
                f.object("credentialInjection", CredentialInjection::read),
                f.list("matches", 0, 8, x -> x.list("cookies", 1, 16, HttpRouteFilter::cookie)));
        if (filter.directResponse.isEmpty()
                && filter.urlRewrite.isEmpty()
                && filter.credential.isEmpty()
                && filter.matches.isEmpty()) {
            f.wrong("expected at least one of credentialInjection, directResponse, matches and urlRewrite");
        }
        return filter;
    }
}
