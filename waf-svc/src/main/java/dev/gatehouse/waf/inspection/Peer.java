package dev.gatehouse.waf.inspection;

import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.operator.Numbers;

/** One end of a connection. */
record Peer(String address, int port) {
    private static final int MOST = 65_535;

    /** Reads {@code 192.0.2.1:5555} or {@code [2001:db8::1]:5555}. A missing port is read as 0. */
    static Peer parse(String text) {
        int colon = text.lastIndexOf(':');
        boolean port = colon >= 0 && colon > text.lastIndexOf(']') && text.indexOf(':') == colon
                || colon > 0 && text.charAt(colon - 1) == ']';
        String address = port ? text.substring(0, colon) : text;
        return new Peer(
                address.replace("[", "").replace("]", ""),
                port ? (int) Math.clamp(Numbers.parse(Bytes.latin1(text.substring(colon + 1))), 0, MOST) : 0);
    }
}
