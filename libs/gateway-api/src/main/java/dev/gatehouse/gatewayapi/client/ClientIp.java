package dev.gatehouse.gatewayapi.client;

import dev.gatehouse.gatewayapi.yaml.Fields;
import dev.gatehouse.gatewayapi.yaml.Syntax;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** From where the address of a request's client is taken. */
public sealed interface ClientIp {
    /** The n-th address from the right of X-Forwarded-For; 0 and 1: the last one. */
    record TrustedHops(long hops, boolean append) implements ClientIp {}

    /** The last address in X-Forwarded-For that is not of a trusted network, where the connection is from such a network. */
    record TrustedNetworks(List<Cidr> networks, boolean append) implements ClientIp {
        public TrustedNetworks {
            networks = List.copyOf(networks);
        }
    }

    /** A header that a proxy in front sets. */
    record Header(String name, boolean failClosed) implements ClientIp {}

    /** The connection's. */
    record Connection() implements ClientIp {}

    /** A network: "192.0.2.0/24", "2001:db8::/32". */
    record Cidr(String address, int prefix) {
        private static final Pattern FORM =
                Pattern.compile("(\\d{1,3}(?:\\.\\d{1,3}){3}|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*)/(\\d{1,3})");

        static Optional<Cidr> parse(String text) {
            Matcher form = FORM.matcher(text);
            if (!form.matches()) {
                return Optional.empty();
            }
            boolean four = !form.group(1).contains(":");
            int prefix = Integer.parseInt(form.group(2));
            boolean octets = !four
                    || Stream.of(form.group(1).split("\\.", -1)).allMatch(octet -> Integer.parseInt(octet) <= 255);
            return octets && prefix <= (four ? 32 : 128)
                    ? Optional.of(new Cidr(form.group(1), prefix))
                    : Optional.empty();
        }
    }

    private static Optional<ClientIp> readForwarded(Fields f) {
        Optional<Long> hops = f.longInteger("numTrustedHops", 0, 0xFFFF_FFFFL);
        boolean append = !f.bool("disableXForwardedForAppend").orElse(false);
        List<Cidr> networks = new ArrayList<>();
        List<String> texts = f.strings("trustedCIDRs");
        for (int i = 0; i < texts.size(); i++) {
            Optional<Cidr> network = Cidr.parse(texts.get(i));
            network.ifPresent(networks::add);
            if (network.isEmpty()) {
                f.wrong(
                        "trustedCIDRs[" + i + "]",
                        "\"" + texts.get(i) + "\" is not a network (expected: for example \"192.0.2.0/24\")");
            }
        }
        if (hops.isPresent() == f.has("trustedCIDRs")) {
            f.wrong("expected one of numTrustedHops and trustedCIDRs");
        }
        if (hops.isPresent()) {
            return Optional.of(new TrustedHops(hops.get(), append));
        }
        return networks.isEmpty() ? Optional.empty() : Optional.of(new TrustedNetworks(networks, append));
    }

    static Optional<ClientIp> read(Fields f) {
        Optional<ClientIp> forwarded =
                f.object("xForwardedFor", ClientIp::readForwarded).flatMap(each -> each);
        Optional<ClientIp> header = f.object(
                "customHeader",
                h -> new Header(
                        h.requiredString(
                                "name", Syntax.of("[A-Za-z0-9-]+", 255, "a header name: letters, digits and '-'")),
                        h.bool("failClosed").orElse(false)));
        Optional<ClientIp> direct = f.object("directSourceIP", _ -> new Connection());
        long set = Stream.of("xForwardedFor", "customHeader", "directSourceIP")
                .filter(f::has)
                .count();
        if (set != 1) {
            f.wrong("expected exactly one of xForwardedFor, customHeader and directSourceIP");
        }
        return forwarded.or(() -> header).or(() -> direct);
    }
}
