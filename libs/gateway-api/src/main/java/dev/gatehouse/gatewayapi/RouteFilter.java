package dev.gatehouse.gatewayapi;

import dev.gatehouse.gatewayapi.yaml.Fields;
import dev.gatehouse.gatewayapi.yaml.Syntax;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A filter of an HTTPRoute or GRPCRoute rule, or of one of its backends. */
public sealed interface RouteFilter {
    /** The value of the filter's {@code type}. */
    String type();

    record RequestHeaderModifier(HeaderChange change) implements RouteFilter {
        @Override
        public String type() {
            return "RequestHeaderModifier";
        }
    }

    record ResponseHeaderModifier(HeaderChange change) implements RouteFilter {
        @Override
        public String type() {
            return "ResponseHeaderModifier";
        }
    }

    /** @param numerator this many of {@code denominator} requests are mirrored */
    record RequestMirror(BackendReference backend, int numerator, int denominator) implements RouteFilter {
        @Override
        public String type() {
            return "RequestMirror";
        }
    }

    /** How a path is replaced. */
    sealed interface PathModifier {
        record ReplaceFullPath(String path) implements PathModifier {}

        record ReplacePrefixMatch(String prefix) implements PathModifier {}
    }

    record RequestRedirect(
            Optional<String> scheme,
            Optional<String> hostname,
            Optional<PathModifier> path,
            Optional<Integer> port,
            int statusCode)
            implements RouteFilter {
        @Override
        public String type() {
            return "RequestRedirect";
        }
    }

    record UrlRewrite(Optional<String> hostname, Optional<PathModifier> path) implements RouteFilter {
        @Override
        public String type() {
            return "URLRewrite";
        }
    }

    /** HTTPCORSFilter (GEP-1767). */
    record Cors(
            List<String> allowOrigins,
            boolean allowCredentials,
            List<String> allowMethods,
            List<String> allowHeaders,
            List<String> exposeHeaders,
            Duration maxAge)
            implements RouteFilter {
        public Cors {
            allowOrigins = List.copyOf(allowOrigins);
            allowMethods = List.copyOf(allowMethods);
            allowHeaders = List.copyOf(allowHeaders);
            exposeHeaders = List.copyOf(exposeHeaders);
        }

        @Override
        public String type() {
            return "CORS";
        }
    }

    /** A filter of another API, in the route's namespace. */
    record ExtensionRef(ObjectReference reference) implements RouteFilter {
        @Override
        public String type() {
            return "ExtensionRef";
        }
    }

    /** HTTPExternalAuthFilter: calls an authorization server. */
    record ExternalAuth(ListenerFilter.ExternalAuth server) implements RouteFilter {
        @Override
        public String type() {
            return "ExternalAuth";
        }
    }

    private static Optional<PathModifier> readPath(Fields f) {
        return f.object("path", path -> {
                    String type = path.requiredString("type");
                    Optional<String> full = path.string("replaceFullPath");
                    Optional<String> prefix = path.string("replacePrefixMatch");
                    switch (type) {
                        case "ReplaceFullPath" -> {
                            if (full.isEmpty() || prefix.isPresent()) {
                                path.wrong("expected replaceFullPath, and it alone, when type is ReplaceFullPath");
                            }
                            return Optional.<PathModifier>of(new PathModifier.ReplaceFullPath(full.orElse("/")));
                        }
                        case "ReplacePrefixMatch" -> {
                            if (prefix.isEmpty() || full.isPresent()) {
                                path.wrong(
                                        "expected replacePrefixMatch, and it alone, when type is ReplacePrefixMatch");
                            }
                            return Optional.<PathModifier>of(new PathModifier.ReplacePrefixMatch(prefix.orElse("/")));
                        }
                        default -> {
                            path.wrong(
                                    "type",
                                    "\"" + type + "\" is not known (expected: ReplaceFullPath or ReplacePrefixMatch)");
                            return Optional.<PathModifier>empty();
                        }
                    }
                })
                .flatMap(modifier -> modifier);
    }

    private static RouteFilter readMirror(Fields f) {
        BackendReference backend = f.requiredObject("backendRef", BackendReference::read);
        Optional<Integer> percent = f.integer("percent", 0, 100);
        record Fraction(int numerator, int denominator) {}
        Optional<Fraction> fraction = f.object("fraction", x -> {
            Fraction value = new Fraction(
                    x.requiredInteger("numerator", 0, Integer.MAX_VALUE),
                    x.integer("denominator", 1, Integer.MAX_VALUE).orElse(100));
            if (value.numerator() > value.denominator()) {
                x.wrong(
                        "numerator",
                        value.numerator() + " (expected: at most the denominator, " + value.denominator() + ")");
            }
            return value;
        });
        if (percent.isPresent() && fraction.isPresent()) {
            f.wrong("percent", "is set beside fraction (expected: one of the two)");
        }
        return new RequestMirror(
                backend,
                fraction.map(Fraction::numerator).orElse(percent.orElse(100)),
                fraction.map(Fraction::denominator).orElse(100));
    }

    private static RouteFilter readRedirect(Fields f) {
        int statusCode = f.integer("statusCode", 300, 399).orElse(302);
        if (!List.of(301, 302, 303, 307, 308).contains(statusCode)) {
            f.wrong("statusCode", statusCode + " is not known (expected: 301, 302, 303, 307 or 308)");
        }
        Optional<String> scheme = f.string("scheme");
        scheme.filter(s -> !s.equals("http") && !s.equals("https"))
                .ifPresent(s -> f.wrong("scheme", "\"" + s + "\" is not known (expected: http or https)"));
        return new RequestRedirect(
                scheme, f.string("hostname", Syntax.PRECISE_HOSTNAME), readPath(f), f.port("port"), statusCode);
    }

    private static RouteFilter readCors(Fields f) {
        return new Cors(
                f.strings(
                        "allowOrigins",
                        Syntax.of(
                                "\\*|[a-z][a-z0-9+.-]*://(\\*\\.)?[^/\\s*]+|[a-z][a-z0-9+.-]*://\\*",
                                253,
                                "\"*\", or scheme://host[:port], where host may begin with \"*.\"")),
                f.bool("allowCredentials").orElse(false),
                f.strings("allowMethods"),
                f.strings("allowHeaders"),
                f.strings("exposeHeaders"),
                Duration.ofSeconds(f.integer("maxAge", 1, Integer.MAX_VALUE).orElse(5)));
    }

    static RouteFilter readHttp(Fields f) {
        return read(
                f,
                "RequestHeaderModifier",
                "ResponseHeaderModifier",
                "RequestMirror",
                "RequestRedirect",
                "URLRewrite",
                "CORS",
                "ExternalAuth",
                "ExtensionRef");
    }

    static RouteFilter readGrpc(Fields f) {
        return read(f, "RequestHeaderModifier", "ResponseHeaderModifier", "RequestMirror", "ExtensionRef");
    }

    private static RouteFilter read(Fields f, String... types) {
        Map<String, String> fieldOf = Map.of(
                "RequestHeaderModifier", "requestHeaderModifier",
                "ResponseHeaderModifier", "responseHeaderModifier",
                "RequestMirror", "requestMirror",
                "RequestRedirect", "requestRedirect",
                "URLRewrite", "urlRewrite",
                "CORS", "cors",
                "ExternalAuth", "externalAuth",
                "ExtensionRef", "extensionRef");
        String type = f.requiredString("type");
        if (!type.isEmpty() && !Arrays.asList(types).contains(type)) {
            f.wrong("type", "\"" + type + "\" is not known (expected: " + String.join(", ", types) + ")");
        }
        for (String other : types) {
            String field = fieldOf.getOrDefault(other, other);
            if (f.has(field) && !other.equals(type)) {
                f.wrong(field, "is set (expected: none when type is " + type + ")");
            }
        }
        return switch (type) {
            case "ResponseHeaderModifier" ->
                new ResponseHeaderModifier(f.requiredObject("responseHeaderModifier", HeaderChange::read));
            case "RequestMirror" -> f.requiredObject("requestMirror", RouteFilter::readMirror);
            case "RequestRedirect" -> f.requiredObject("requestRedirect", RouteFilter::readRedirect);
            case "URLRewrite" ->
                f.requiredObject(
                        "urlRewrite", u -> new UrlRewrite(u.string("hostname", Syntax.PRECISE_HOSTNAME), readPath(u)));
            case "CORS" -> f.requiredObject("cors", RouteFilter::readCors);
            case "ExternalAuth" ->
                new ExternalAuth(f.requiredObject("externalAuth", ListenerFilter.ExternalAuth::read));
            case "ExtensionRef" -> new ExtensionRef(f.requiredObject("extensionRef", ObjectReference::readLocal));
            case "RequestHeaderModifier" ->
                new RequestHeaderModifier(f.requiredObject("requestHeaderModifier", HeaderChange::read));
            default -> new RequestHeaderModifier(new HeaderChange(List.of(), List.of(), List.of()));
        };
    }
}
