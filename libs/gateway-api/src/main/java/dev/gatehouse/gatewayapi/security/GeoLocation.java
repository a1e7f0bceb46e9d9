package dev.gatehouse.gatewayapi.security;

import dev.gatehouse.gatewayapi.yaml.Fields;
import dev.gatehouse.gatewayapi.yaml.Syntax;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Where a client's address is, as a GeoIP database says: all that is given must match. */
public record GeoLocation(
        Optional<String> country,
        Optional<String> region,
        Optional<String> city,
        Optional<Long> asn,
        Optional<String> isp,
        Optional<Anonymous> anonymous) {
    /** A property of an address in a location database. */
    public enum Field {
        COUNTRY,
        REGION,
        CITY,
        ASN,
        ISP,
        ANONYMOUS,
        VPN,
        HOSTING,
        TOR,
        PROXY
    }

    /** The required text properties of the address. */
    public SortedMap<Field, String> texts() {
        SortedMap<Field, String> texts = new TreeMap<>();
        country.ifPresent(each -> texts.put(Field.COUNTRY, each));
        region.ifPresent(each -> texts.put(Field.REGION, each));
        city.ifPresent(each -> texts.put(Field.CITY, each));
        asn.ifPresent(each -> texts.put(Field.ASN, each.toString()));
        isp.ifPresent(each -> texts.put(Field.ISP, each));
        return texts;
    }

    /** The required flags of the address: true or false. */
    public SortedMap<Field, Boolean> flags() {
        SortedMap<Field, Boolean> flags = new TreeMap<>();
        anonymous.ifPresent(hides -> {
            hides.anonymous.ifPresent(each -> flags.put(Field.ANONYMOUS, each));
            hides.vpn.ifPresent(each -> flags.put(Field.VPN, each));
            hides.hosting.ifPresent(each -> flags.put(Field.HOSTING, each));
            hides.tor.ifPresent(each -> flags.put(Field.TOR, each));
            hides.proxy.ifPresent(each -> flags.put(Field.PROXY, each));
        });
        return flags;
    }

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
