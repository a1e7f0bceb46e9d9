package dev.gatehouse.gatewayapi.client;

import dev.gatehouse.gatewayapi.yaml.Fields;
import dev.gatehouse.gatewayapi.yaml.Syntax;
import java.util.Optional;

/**
 * The settings of a ClientTrafficPolicy, without its targets.
 *
 * @param clientIp the source of a request's client address; empty: the connection's address
 * @param http3 whether HTTP/3 is offered beside HTTP/1 and HTTP/2 on listeners that terminate TLS
 * @param grpcWeb whether gRPC-Web is translated to gRPC; empty: not specified
 * @param healthCheckPath the path that the proxy itself answers; empty: no path
 * @param matchBackendScheme true: a forwarded request has the backend's scheme; false: the client's
 */
public record ClientSettings(
        Optional<TcpKeepalive> tcpKeepalive,
        ProxyProtocol proxyProtocol,
        Optional<ClientIp> clientIp,
        Optional<ClientTls> tls,
        PathSettings path,
        HeaderSettings headers,
        ClientTimeouts timeouts,
        ClientConnection connection,
        Http1Settings http1,
        Http2Settings http2,
        boolean http3,
        Optional<Boolean> grpcWeb,
        Optional<String> healthCheckPath,
        boolean matchBackendScheme) {
    /** No policy: the defaults of Gatehouse. */
    public static final ClientSettings NONE = new ClientSettings(
            Optional.empty(),
            ProxyProtocol.NONE,
            Optional.empty(),
            Optional.empty(),
            PathSettings.NONE,
            HeaderSettings.NONE,
            ClientTimeouts.NONE,
            ClientConnection.NONE,
            Http1Settings.NONE,
            Http2Settings.NONE,
            false,
            Optional.empty(),
            Optional.empty(),
            false);

    private static final Syntax REQUEST_PATH =
            Syntax.of("(?s).+", 1024, "a path, at most 1024 characters, as requests have it");

    /** How the {@code :scheme} of a forwarded request is set. */
    private enum Scheme {
        Preserve,
        MatchBackend
    }

    /** How the PROXY protocol's header is treated. */
    public enum ProxyHeader {
        /** Connections do not begin with one. */
        NONE,
        /** Connections that do not begin with one are closed. */
        REQUIRED,
        /** Connections may begin with one. */
        OPTIONAL
    }

    /** @param legacy true if the deprecated field {@code enableProxyProtocol} is set */
    public record ProxyProtocol(ProxyHeader header, boolean legacy) {
        static final ProxyProtocol NONE = new ProxyProtocol(ProxyHeader.NONE, false);

        static ProxyProtocol read(Fields f) {
            Optional<Boolean> legacy = f.bool("enableProxyProtocol");
            legacy.ifPresent(_ -> f.warn("enableProxyProtocol", "is deprecated (expected: proxyProtocol)"));
            ProxyHeader header = f.object(
                            "proxyProtocol",
                            p -> p.bool("optional").orElse(false) ? ProxyHeader.OPTIONAL : ProxyHeader.REQUIRED)
                    .orElse(legacy.orElse(false) ? ProxyHeader.REQUIRED : ProxyHeader.NONE);
            return new ProxyProtocol(header, legacy.isPresent());
        }
    }

    /** What becomes of escaped slashes in a path: {@code %2F}, {@code %5C}. */
    public enum EscapedSlashes {
        KeepUnchanged,
        RejectRequest,
        UnescapeAndForward,
        UnescapeAndRedirect
    }

    /** @param mergeSlashes whether adjacent slashes of a path are merged */
    public record PathSettings(EscapedSlashes escapedSlashes, boolean mergeSlashes) {
        static final PathSettings NONE = new PathSettings(EscapedSlashes.UnescapeAndRedirect, true);

        static PathSettings read(Fields f) {
            return new PathSettings(
                    f.choice("escapedSlashesAction", EscapedSlashes.class).orElse(EscapedSlashes.UnescapeAndRedirect),
                    !f.bool("disableMergeSlashes").orElse(false));
        }
    }

    /** Whether HTTP/3, which is always TLS 1.3, goes beyond the highest version of TLS. */
    public boolean http3BeyondTls() {
        return http3
                && tls.map(ClientTls::maxVersion)
                        .filter(version -> version != ClientTls.Version.AUTO && version != ClientTls.Version.V1_3)
                        .isPresent();
    }

    /** Reads the settings among the fields of a policy's {@code spec}. */
    public static ClientSettings read(Fields f) {
        Optional<ClientTls> tls = f.object("tls", ClientTls::read);
        boolean http3 = f.object("http3", _ -> true).orElse(false);
        return new ClientSettings(
                f.object("tcpKeepalive", TcpKeepalive::read),
                ProxyProtocol.read(f),
                f.object("clientIPDetection", ClientIp::read).flatMap(each -> each),
                tls,
                f.object("path", PathSettings::read).orElse(PathSettings.NONE),
                f.object("headers", HeaderSettings::read).orElse(HeaderSettings.NONE),
                f.object("timeout", ClientTimeouts::read).orElse(ClientTimeouts.NONE),
                f.object("connection", ClientConnection::read).orElse(ClientConnection.NONE),
                f.object("http1", Http1Settings::read).orElse(Http1Settings.NONE),
                f.object("http2", Http2Settings::read).orElse(Http2Settings.NONE),
                http3,
                f.object("grpc", grpc -> grpc.bool("enableWeb")).flatMap(each -> each),
                f.object("healthCheck", check -> check.requiredString("path", REQUEST_PATH)),
                f.choice("scheme", Scheme.class).orElse(Scheme.Preserve) == Scheme.MatchBackend);
    }
}
