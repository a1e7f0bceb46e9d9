package dev.gatehouse.gatewayapi.security;

import dev.gatehouse.gatewayapi.ObjectReference;
import dev.gatehouse.gatewayapi.yaml.Fields;
import dev.gatehouse.gatewayapi.yaml.Syntax;
import java.util.List;
import java.util.Optional;

/**
 * Requests must have an API key.
 *
 * @param credentialRefs Secrets; in each, a key is a client id and its value that client's API key
 * @param sanitize whether the key is removed from the request
 */
public record ApiKeyAuth(
        List<ObjectReference> credentialRefs,
        List<ExtractFrom> extractFrom,
        Optional<String> forwardClientIdHeader,
        boolean sanitize) {
    public ApiKeyAuth {
        credentialRefs = List.copyOf(credentialRefs);
        extractFrom = List.copyOf(extractFrom);
    }

    /** Where a key may stand in a request. */
    public record ExtractFrom(List<String> headers, List<String> params, List<String> cookies) {
        public ExtractFrom {
            headers = List.copyOf(headers);
            params = List.copyOf(params);
            cookies = List.copyOf(cookies);
        }

        static ExtractFrom read(Fields f) {
            ExtractFrom from = new ExtractFrom(
                    f.strings("headers", Syntax.HEADER_NAME), f.strings("params"), f.strings("cookies"));
            if (from.headers.isEmpty() && from.params.isEmpty() && from.cookies.isEmpty()) {
                f.wrong("expected at least one of headers, params and cookies");
            }
            return from;
        }
    }

    static ApiKeyAuth read(Fields f) {
        return new ApiKeyAuth(
                f.list("credentialRefs", 1, 64, ObjectReference::readSecret),
                f.list("extractFrom", 1, 16, ExtractFrom::read),
                f.string("forwardClientIDHeader", Syntax.HEADER_NAME),
                f.bool("sanitize").orElse(false));
    }
}
