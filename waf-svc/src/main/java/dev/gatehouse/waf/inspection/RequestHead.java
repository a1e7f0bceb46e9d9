package dev.gatehouse.waf.inspection;

import dev.gatehouse.seclang.bytes.Bytes;
import java.util.List;

/**
 * A request without its body.
 *
 * @param protocol as {@code HTTP/1.1}
 * @param headers in order, the host among them
 * @param client address and port, {@code 192.0.2.1:5555}, {@code [2001:db8::1]:5555}; empty if it is not known
 * @param hasBody whether one follows
 */
public record RequestHead(
        Bytes method, Bytes uri, Bytes protocol, List<Header> headers, String client, boolean hasBody) {
    public RequestHead {
        headers = List.copyOf(headers);
    }
}
