package dev.gatehouse.gatewayapi.security;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A range of IP addresses.
 *
 * @param address the first address, in its canonical form
 */
public record Cidr(String address, int prefixLength) {
    private static final Pattern FORM = Pattern.compile("([0-9.]{7,15}|[0-9a-fA-F:.]{2,45})/(\\d{1,3})");
    private static final Pattern IPV4 = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");

    /** Reads "address/length"; bits beyond the length do not count. */
    public static Optional<Cidr> parse(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()
                || !(form.group(1).contains(":") || IPV4.matcher(form.group(1)).matches())) {
            return Optional.empty();
        }
        try {
            boolean v6 = form.group(1).contains(":");
            // No name is looked up: the text has the form of an address.
            byte[] bytes = InetAddress.getByName(form.group(1)).getAddress();
            int length = Integer.parseInt(form.group(2));
            // An IPv4 address in IPv6's form has become IPv4.
            if (length > bytes.length * 8 || v6 != (bytes.length == 16)) {
                return Optional.empty();
            }
            for (int bit = length; bit < bytes.length * 8; bit++) {
                bytes[bit / 8] &= (byte) ~(0x80 >> bit % 8);
            }
            return Optional.of(new Cidr(InetAddress.getByAddress(bytes).getHostAddress(), length));
        } catch (UnknownHostException e) {
            return Optional.empty();
        }
    }
}
