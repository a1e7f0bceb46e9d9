package dev.gatehouse.controller.security;

import dev.gatehouse.controller.backend.ClusterSpec;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.access.AccessPolicy;
import dev.gatehouse.gatewayapi.access.ClientCertificates;
import dev.gatehouse.gatewayapi.access.Introspection;
import dev.gatehouse.gatewayapi.security.Authorization;
import dev.gatehouse.gatewayapi.security.Cors;
import dev.gatehouse.gatewayapi.security.Csrf;
import dev.gatehouse.gatewayapi.security.ExtAuth;
import dev.gatehouse.gatewayapi.security.Jwt;
import dev.gatehouse.gatewayapi.security.SecuritySettings;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A SecurityPolicy that can be enforced, with its references resolved.
 *
 * @param policy the SecurityPolicy, or the name of merged policies
 * @param authzService true if authz-svc enforces the policy's apiKeyAuth, basicAuth and oidc, and the AccessPolicy's
 * requirements, under the policy's name
 * @param access the changes by the AccessPolicy that goes with it
 */
public record Security(
        ObjectKey policy,
        boolean authzService,
        Optional<SignOn> signOn,
        Optional<Cors> cors,
        Optional<Csrf> csrf,
        Optional<Tokens> tokens,
        Optional<Authorizer> authorizer,
        Optional<Authorization> authorization,
        Access access) {
    /**
     * The changes that an AccessPolicy makes.
     *
     * @param dryRun true if authorization rules are only counted and deny nothing
     * @param introspections the names of issuers of opaque tokens, whose claims authz-svc supplies
     * @param certificates true if clients are known by their certificates, whose contents authz-svc supplies
     * @param boundTokens true if authz-svc is asked about tokens that the proxy has verified
     */
    public record Access(boolean dryRun, Set<String> introspections, boolean certificates, boolean boundTokens) {
        /** No changes. */
        public static final Access NONE = new Access(false, Set.of(), false, false);

        public Access {
            introspections = Set.copyOf(introspections);
        }

        /** The changes that {@code policy} makes to {@code settings}. */
        public static Access of(AccessPolicy policy, SecuritySettings settings) {
            return new Access(
                    policy.dryRun(),
                    policy.introspections().stream().map(Introspection::name).collect(Collectors.toSet()),
                    policy.clientCertificates().isPresent(),
                    policy.boundTokens().isPresent() && settings.jwt().isPresent());
        }

        /** Names under which authz-svc tells claims. */
        public Set<String> providers() {
            return Stream.concat(
                            introspections.stream(),
                            certificates ? Stream.of(ClientCertificates.PROVIDER) : Stream.empty())
                    .collect(Collectors.toSet());
        }

        /** True if authz-svc is asked before tokens are verified. */
        public boolean asksAuthzService() {
            return !introspections.isEmpty() || certificates;
        }
    }

    /** A copy without the sections that authz-svc enforces. */
    public Security withoutAuthzService() {
        return new Security(policy, false, Optional.empty(), cors, csrf, tokens, authorizer, authorization, access);
    }

    /** True if authz-svc enforces the whole policy, with data from the request only. */
    public boolean byAuthzServiceAlone() {
        return authzService
                && signOn.isEmpty()
                && withoutAuthzService()
                        .equals(new Security(
                                policy,
                                false,
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                access));
    }

    /** True if it may cause a second route selection. */
    public boolean reroutes() {
        return tokens.map(Tokens::reroutes).orElse(false)
                || authorizer.map(each -> each.spec().recomputeRoute()).orElse(false);
    }

    /** The names of the issuers of tokens, as the policy has them. */
    public Set<String> names() {
        return tokens.stream()
                .flatMap(each -> each.providers().stream())
                .map(each -> each.spec().name())
                .collect(Collectors.toSet());
    }

    /** The headers by which the proxies tell backends who the client is. authz-svc sets others, and guards them itself. */
    public List<String> identityHeaders() {
        return Stream.concat(
                        tokens.stream()
                                .flatMap(each -> each.providers().stream())
                                .flatMap(each -> each.spec().claimToHeaders().stream())
                                .map(Jwt.ClaimToHeader::header),
                        authorizer.stream().flatMap(each -> each.headersToBackend().stream()))
                .toList();
    }

    /** The clusters of the services that proxies call. */
    public List<ClusterSpec> clusters() {
        return Stream.concat(
                        tokens.stream()
                                .flatMap(each -> each.providers().stream())
                                .flatMap(each -> each.keys().cluster().stream()),
                        authorizer.stream().map(Authorizer::cluster))
                .toList();
    }

    /** The same on a Gateway that shows {@code certificate} to its backends. */
    public Security presenting(ObjectKey certificate) {
        return new Security(
                policy,
                authzService,
                signOn,
                cors,
                csrf,
                tokens.map(each -> each.presenting(certificate)),
                authorizer.map(each -> each.presenting(certificate)),
                authorization,
                access);
    }

    /**
     * Sign-on by authz-svc.
     *
     * @param key identifies its logins: a parameter of the provider's answers begins with the key and a dot
     * @param answers the paths of the provider's answers, each with that parameter
     * @param callbackPath the path of answers that belong to no login
     * @param backChannelPath the path of the provider's own requests, whose bodies authz-svc gets
     * @param internalHeaders the headers with tokens for filters, which no backend gets
     */
    public record SignOn(
            String key,
            List<Answer> answers,
            String callbackPath,
            String logoutPath,
            String frontChannelPath,
            String backChannelPath,
            List<String> internalHeaders) {
        /** A request for {@code path} with the query parameter {@code parameter}. */
        public record Answer(String path, String parameter) {}

        public SignOn {
            answers = List.copyOf(answers);
            internalHeaders = List.copyOf(internalHeaders);
        }
    }

    /** Tokens that requests must have. */
    public record Tokens(Jwt.Missing missing, List<Provider> providers) {
        public Tokens {
            providers = List.copyOf(providers);
        }

        /** True if a token may cause a second route selection. */
        public boolean reroutes() {
            return providers.stream().anyMatch(each -> each.spec().recomputeRoute());
        }

        private Tokens presenting(ObjectKey certificate) {
            return new Tokens(
                    missing,
                    providers.stream()
                            .map(each -> new Provider(each.spec(), each.keys().presenting(certificate)))
                            .toList());
        }
    }

    /** An issuer of tokens, with the keys that verify the tokens. */
    public record Provider(Jwt.Provider spec, Keys keys) {}

    /** The source of keys. */
    public sealed interface Keys {
        /** The cluster from which keys are fetched; empty: the keys are known. */
        Optional<ClusterSpec> cluster();

        /** The same on a Gateway that shows {@code certificate} to its backends. */
        Keys presenting(ObjectKey certificate);

        /** A key set (RFC 7517). */
        record Local(String text) implements Keys {
            @Override
            public Optional<ClusterSpec> cluster() {
                return Optional.empty();
            }

            @Override
            public Keys presenting(ObjectKey certificate) {
                return this;
            }
        }

        /** Fetched by the proxies. */
        record Fetched(Jwt.Jwks.Remote from, ClusterSpec at) implements Keys {
            @Override
            public Optional<ClusterSpec> cluster() {
                return Optional.of(at);
            }

            @Override
            public Keys presenting(ObjectKey certificate) {
                return new Fetched(from, at.presenting(certificate));
            }
        }
    }

    /**
     * An authorization server.
     *
     * @param authority the authority of calls to it
     * @param contextExtensions additional data that it gets with each request
     * @param secret true if part of that data comes from a Secret
     * @param ofRule true if a filter of the route's rule configures it, in addition to policies
     */
    public record Authorizer(
            ExtAuth spec,
            ClusterSpec cluster,
            String authority,
            SortedMap<String, String> contextExtensions,
            boolean secret,
            boolean ofRule) {
        public Authorizer {
            contextExtensions = new TreeMap<>(contextExtensions);
        }

        /** The headers of its answers that requests get. A gRPC server says itself which they are. */
        public List<String> headersToBackend() {
            return spec.service() instanceof ExtAuth.Service.Http http ? http.headersToBackend() : List.of();
        }

        /** The same on a Gateway that shows {@code certificate} to its backends. */
        public Authorizer presenting(ObjectKey certificate) {
            return new Authorizer(spec, cluster.presenting(certificate), authority, contextExtensions, secret, ofRule);
        }

        /** The text hides the values, since they may be secret. */
        @Override
        public String toString() {
            return "Authorizer[spec=" + spec + ", cluster=" + cluster + ", authority=" + authority
                    + ", contextExtensions=" + Map.copyOf(contextExtensions).keySet() + "]";
        }
    }
}
