package dev.gatehouse.gatewayapi;

import dev.gatehouse.gatewayapi.yaml.Fields;
import dev.gatehouse.gatewayapi.yaml.Syntax;
import java.util.List;
import java.util.Optional;

/** Envoy Gateway's SecurityPolicy: API keys and basic authentication. */
public record SecurityPolicy(
        List<PolicyTarget> targets,
        List<TargetSelector> selectors,
        Optional<ApiKeyAuth> apiKeyAuth,
        Optional<BasicAuth> basicAuth)
        implements TargetedPolicy<SecurityPolicy> {
    public SecurityPolicy {
        targets = List.copyOf(targets);
        selectors = List.copyOf(selectors);
    }

    @Override
    public SecurityPolicy withTargets(List<PolicyTarget> targets) {
        return new SecurityPolicy(targets, selectors, apiKeyAuth, basicAuth);
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

    /** @param credentialRefs Secrets; in each, a key is a client id and its value that client's API key */
    public record ApiKeyAuth(
            List<ObjectReference> credentialRefs,
            List<ExtractFrom> extractFrom,
            Optional<String> forwardClientIdHeader,
            boolean sanitize) {
        static ApiKeyAuth read(Fields f) {
            return new ApiKeyAuth(
                    f.list("credentialRefs", 1, 64, ObjectReference::readSecret),
                    f.list("extractFrom", 1, 16, ExtractFrom::read),
                    f.string("forwardClientIDHeader", Syntax.HEADER_NAME),
                    f.bool("sanitize").orElse(false));
        }
    }

    /** @param users a Secret with key ".htpasswd" */
    public record BasicAuth(ObjectReference users, Optional<String> forwardUsernameHeader) {
        static BasicAuth read(Fields f) {
            return new BasicAuth(
                    f.requiredObject("users", ObjectReference::readSecret),
                    f.string("forwardUsernameHeader", Syntax.HEADER_NAME));
        }
    }

    static SecurityPolicy read(Fields f) {
        SecurityPolicy policy = new SecurityPolicy(
                PolicyTarget.readOrSelected(f),
                f.list("targetSelectors", TargetSelector::read),
                f.object("apiKeyAuth", ApiKeyAuth::read),
                f.object("basicAuth", BasicAuth::read));
        if (policy.apiKeyAuth.isEmpty() && policy.basicAuth.isEmpty()) {
            f.wrong("expected at least one of apiKeyAuth and basicAuth");
        }
        return policy;
    }
}
