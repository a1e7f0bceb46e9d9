package dev.gatehouse.seclang;

import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.bytes.BytesBuilder;
import dev.gatehouse.seclang.transform.UrlCodec;

/** The request line and the values derived from it. */
final class Request {
    private static final Bytes SCHEME_END = Bytes.latin1("://");

    static final Request NONE = new Request(Bytes.EMPTY, Bytes.EMPTY, Bytes.EMPTY);

    private final Bytes method;
    private final Bytes rawUri;
    private final Bytes protocol;
    private final Bytes uri;
    private final Bytes path;
    private final Bytes query;

    /** @param rawUri the URI of the request line: a path with a query, or a whole URI */
    Request(Bytes method, Bytes rawUri, Bytes protocol) {
        this.method = method;
        this.rawUri = rawUri;
        this.protocol = protocol;
        this.uri = withoutAuthority(rawUri);
        int fragment = uri.indexOf('#', 0);
        Bytes whole = fragment < 0 ? uri : uri.slice(0, fragment);
        int mark = whole.indexOf('?', 0);
        this.path = UrlCodec.decodePath(mark < 0 ? whole : whole.slice(0, mark));
        this.query = mark < 0 ? Bytes.EMPTY : whole.slice(mark + 1);
    }

    /** RFC 9112, section 3.2.2: after the scheme comes a host, which ends where a path, a query or a fragment begins. */
    private static Bytes withoutAuthority(Bytes rawUri) {
        int scheme = rawUri.indexOf(SCHEME_END);
        if (scheme < 0 || rawUri.indexOf('/', 0) != scheme + 1 || firstOf("?#", rawUri, 0) < scheme) {
            return rawUri;
        }
        int end = firstOf("/?#", rawUri, scheme + SCHEME_END.length());
        boolean hasPath = end < rawUri.length() && rawUri.at(end) == '/';
        Bytes rest = rawUri.slice(end);
        return hasPath
                ? rest
                : new BytesBuilder(rest.length() + 1).append('/').append(rest).build();
    }

    /** The place of the first of these characters; the length without one. */
    private static int firstOf(String characters, Bytes text, int from) {
        int at = from;
        while (at < text.length() && characters.indexOf(text.at(at)) < 0) {
            at++;
        }
        return at;
    }

    Bytes method() {
        return method;
    }

    Bytes rawUri() {
        return rawUri;
    }

    Bytes protocol() {
        return protocol;
    }

    /** The URI without scheme and host. */
    Bytes uri() {
        return uri;
    }

    /** The decoded path. */
    Bytes path() {
        return path;
    }

    /** The part of the path after the last slash or backslash. */
    Bytes basename() {
        int slash = Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\'));
        return path.slice(slash + 1);
    }

    /** Whether a percent sign is not followed by two hexadecimal digits. */
    boolean isBadlyEncoded() {
        return UrlCodec.isBadlyEncoded(uri);
    }

    /** The query as sent. */
    Bytes query() {
        return query;
    }

    Bytes line() {
        return new BytesBuilder(method.length() + rawUri.length() + protocol.length() + 2)
                .append(method)
                .append(' ')
                .append(rawUri)
                .append(' ')
                .append(protocol)
                .build();
    }
}
