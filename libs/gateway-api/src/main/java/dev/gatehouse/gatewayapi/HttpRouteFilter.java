package dev.gatehouse.gatewayapi;

import dev.gatehouse.gatewayapi.yaml.Fields;
import dev.gatehouse.gatewayapi.yaml.Syntax;
import java.util.Optional;

/** Envoy Gateway's HTTPRouteFilter: answers without a backend, and rewrites that Gateway API does not have. */
public record HttpRouteFilter(Optional<DirectResponse> directResponse, Optional<UrlRewrite> urlRewrite) {
    /**
     * The whole response.
     *
     * @param header the headers that it has besides its content type
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

        /** The same with its body in place. */
        public DirectResponse with(String text) {
            return new DirectResponse(statusCode, contentType, Optional.of(new Body.Inline(text)), header);
        }

        /** The body, if it is in place. */
        public Optional<String> text() {
            return body.flatMap(
                    each -> each instanceof Body.Inline inline ? Optional.of(inline.text()) : Optional.empty());
        }
    }

    /** Where a response's body is. */
    public sealed interface Body {
        /** The body itself. */
        record Inline(String text) implements Body {}

        /** A ConfigMap in the filter's namespace: its key {@code response.body}, else its only one. */
        record InConfigMap(String name) implements Body {}

        /** The ways to give a body. */
        enum Type {
            Inline,
            ValueRef
        }

        private static Body read(Fields f) {
            return switch (f.requiredChoice("type", Type.class)) {
                case Inline -> new Inline(f.requiredString("inline"));
                case ValueRef ->
                    f.requiredObject("valueRef", ref -> {
                        ref.string("group")
                                .filter(group -> !group.isEmpty())
                                .ifPresent(group -> ref.wrong(
                                        "group", "\"" + group + "\" has no bodies (expected: the core group, empty)"));
                        ref.string("kind")
                                .filter(kind -> !kind.equals("ConfigMap"))
                                .ifPresent(kind ->
                                        ref.wrong("kind", "\"" + kind + "\" has no bodies (expected: ConfigMap)"));
                        return new InConfigMap(ref.requiredString("name"));
                    });
            };
        }
    }

    /**
     * What of a request's URL is rewritten.
     *
     * @param appendXForwardedHost the host that is replaced is kept in X-Forwarded-Host
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

    /** Which Host a backend sees. */
    public sealed interface HostRewrite {
        /** The value of a header of the request. */
        record OfHeader(String header) implements HostRewrite {}

        /** The name of the endpoint that is selected. */
        record OfBackend() implements HostRewrite {}

        /** What a substitution makes of the path. */
        record OfPath(RegexRewrite rewrite) implements HostRewrite {}

        /** The ways to find a host. */
        enum Type {
            Header,
            Backend,
            PathRegex
        }

        private static HostRewrite read(Fields f) {
            return switch (f.requiredChoice("type", Type.class)) {
                case Header -> new OfHeader(f.requiredString("header", Syntax.HEADER_NAME));
                case Backend -> new OfBackend();
                case PathRegex -> new OfPath(f.requiredObject("pathRegex", RegexRewrite::read));
            };
        }
    }

    static HttpRouteFilter read(Fields f) {
        HttpRouteFilter filter = new HttpRouteFilter(
                f.object("directResponse", DirectResponse::read), f.object("urlRewrite", UrlRewrite::read));
        if (filter.directResponse.isEmpty() && filter.urlRewrite.isEmpty()) {
            f.wrong("expected at least one of directResponse and urlRewrite");
        }
        return filter;
    }
}
