package dev.gatehouse.gatewayapi.security;

import dev.gatehouse.gatewayapi.yaml.Fields;
import dev.gatehouse.gatewayapi.yaml.Syntax;
import java.util.Optional;

/** Where a client's address is, as a GeoIP database says: all that is given must match. */
public record GeoLocation(
        Optional<String> country,
        Optional<String> region,
        Optional<String> city,
        Optional<Long> asn,
        Optional<String> isp,
        Optional<Anonymous> anonymous) {
    /** What hides a client. */
    public record Anonymous(
            Optional<Boolean> anonymous,
            Optional<Boolean> vpn,
            Optional<Boolean> hosting,
            Optional<Boolean> tor,
            Optional<Boolean> proxy) {
        static Anonymous read(Fields f) {
            return new Anonymous(
                    f.bool("isAnonymous"), f.bool("isVPN"), f.bool("isHosting"), f.bool("isTor"), f.bool("isProxy"));
        }

        private boolean isEmpty() {
            return anonymous.isEmpty() && vpn.isEmpty() && hosting.isEmpty() && tor.isEmpty() && proxy.isEmpty();
        }
    }

    static GeoLocation read(Fields f) {
        GeoLocation location = new GeoLocation(
                f.string("country", Syntax.of("[A-Za-z]{2}", 2, "a country code of two letters")),
                f.string("region", Syntax.of("[A-Za-z0-9-]+", 16, "a code of letters, digits and '-'")),
                f.string("city", Syntax.NOT_EMPTY),
                f.longInteger("asn", 1, 0xFFFF_FFFFL),
                f.string("isp", Syntax.NOT_EMPTY),
                f.object("anonymous", Anonymous::read));
        boolean empty = location.country.isEmpty()
                && location.region.isEmpty()
                && location.city.isEmpty()
                && location.asn.isEmpty()
                && location.isp.isEmpty()
                && location.anonymous.map(Anonymous::isEmpty).orElse(true);
        if (empty) {
            f.wrong("expected at least one of country, region, city, asn, isp and anonymous");
        }
        return location;
    }
}
