package dev.gatehouse.waf.inspection;

import dev.gatehouse.seclang.bytes.Bytes;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A request without its body.
 *
 * @param protocol the protocol, such as {@code HTTP/1.1}
 * @param headers the headers in order, including the host
 * @param client the client's address and port, {@code 192.0.2.1:5555} or {@code [2001:db8::1]:5555}; empty: unknown
 * @param server the address and port that the client connected to, in the same form
 * @param hasBody whether a body follows
 */
public record RequestHead(
        Bytes method, Bytes uri, Bytes protocol, List<Header> headers, String client, String server, boolean hasBody) {
    private static final Bytes CONNECT = Bytes.latin1("CONNECT");

    public RequestHead {
        headers = List.copyOf(headers);
    }

    /** What follows is not HTTP's body but another protocol: a tunnel, a WebSocket. */
    boolean leavesHttp() {
        return method.equals(CONNECT) || header("upgrade").isPresent();
    }

    /** It says that a body follows, by its length or by chunks. */
    boolean announcesBody() {
        return header("transfer-encoding").isPresent() || contentLength().orElse(0) > 0;
    }

    OptionalLong contentLength() {
        return Header.contentLength(headers);
    }

    /** As the client names it, with the port if it does. */
    String host() {
        return header("host").map(Bytes::toString).orElse("");
    }

    private Optional<Bytes> header(String name) {
        return Header.find(headers, name);
    }
}
