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
 * The filters and settings that the policies of a listener's routes need on the listener, since Envoy does not take
 * them from a route.
 *
 * @param tokens the token settings whose providers and requirements the listener has
 * @param variants the variants of the filter for authorization servers
 * @param compressors the compressors with a minimum size of their own
 * @param extensions the filters for EnvoyExtensionPolicies
 * @param caches the DNS caches of backends of type DynamicResolver
 * @param geo the location fields of clients that rules read
 * @param reroutes true if a filter may cause a second route selection; Envoy decides by the first route which disabled
 * filters it creates for a request, so all filters are enabled in the chain for the second route
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

    /** No filters beyond the ones that every listener has. */
    public static final FilterNeeds NONE =
            new FilterNeeds(Set.of(), Set.of(), Set.of(), ExtensionNeeds.NONE, Set.of(), Set.of(), false);

    public FilterNeeds {
        tokens = Set.copyOf(tokens);
        variants = Set.copyOf(variants);
        compressors = Set.copyOf(compressors);
        caches = Set.copyOf(caches);
        geo = Set.copyOf(geo);
    }

    /** The needs of policies, of rules' own authorization filters, and of compressors with a minimum size. */
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

    /** The needs of both. */
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

    /** The compressors in a fixed order. */
    List<Compressor> sortedCompressors() {
        return compressors.stream()
                .sorted(Comparator.comparing(Compressor::type)
                        .thenComparing(each -> each.minBytes().orElse(0), Integer::compareUnsigned))
                .toList();
    }

    /** The caches in a fixed order. */
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
