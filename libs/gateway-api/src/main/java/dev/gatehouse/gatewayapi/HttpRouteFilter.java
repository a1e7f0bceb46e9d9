package dev.gatehouse.gatewayapi;

import dev.gatehouse.gatewayapi.yaml.Fields;
import java.util.Optional;

/** Envoy Gateway's HTTPRouteFilter: answers without a backend, and rewrites by regular expression. */
public record HttpRouteFilter(Optional<DirectResponse> directResponse, Optional<RegexRewrite> regexRewrite) {
    /** The whole response. */
    public record DirectResponse(int statusCode, Optional<String> contentType, Optional<String> body) {
        private enum BodyType {
            Inline
        }

        static DirectResponse read(Fields f) {
            return new DirectResponse(
                    f.integer("statusCode", 200, 599).orElse(200), f.string("contentType"), f.object("body", b -> {
                        b.requiredChoice("type", BodyType.class);
                        return b.requiredString("inline");
                    }));
        }
    }

    /** RE2 pattern and substitution on the path. */
    public record RegexRewrite(String pattern, String substitution) {
        private enum PathType {
            ReplaceRegexMatch
        }

        static RegexRewrite read(Fields f) {
            return f.requiredObject("path", p -> {
                p.requiredChoice("type", PathType.class);
                return p.requiredObject(
                        "replaceRegexMatch",
                        r -> new RegexRewrite(r.requiredString("pattern"), r.requiredString("substitution")));
            });
        }
    }

    static HttpRouteFilter read(Fields f) {
        HttpRouteFilter filter = new HttpRouteFilter(
                f.object("directResponse", DirectResponse::read), f.object("urlRewrite", RegexRewrite::read));
        if (filter.directResponse.isEmpty() && filter.regexRewrite.isEmpty()) {
            f.wrong("expected at least one of directResponse and urlRewrite");
        }
        return filter;
    }
}
