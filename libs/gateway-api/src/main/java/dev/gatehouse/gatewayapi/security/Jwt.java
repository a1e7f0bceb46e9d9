package dev.gatehouse.gatewayapi.security;

import dev.gatehouse.gatewayapi.yaml.Fields;
import dev.gatehouse.gatewayapi.yaml.Syntax;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Requests must have a JSON Web Token that a provider has signed. */
public record Jwt(Missing missing, List<Provider> providers) {
    public Jwt {
        providers = List.copyOf(providers);
    }

    /** Which requests pass without a valid token. */
    public enum Missing {
        /** None. */
        REFUSED,
        /** Requests without a token; one with a token that is not valid is refused. */
        PASSES,
        /** All: a token that is not valid counts as none. */
        PASSES_WITH_INVALID
    }

    /**
     * An issuer of tokens.
     *
     * @param issuer empty: any issuer
     * @param audiences the token must have one of these audiences; an empty list: any
     * @param recomputeRoute whether the route is selected again with the headers made from claims
     * @param extractFrom the places of the token; empty: the header Authorization with Bearer, or the parameter
     * access_token
     */
    public record Provider(
            String name,
            Optional<String> issuer,
            List<String> audiences,
            Jwks jwks,
            List<ClaimToHeader> claimToHeaders,
            boolean recomputeRoute,
            Optional<Extractor> extractFrom) {
        public Provider {
            audiences = List.copyOf(audiences);
            claimToHeaders = List.copyOf(claimToHeaders);
        }

        /** The same, that finds tokens with the scheme DPoP (RFC 9449), too, where it finds them with Bearer. */
        public Provider withProofs() {
            Extractor written = extractFrom.orElse(Extractor.USUAL);
            List<Extractor.Header> headers = new ArrayList<>(written.headers());
            written.headers().stream()
                    .filter(header -> header.name().equalsIgnoreCase("authorization")
                            && header.valuePrefix().strip().equalsIgnoreCase("bearer"))
                    .findFirst()
                    .ifPresent(header -> headers.add(new Extractor.Header(header.name(), "DPoP ")));
            return new Provider(
                    name,
                    issuer,
                    audiences,
                    jwks,
                    claimToHeaders,
                    recomputeRoute,
                    Optional.of(new Extractor(headers, written.cookies(), written.params())));
        }

        static Provider read(Fields f) {
            Provider provider = new Provider(
                    f.requiredString("name", Syntax.of("(?s).{1,253}", 253, "1 to 253 characters")),
                    f.string("issuer").filter(issuer -> !issuer.isEmpty()),
                    f.strings("audiences"),
                    Jwks.read(f),
                    f.list("claimToHeaders", ClaimToHeader::read),
                    f.bool("recomputeRoute").orElse(false),
                    f.object("extractFrom", Extractor::read));
            if (provider.recomputeRoute && provider.claimToHeaders.isEmpty()) {
                f.wrong(
                        "recomputeRoute",
                        "is true without claimToHeaders (expected: claims by which routes are matched)");
            }
            return provider;
        }
    }

    /** The keys by which signatures are verified. */
    public sealed interface Jwks {
        record Inline(String text) implements Jwks {}

        /** In a ConfigMap of the policy's namespace, under the key "jwks", else under the first one. */
        record InConfigMap(String name) implements Jwks {}

        /**
         * Fetched by the proxies.
         *
         * @param service the backends that serve the key set; without references, the URI's host
         * @param failedRefetch the pause before a failed fetch is tried again
         */
        record Remote(URI uri, ServiceBackends service, Duration cache, Optional<Duration> failedRefetch)
                implements Jwks {}

        private static Jwks read(Fields f) {
            Optional<Jwks> remote = f.object("remoteJWKS", Jwks::readRemote);
            Optional<Jwks> local = f.object("localJWKS", Jwks::readLocal);
            if (remote.isPresent() == local.isPresent()) {
                f.wrong("expected either remoteJWKS or localJWKS");
            }
            return remote.or(() -> local).orElse(new Inline(""));
        }

        private static Jwks readRemote(Fields f) {
            String text = f.requiredString("uri");
            return new Remote(
                    uri(f, text),
                    ServiceBackends.read(f),
                    f.duration("cacheDuration").orElse(Duration.ofMinutes(5)),
                    f.duration("failedRefetchDuration"));
        }

        private static URI uri(Fields f, String text) {
            try {
                URI uri = new URI(text);
                String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
                if ((scheme.equals("https") || scheme.equals("http"))
                        && uri.getHost() != null
                        && uri.getRawUserInfo() == null
                        && uri.getPort() <= 65535) {
                    return uri;
                }
            } catch (URISyntaxException e) {
                // Said below.
            }
            if (!text.isEmpty()) {
                f.wrong("uri", "\"" + text + "\" is not a URI of a key set (expected: https://host[:port]/path)");
            }
            return URI.create("https://invalid/");
        }

        /** The type of a key set that is not fetched. */
        enum LocalType {
            Inline,
            ValueRef
        }

        private static Jwks readLocal(Fields f) {
            LocalType type = f.choice("type", LocalType.class).orElse(LocalType.Inline);
            Optional<String> inline = f.string("inline");
            Optional<String> configMap = f.object("valueRef", ref -> {
                String kind = ref.string("kind").orElse("ConfigMap");
                String group = ref.string("group").orElse("");
                if (!kind.equals("ConfigMap") || !group.isEmpty()) {
                    ref.wrong("kind", "\"" + kind + "\" cannot hold a key set (expected: ConfigMap)");
                }
                return ref.requiredString("name");
            });
            return switch (type) {
                case Inline -> {
                    if (inline.isEmpty() || configMap.isPresent()) {
                        f.wrong("expected inline, and no valueRef, when type is Inline");
                    }
                    yield new Inline(inline.orElse(""));
                }
                case ValueRef -> {
                    if (configMap.isEmpty() || inline.isPresent()) {
                        f.wrong("expected valueRef, and no inline, when type is ValueRef");
                    }
                    yield new InConfigMap(configMap.orElse(""));
                }
            };
        }
    }

    /** A header that gets the value of a claim; a header of that name that a client sent is removed. */
    public record ClaimToHeader(String header, String claim) {
        public static ClaimToHeader read(Fields f) {
            return new ClaimToHeader(
                    f.requiredString("header", Syntax.HEADER_NAME), f.requiredString("claim", Syntax.NOT_EMPTY));
        }
    }

    /** Where a token stands in a request. */
    public record Extractor(List<Header> headers, List<String> cookies, List<String> params) {
        /** Where Envoy looks for a token that nobody says a place of. */
        public static final Extractor USUAL =
                new Extractor(List.of(new Header("Authorization", "Bearer ")), List.of(), List.of("access_token"));

        public Extractor {
            headers = List.copyOf(headers);
            cookies = List.copyOf(cookies);
            params = List.copyOf(params);
        }

        static Extractor read(Fields f) {
            return new Extractor(
                    f.list("headers", Header::read),
                    f.strings("cookies", Syntax.NOT_EMPTY),
                    f.strings("params", Syntax.NOT_EMPTY));
        }

        /** @param valuePrefix the text before the token, such as "Bearer " */
        public record Header(String name, String valuePrefix) {
            public static Header read(Fields f) {
                return new Header(
                        f.requiredString("name", Syntax.HEADER_NAME),
                        f.string("valuePrefix").orElse(""));
            }
        }
    }

    static Jwt read(Fields f) {
        boolean optional = f.bool("optional").orElse(false);
        boolean failOpen = f.bool("failOpen").orElse(false);
        if (f.has("optional") && f.has("failOpen")) {
            f.wrong("optional", "is set beside failOpen (expected: one of both; failOpen allows a missing token too)");
        }
        List<Provider> providers = f.list("providers", 1, 16, Provider::read);
        Set<String> names = new HashSet<>();
        providers.stream()
                .map(Provider::name)
                .filter(name -> !names.add(name))
                .forEach(name -> f.wrong("providers", "\"" + name + "\" is the name of several (expected: one each)"));
        return new Jwt(failOpen ? Missing.PASSES_WITH_INVALID : optional ? Missing.PASSES : Missing.REFUSED, providers);
    }
}
