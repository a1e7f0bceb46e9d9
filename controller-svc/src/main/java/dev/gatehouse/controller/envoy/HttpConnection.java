package dev.gatehouse.controller.envoy;

import com.google.protobuf.BoolValue;
import com.google.protobuf.UInt32Value;
import dev.gatehouse.controller.client.ClientPolicy;
import dev.gatehouse.controller.proto.HeaderMutations;
import dev.gatehouse.controller.proto.Protos;
import dev.gatehouse.controller.proto.TextMatchers;
import dev.gatehouse.gatewayapi.client.ClientConnection;
import dev.gatehouse.gatewayapi.client.ClientIp;
import dev.gatehouse.gatewayapi.client.ClientSettings;
import dev.gatehouse.gatewayapi.client.ClientSettings.EscapedSlashes;
import dev.gatehouse.gatewayapi.client.ClientTimeouts;
import dev.gatehouse.gatewayapi.client.HeaderSettings;
import dev.gatehouse.gatewayapi.client.HeaderSettings.ForwardedCertificate;
import dev.gatehouse.gatewayapi.client.HeaderSettings.RequestIdAction;
import dev.gatehouse.gatewayapi.client.HeaderSettings.Underscores;
import dev.gatehouse.gatewayapi.client.Http1Settings;
import dev.gatehouse.gatewayapi.client.Http1Settings.Http10;
import dev.gatehouse.gatewayapi.client.Http2Settings;
import io.envoyproxy.envoy.config.core.v3.CidrRange;
import io.envoyproxy.envoy.config.core.v3.Http1ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.Http2ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.HttpProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.KeepaliveSettings;
import io.envoyproxy.envoy.config.core.v3.SchemeHeaderTransformation;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.ForwardClientCertDetails;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.PathWithEscapedSlashesAction;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.SetCurrentClientCertDetails;
import io.envoyproxy.envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation;
import io.envoyproxy.envoy.extensions.http.header_formatters.preserve_case.v3.PreserveCaseFormatterConfig;
import io.envoyproxy.envoy.extensions.http.original_ip_detection.custom_header.v3.CustomHeaderConfig;
import io.envoyproxy.envoy.extensions.http.original_ip_detection.xff.v3.XffConfig;
import io.envoyproxy.envoy.extensions.http.original_ip_detection.xff.v3.XffTrustedCidrs;
import io.envoyproxy.envoy.type.v3.HttpStatus;
import io.envoyproxy.envoy.type.v3.Percent;
import io.envoyproxy.envoy.type.v3.StatusCode;

/** Makes the client settings of an HTTP connection manager, from a policy or by default. */
final class HttpConnection {
    private static final long MAX_STREAMS = 100;
    private static final long STREAM_WINDOW = 64 * 1024L;
    private static final long CONNECTION_WINDOW = 1024 * 1024L;

    private HttpConnection() {}

    /** A connection manager without routes and filters. */
    static HttpConnectionManager.Builder manager(ClientPolicy client) {
        ClientSettings settings = client.settings();
        HttpConnectionManager.Builder manager = HttpConnectionManager.newBuilder()
                .setCodecType(HttpConnectionManager.CodecType.AUTO)
                .setUseRemoteAddress(BoolValue.of(true))
                .setNormalizePath(BoolValue.of(true))
                .setMergeSlashes(settings.path().mergeSlashes())
                .setPathWithEscapedSlashesAction(escapedSlashes(settings.path().escapedSlashes()))
                .setServerHeaderTransformation(HttpConnectionManager.ServerHeaderTransformation.PASS_THROUGH)
                .setCommonHttpProtocolOptions(common(settings))
                .setHttp2ProtocolOptions(http2(settings.http2()))
                .setStripTrailingHostDot(settings.headers().stripTrailingHostDot());
        http1(manager, client);
        settings.clientIp().ifPresent(clientIp -> clientIp(manager, clientIp));
        headers(manager, settings.headers());
        timeouts(manager, settings.timeouts().http());
        if (settings.connection().limit().duration().isPresent()) {
            manager.setHttp1SafeMaxConnectionDuration(settings.http1().safeMaxDuration());
        }
        if (settings.matchBackendScheme()) {
            manager.setSchemeHeaderTransformation(
                    SchemeHeaderTransformation.newBuilder().setMatchUpstream(true));
        }
        return manager;
    }

    private static PathWithEscapedSlashesAction escapedSlashes(EscapedSlashes action) {
        return switch (action) {
            case KeepUnchanged -> PathWithEscapedSlashesAction.KEEP_UNCHANGED;
            case RejectRequest -> PathWithEscapedSlashesAction.REJECT_REQUEST;
            case UnescapeAndForward -> PathWithEscapedSlashesAction.UNESCAPE_AND_FORWARD;
            case UnescapeAndRedirect -> PathWithEscapedSlashesAction.UNESCAPE_AND_REDIRECT;
        };
    }

    private static HttpProtocolOptions common(ClientSettings settings) {
        HttpProtocolOptions.Builder common = HttpProtocolOptions.newBuilder()
                .setHeadersWithUnderscoresAction(underscores(settings.headers().underscores()));
        ClientConnection.Limit limit = settings.connection().limit();
        settings.timeouts().http().idle().ifPresent(timeout -> common.setIdleTimeout(Protos.duration(timeout)));
        limit.duration().ifPresent(duration -> common.setMaxConnectionDuration(Protos.duration(duration)));
        limit.requests().ifPresent(max -> common.setMaxRequestsPerConnection(uint32(max)));
        limit.stream().ifPresent(duration -> common.setMaxStreamDuration(Protos.duration(duration)));
        return common.build();
    }

    private static HttpProtocolOptions.HeadersWithUnderscoresAction underscores(Underscores action) {
        return switch (action) {
            case Allow -> HttpProtocolOptions.HeadersWithUnderscoresAction.ALLOW;
            case RejectRequest -> HttpProtocolOptions.HeadersWithUnderscoresAction.REJECT_REQUEST;
            case DropHeader -> HttpProtocolOptions.HeadersWithUnderscoresAction.DROP_HEADER;
        };
    }

    private static void http1(HttpConnectionManager.Builder manager, ClientPolicy client) {
        Http1Settings settings = client.settings().http1();
        Http1ProtocolOptions.Builder http1 = Http1ProtocolOptions.newBuilder()
                .setEnableTrailers(settings.trailers())
                .setAcceptHttp10(settings.http10() != Http10.REFUSED)
                .setDefaultHostForHttp10(client.defaultHost().orElse(""));
        if (settings.preserveHeaderCase()) {
            http1.setHeaderKeyFormat(Http1ProtocolOptions.HeaderKeyFormat.newBuilder()
                    .setStatefulFormatter(
                            Protos.extension("preserve_case", PreserveCaseFormatterConfig.getDefaultInstance())));
        }
        settings.ignoredUpgrades().forEach(match -> http1.addIgnoreHttp11Upgrade(TextMatchers.of(match)));
        Http1ProtocolOptions options = http1.build();
        if (!options.equals(Http1ProtocolOptions.getDefaultInstance())) {
            manager.setHttpProtocolOptions(options);
        }
    }

    private static Http2ProtocolOptions http2(Http2Settings settings) {
        Http2ProtocolOptions.Builder http2 = Http2ProtocolOptions.newBuilder()
                .setMaxConcurrentStreams(uint32(settings.maxConcurrentStreams().orElse(MAX_STREAMS)))
                .setInitialStreamWindowSize(uint32(settings.streamWindow().orElse(STREAM_WINDOW)))
                .setInitialConnectionWindowSize(
                        uint32(settings.connectionWindow().orElse(CONNECTION_WINDOW)));
        settings.resetStreamOnError()
                .ifPresent(reset -> http2.setOverrideStreamErrorOnInvalidHttpMessage(BoolValue.of(reset)));
        settings.keepalive().ifPresent(keepalive -> {
            KeepaliveSettings.Builder pings = http2.getConnectionKeepaliveBuilder();
            keepalive.interval().ifPresent(interval -> pings.setInterval(Protos.duration(interval)));
            keepalive.timeout().ifPresent(timeout -> pings.setTimeout(Protos.duration(timeout)));
            keepalive
                    .jitter()
                    .ifPresent(percent ->
                            pings.setIntervalJitter(Percent.newBuilder().setValue(percent)));
            keepalive.idleInterval().ifPresent(idle -> pings.setConnectionIdleInterval(Protos.duration(idle)));
        });
        return http2.build();
    }

    /** Envoy accepts either an extension that detects the client's address or the built-in detection, not both. */
    private static void clientIp(HttpConnectionManager.Builder manager, ClientIp clientIp) {
        switch (clientIp) {
            case ClientIp.TrustedHops hops -> {
                // Envoy counts the hops before the last one (envoyproxy/envoy issue 34241).
                xff(
                        manager,
                        XffConfig.newBuilder()
                                .setXffNumTrustedHops((int) Math.max(hops.hops() - 1, 0))
                                .setSkipXffAppend(BoolValue.of(!hops.append())));
            }
            case ClientIp.TrustedNetworks networks -> {
                XffTrustedCidrs.Builder cidrs = XffTrustedCidrs.newBuilder();
                networks.networks()
                        .forEach(network -> cidrs.addCidrs(CidrRange.newBuilder()
                                .setAddressPrefix(network.address())
                                .setPrefixLen(Protos.uint32(network.prefix()))));
                xff(
                        manager,
                        XffConfig.newBuilder()
                                .setXffTrustedCidrs(cidrs)
                                .setSkipXffAppend(BoolValue.of(!networks.append())));
            }
            case ClientIp.Header header -> {
                CustomHeaderConfig.Builder config = CustomHeaderConfig.newBuilder()
                        .setHeaderName(header.name())
                        .setAllowExtensionToSetAddressAsTrusted(true);
                if (header.failClosed()) {
                    config.setRejectWithStatus(HttpStatus.newBuilder().setCode(StatusCode.Forbidden));
                }
                manager.setUseRemoteAddress(BoolValue.of(false))
                        .addOriginalIpDetectionExtensions(Protos.extension(
                                "envoy.extensions.http.original_ip_detection.custom_header", config.build()));
            }
            case ClientIp.Connection _ -> {
                // The client's address is detected as without a policy.
            }
        }
    }

    private static void xff(HttpConnectionManager.Builder manager, XffConfig.Builder config) {
        manager.setUseRemoteAddress(BoolValue.of(false))
                .addOriginalIpDetectionExtensions(
                        Protos.extension("envoy.extensions.http.original_ip_detection.xff", config.build()));
    }

    private static void headers(HttpConnectionManager.Builder manager, HeaderSettings headers) {
        headers.forwardedCertificate().ifPresent(forwarded -> forwardedCertificate(manager, forwarded));
        headers.requestId().action().ifPresent(action -> requestId(manager, action));
        headers.early()
                .ifPresent(edits -> manager.addEarlyHeaderMutationExtensions(Protos.extension(
                        "envoy.http.early_header_mutation.header_mutation",
                        HeaderMutation.newBuilder()
                                .addAllMutations(HeaderMutations.of(edits))
                                .build())));
    }

    private static void forwardedCertificate(HttpConnectionManager.Builder manager, ForwardedCertificate forwarded) {
        manager.setForwardClientCertDetails(
                switch (forwarded.mode()) {
                    case Sanitize -> ForwardClientCertDetails.SANITIZE;
                    case ForwardOnly -> ForwardClientCertDetails.FORWARD_ONLY;
                    case AppendForward -> ForwardClientCertDetails.APPEND_FORWARD;
                    case SanitizeSet -> ForwardClientCertDetails.SANITIZE_SET;
                    case AlwaysForwardOnly -> ForwardClientCertDetails.ALWAYS_FORWARD_ONLY;
                });
        if (!forwarded.details().isEmpty()) {
            SetCurrentClientCertDetails.Builder details = manager.getSetCurrentClientCertDetailsBuilder();
            forwarded.details().forEach(detail -> {
                switch (detail) {
                    case Subject -> details.setSubject(BoolValue.of(true));
                    case Cert -> details.setCert(true);
                    case Chain -> details.setChain(true);
                    case DNS -> details.setDns(true);
                    case URI -> details.setUri(true);
                }
            });
        }
    }

    private static void requestId(HttpConnectionManager.Builder manager, RequestIdAction action) {
        boolean generate = action == RequestIdAction.PreserveOrGenerate || action == RequestIdAction.Generate;
        boolean preserve = action == RequestIdAction.PreserveOrGenerate || action == RequestIdAction.Preserve;
        manager.setGenerateRequestId(BoolValue.of(generate)).setPreserveExternalRequestId(preserve);
    }

    private static void timeouts(HttpConnectionManager.Builder manager, ClientTimeouts.Http timeouts) {
        timeouts.request().ifPresent(timeout -> manager.setRequestTimeout(Protos.duration(timeout)));
        timeouts.requestHeaders().ifPresent(timeout -> manager.setRequestHeadersTimeout(Protos.duration(timeout)));
        timeouts.streamIdle().ifPresent(timeout -> manager.setStreamIdleTimeout(Protos.duration(timeout)));
    }

    private static UInt32Value uint32(long value) {
        return UInt32Value.of((int) value);
    }
}
