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
 * A SecurityPolicy that can be enforced.
 *
 * @param policy a SecurityPolicy, or the name that policies have together
 * @param authzService authz-svc enforces the policy's apiKeyAuth, basicAuth and oidc, and what an AccessPolicy asks for, by the policy's name
 * @param access what the AccessPolicy that goes with it changes
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
     * What an AccessPolicy changes.
     *
     * @param dryRun authorization rules are counted, and deny nothing
     * @param introspections names of issuers of opaque tokens: authz-svc tells their claims
     * @param certificates clients are known by their certificates: authz-svc tells what these say
     * @param boundTokens authz-svc is asked about tokens that the proxy has verified
     */
    public record Access(boolean dryRun, Set<String> introspections, boolean certificates, boolean boundTokens) {
        /** Nothing. */
        public static final Access NONE = new Access(false, Set.of(), false, false);

        public Access {
            introspections = Set.copyOf(introspections);
        }

        /** What {@code policy} changes beside {@code settings}. */
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

    /** The same without the sections that authz-svc enforces. */
    public Security withoutAuthzService() {
        return new Security(policy, false, Optional.empty(), cors, csrf, tokens, authorizer, authorization, access);
    }

    /** True if authz-svc enforces all of it, by what a request has with it. */
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

    /** True if it may have the route selected again. */
    public boolean reroutes() {
        return tokens.map(Tokens::reroutes).orElse(false)
                || authorizer.map(each -> each.spec().recomputeRoute()).orElse(false);
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
     * @param key what logins of it are known by: a parameter of the provider's answers begins with it and a dot
     * @param answers the provider's answers, by path and that parameter
     * @param callbackPath answers that belong to no login
     * @param backChannelPath the provider's own requests, whose bodies authz-svc gets
     * @param internalHeaders of tokens for filters, which no backend gets
     */
    public record SignOn(
            String key,
            List<Answer> answers,
            String callbackPath,
            String logoutPath,
            String frontChannelPath,
            String backChannelPath,
            List<String> internalHeaders) {
        /** A request with {@code parameter} for {@code path}. */
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

        /** True if a token may have the route selected again. */
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

    /** Who signs tokens, with the keys that verify them. */
    public record Provider(Jwt.Provider spec, Keys keys) {}

    /** Where keys come from. */
    public sealed interface Keys {
        /** Where they are fetched. */
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
     * A server that is asked whether a request may pass.
     *
     * @param authority by which it is called
     * @param contextExtensions what it is told with each request
     * @param secret true if some of that comes from a Secret
     * @param ofRule a filter of the route's rule asks for it, beside what policies ask for
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

        /** The same on a Gateway that shows {@code certificate} to its backends. */
        public Authorizer presenting(ObjectKey certificate) {
            return new Authorizer(spec, cluster.presenting(certificate), authority, contextExtensions, secret, ofRule);
        }

        /** The values are not shown: they may be secret. */
        @Override
        public String toString() {
            return "Authorizer[spec=" + spec + ", cluster=" + cluster + ", authority=" + authority
                    + ", contextExtensions=" + Map.copyOf(contextExtensions).keySet() + "]";
        }
    }
}
