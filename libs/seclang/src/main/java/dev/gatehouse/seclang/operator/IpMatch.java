package dev.gatehouse.seclang.operator;

import dev.gatehouse.seclang.bytes.Ascii;
import dev.gatehouse.seclang.parse.SecLangException;
import dev.gatehouse.seclang.parse.Span;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** {@code @ipMatch}: addresses and networks (CIDR) of IPv4 and IPv6, separated by commas. */
final class IpMatch {
    private static final int LONGEST = 64;

    /** The prefix bits of an IPv4 address in IPv6 form ({@code ::ffff:192.0.2.1}), which is treated as IPv4. */
    private static final int MAPPED_BITS = 96;

    /** @param address 4 or 16 bytes */
    private record Network(byte[] address, int prefix) {
        boolean contains(byte[] other) {
            if (other.length != address.length) {
                return false;
            }
            int whole = prefix / 8;
            if (!Arrays.equals(address, 0, whole, other, 0, whole)) {
                return false;
            }
            int mask = 0xff00 >> (prefix % 8) & 0xff;
            return mask == 0 || (address[whole] & mask) == (other[whole] & mask);
        }
    }

    private IpMatch() {}

    static Operator operator(Span argument) throws SecLangException {
        return operator(argument, List.of(argument.text().split(",", -1)));
    }

    /** A network in each line; {@code #} begins a comment. */
    static Operator fromFile(Span argument, OperatorFiles files) throws SecLangException {
        List<String> lines = new ArrayList<>();
        for (String line : files.read(argument).toString().split("\n", -1)) {
            int comment = line.indexOf('#');
            String network = (comment < 0 ? line : line.substring(0, comment)).strip();
            if (!network.isEmpty()) {
                lines.add(network);
            }
        }
        return operator(argument, lines);
    }

    static Operator fromDataset(Span argument, OperatorFiles files) throws SecLangException {
        return operator(argument, files.dataset(argument));
    }

    private static Operator operator(Span argument, List<String> texts) throws SecLangException {
        List<Network> networks = new ArrayList<>();
        for (String text : texts) {
            networks.add(network(text.strip())
                    .orElseThrow(() -> argument.error("\"" + text.strip()
                            + "\" is no address and no network (expected: as in 192.0.2.0/24,2001:db8::1)")));
        }
        Network[] all = networks.toArray(new Network[0]);
        return (value, context) -> {
            Optional<byte[]> address = address(value.toString());
            if (address.isPresent()) {
                for (Network network : all) {
                    if (network.contains(address.get())) {
                        return true;
                    }
                }
            }
            return false;
        };
    }

    private static Optional<Network> network(String text) {
        int slash = text.indexOf('/');
        Optional<byte[]> address = address(slash < 0 ? text : text.substring(0, slash));
        if (address.isEmpty()) {
            return Optional.empty();
        }
        int bits = address.get().length * 8;
        if (slash < 0) {
            return Optional.of(new Network(address.get(), bits));
        }
        String digits = text.substring(slash + 1);
        if (digits.isEmpty() || digits.length() > 3 || !digits.chars().allMatch(Ascii::isDigit)) {
            return Optional.empty();
        }
        boolean mapped = bits == 32 && text.indexOf(':') >= 0;
        int prefix = Integer.parseInt(digits) - (mapped ? MAPPED_BITS : 0);
        return prefix < 0 || prefix > bits ? Optional.empty() : Optional.of(new Network(address.get(), prefix));
    }

    /** Reads a literal address. Names are never resolved. */
    private static Optional<byte[]> address(String text) {
        boolean v6 = text.indexOf(':') >= 0;
        boolean literal = !text.isEmpty()
                && text.length() <= LONGEST
                && text.chars().allMatch(c -> c == '.' || (v6 ? c == ':' || Ascii.isHex(c) : Ascii.isDigit(c)));
        if (!literal || (!v6 && text.chars().filter(c -> c == '.').count() != 3)) {
            return Optional.empty();
        }
        try {
            return Optional.of(InetAddress.ofLiteral(text).getAddress());
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
