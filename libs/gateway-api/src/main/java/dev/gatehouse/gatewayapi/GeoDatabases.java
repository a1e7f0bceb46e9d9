package dev.gatehouse.gatewayapi;

import dev.gatehouse.gatewayapi.security.GeoLocation;
import dev.gatehouse.gatewayapi.yaml.Fields;
import dev.gatehouse.gatewayapi.yaml.Syntax;
import java.util.Optional;

/** The databases in MaxMind's format by which a fleet's proxies locate clients: paths in the proxies' own file system. */
public record GeoDatabases(
        Optional<String> city,
        Optional<String> country,
        Optional<String> asn,
        Optional<String> isp,
        Optional<String> anonymous) {
    private enum Type {
        MaxMind
    }

    static Optional<GeoDatabases> read(Fields f) {
        return f.object("provider", provider -> {
                    provider.requiredChoice("type", Type.class);
                    return provider.object("maxMind", GeoDatabases::maxMind);
                })
                .flatMap(each -> each);
    }

    private static GeoDatabases maxMind(Fields f) {
        return new GeoDatabases(
                path(f, "cityDbSource"),
                path(f, "countryDbSource"),
                path(f, "asnDbSource"),
                path(f, "ispDbSource"),
                path(f, "anonymousIpDbSource"));
    }

    private static Optional<String> path(Fields f, String name) {
        return f.object(
                        name,
                        source -> source.object(
                                "local",
                                local -> local.requiredString(
                                        "path",
                                        Syntax.of(".*\\.mmdb", 4096, "the path of a file with the ending .mmdb"))))
                .flatMap(each -> each);
    }

    /** If no database has {@code field}: the EnvoyProxy's fields of which one must be set; empty: a database has it. */
    public Optional<String> missing(GeoLocation.Field field) {
        return switch (field) {
            case COUNTRY ->
                country.isPresent() || city.isPresent()
                        ? Optional.empty()
                        : Optional.of("countryDbSource or cityDbSource");
            case REGION, CITY -> city.isPresent() ? Optional.empty() : Optional.of("cityDbSource");
            case ASN -> asn.isPresent() ? Optional.empty() : Optional.of("asnDbSource");
            case ISP -> isp.isPresent() ? Optional.empty() : Optional.of("ispDbSource");
            case ANONYMOUS, VPN, HOSTING, TOR, PROXY ->
                anonymous.isPresent() ? Optional.empty() : Optional.of("anonymousIpDbSource");
        };
    }
}
