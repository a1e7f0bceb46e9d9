package dev.gatehouse.controller.envoy.filter;

import dev.gatehouse.controller.backend.NameCache;
import dev.gatehouse.controller.check.EnvoyRules;
import dev.gatehouse.controller.extension.Extensions;
import dev.gatehouse.controller.proto.PackedTypes;
import dev.gatehouse.controller.security.Security;
import dev.gatehouse.gatewayapi.security.Authorization;
import dev.gatehouse.gatewayapi.security.GeoLocation;
import dev.gatehouse.gatewayapi.traffic.Compressor;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What the policies of a listener's routes need to be on the listener itself: what Envoy takes from no route.
 *
 * @param tokens whose providers and requirements stand there
 * @param variants of the filter for authorization servers
 * @param compressors that compress from a size of their own on
 * @param extensions of EnvoyExtensionPolicies
 * @param caches of the names of hosts that requests go to
 * @param geo what rules have to know of where clients are
 * @param reroutes a filter may have the route selected again. Envoy decides by the first route which of the filters that are switched off it
 *     makes for a request, so all of them are switched on, for those of the second route
 */
public record FilterNeeds(
        Set<Security.Tokens> tokens,
        Set<ExtAuthFilter.Variant> variants,
        Set<Compressor> compressors,
        ExtensionNeeds extensions,
        Set<NameCache> caches,
        Set<GeoLocation.Field> geo,
        boolean reroutes) {
    private static final EnvoyRules RULES = new EnvoyRules(PackedTypes::find);

    /** Nothing but what every listener has. */
    public static final FilterNeeds NONE =
            new FilterNeeds(Set.of(), Set.of(), Set.of(), ExtensionNeeds.NONE, Set.of(), Set.of(), false);

    public FilterNeeds {
        tokens = Set.copyOf(tokens);
        variants = Set.copyOf(variants);
        compressors = Set.copyOf(compressors);
        caches = Set.copyOf(caches);
        geo = Set.copyOf(geo);
    }

    /** What policies need, filters of rules, and those that compress from a size of their own on. */
    public static FilterNeeds of(
            Collection<Security> policies,
            Collection<Security.Authorizer> ofRules,
            Collection<Compressor> compressors,
            Collection<Extensions> extensions,
            Set<NameCache> caches) {
        Set<Security.Tokens> tokens = new HashSet<>();
        Set<ExtAuthFilter.Variant> variants = new HashSet<>();
        Set<GeoLocation.Field> geo = new HashSet<>();
        boolean reroutes = false;
        ofRules.stream().map(ExtAuthFilter.Variant::of).forEach(variants::add);
        for (Security policy : policies) {
            policy.tokens().ifPresent(tokens::add);
            policy.authorizer()
                    .map(ExtAuthFilter.Variant::of)
                    .filter(variant -> !ExtAuthFilter.Variant.USUAL.contains(variant))
                    .ifPresent(variants::add);
            policy.authorization().map(Authorization::geoFields).ifPresent(geo::addAll);
            reroutes |= policy.reroutes();
        }
        ExtensionNeeds needed =
                extensions.stream().map(ExtensionNeeds::of).reduce(ExtensionNeeds.NONE, ExtensionNeeds::and);
        return new FilterNeeds(tokens, variants, Set.copyOf(compressors), needed, caches, geo, reroutes);
    }

    /** True if the route may be selected again before tokens are verified. */
    boolean reroutesBeforeTokens() {
        return variants.stream().anyMatch(ExtAuthFilter.Variant::reroutes);
    }

    /** What both need. */
    public FilterNeeds and(FilterNeeds more) {
        Set<Security.Tokens> allTokens = new HashSet<>(tokens);
        allTokens.addAll(more.tokens);
        Set<ExtAuthFilter.Variant> allVariants = new HashSet<>(variants);
        allVariants.addAll(more.variants);
        Set<Compressor> allCompressors = new HashSet<>(compressors);
        allCompressors.addAll(more.compressors);
        Set<NameCache> allCaches = new HashSet<>(caches);
        allCaches.addAll(more.caches);
        Set<GeoLocation.Field> allGeo = new HashSet<>(geo);
        allGeo.addAll(more.geo);
        return new FilterNeeds(
                allTokens,
                allVariants,
                allCompressors,
                extensions.and(more.extensions),
                allCaches,
                allGeo,
                reroutes || more.reroutes);
    }

    /** The names of the filters for authorization servers that are on the listener. */
    public List<String> authorizers() {
        return allVariants().stream().map(ExtAuthFilter.Variant::name).toList();
    }

    /** The variants that are on the listener, in the order of their names. */
    List<ExtAuthFilter.Variant> allVariants() {
        Set<ExtAuthFilter.Variant> all = new HashSet<>(variants);
        all.addAll(ExtAuthFilter.Variant.USUAL);
        return all.stream()
                .sorted(Comparator.comparing(ExtAuthFilter.Variant::name))
                .toList();
    }

    /** The compressors, in an order of their own. */
    List<Compressor> sortedCompressors() {
        return compressors.stream()
                .sorted(Comparator.comparing(Compressor::type)
                        .thenComparing(each -> each.minBytes().orElse(0), Integer::compareUnsigned))
                .toList();
    }

    /** The caches, in an order of their own. */
    List<NameCache> sortedCaches() {
        return caches.stream().sorted().toList();
    }

    /** Why Envoy would refuse {@code policy} on a listener. */
    public static Optional<String> problem(Security policy) {
        return policy.tokens()
                .map(tokens -> JwtFilter.providers(List.of(tokens)))
                .flatMap(RULES::problem)
                .or(() -> policy.authorizer()
                        .map(authorizer -> ExtAuthFilter.filter(ExtAuthFilter.Variant.of(authorizer)))
                        .flatMap(RULES::problem));
    }
}
