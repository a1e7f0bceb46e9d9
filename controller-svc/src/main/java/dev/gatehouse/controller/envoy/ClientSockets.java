package dev.gatehouse.controller.envoy;

import com.google.protobuf.BoolValue;
import com.google.protobuf.UInt32Value;
import com.google.protobuf.UInt64Value;
import dev.gatehouse.controller.client.ClientPolicy;
import dev.gatehouse.controller.envoy.filter.ChainContext;
import dev.gatehouse.controller.proto.Protos;
import dev.gatehouse.gatewayapi.client.ClientConnection;
import dev.gatehouse.gatewayapi.client.ClientSettings;
import dev.gatehouse.gatewayapi.client.ClientSettings.ProxyHeader;
import dev.gatehouse.gatewayapi.client.TcpKeepalive;
import io.envoyproxy.envoy.config.core.v3.SocketOption;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.listener.v3.ListenerFilter;
import io.envoyproxy.envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol;
import io.envoyproxy.envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector;
import io.envoyproxy.envoy.extensions.filters.network.connection_limit.v3.ConnectionLimit;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Applies client policies to sockets and new connections, before any byte is read. A port has one socket. If its
 * listeners have several policies, the first policy with socket settings is used, in the order of the listeners.
 */
final class ClientSockets {
    /** Numbers of Linux socket options, from socket(7) and tcp(7). */
    private static final int SOL_SOCKET = 1;

    private static final int SO_SNDBUF = 7;
    private static final int SO_RCVBUF = 8;
    private static final int SO_KEEPALIVE = 9;
    private static final int IPPROTO_TCP = 6;
    private static final int TCP_KEEPIDLE = 4;
    private static final int TCP_KEEPINTVL = 5;
    private static final int TCP_KEEPCNT = 6;

    /** One, so that a burst of connections is spread over the proxy's workers. */
    private static final long ACCEPTED_AT_ONCE = 1;

    private ClientSockets() {}

    /**
     * Applies the socket settings to a TCP listener.
     *
     * @param clients the client policies of the port's listeners, in the listeners' order
     * @param inspect true if the SNI of a connection selects its filter chain
     */
    static void configure(Listener.Builder listener, List<ClientPolicy> clients, boolean inspect) {
        List<ClientSettings> settings =
                clients.stream().map(ClientPolicy::settings).toList();
        listener.setPerConnectionBufferLimitBytes(
                first(settings, each -> each.connection().bufferLimit())
                        .map(bytes -> UInt32Value.of(bytes.intValue()))
                        .orElse(Protos.uint32(ChainContext.CONNECTION_BUFFER_BYTES)));
        long accepted = first(settings, each -> each.connection().maxAcceptPerSocketEvent())
                .orElse(ACCEPTED_AT_ONCE);
        if (accepted > 0) {
            listener.setMaxConnectionsToAcceptPerSocketEvent(UInt32Value.of((int) accepted));
        }
        first(settings, each -> each.timeouts().tcp().inspection())
                .ifPresent(timeout -> listener.setListenerFiltersTimeout(Protos.duration(timeout)));
        first(settings, ClientSettings::tcpKeepalive).ifPresent(keepalive -> keepalive(listener, keepalive));
        first(settings, each -> each.connection().socketBufferLimit()).ifPresent(bytes -> {
            listener.addSocketOptions(option("bytes to be sent", SOL_SOCKET, SO_SNDBUF, bytes));
            listener.addSocketOptions(option("bytes received", SOL_SOCKET, SO_RCVBUF, bytes));
        });
        proxyProtocol(settings).ifPresent(listener::addListenerFilters);
        if (inspect) {
            listener.addListenerFilters(tlsInspector(settings));
        }
    }

    private static <T> Optional<T> first(List<ClientSettings> settings, Function<ClientSettings, Optional<T>> setting) {
        return settings.stream().map(setting).flatMap(Optional::stream).findFirst();
    }

    private static void keepalive(Listener.Builder listener, TcpKeepalive keepalive) {
        listener.addSocketOptions(option("keepalive", SOL_SOCKET, SO_KEEPALIVE, 1));
        keepalive
                .probes()
                .ifPresent(probes ->
                        listener.addSocketOptions(option("keepalive probes", IPPROTO_TCP, TCP_KEEPCNT, probes)));
        keepalive
                .idleTime()
                .map(Duration::toSeconds)
                .ifPresent(seconds ->
                        listener.addSocketOptions(option("keepalive idle time", IPPROTO_TCP, TCP_KEEPIDLE, seconds)));
        keepalive
                .interval()
                .map(Duration::toSeconds)
                .ifPresent(seconds ->
                        listener.addSocketOptions(option("keepalive interval", IPPROTO_TCP, TCP_KEEPINTVL, seconds)));
    }

    private static SocketOption option(String description, int level, int name, long value) {
        return SocketOption.newBuilder()
                .setDescription(description)
                .setLevel(level)
                .setName(name)
                .setIntValue(value)
                .setState(SocketOption.SocketState.STATE_PREBIND)
                .build();
    }

    /** Connections without the PROXY header are accepted only if every policy that requires the header permits this. */
    private static Optional<ListenerFilter> proxyProtocol(List<ClientSettings> settings) {
        List<ProxyHeader> headers = settings.stream()
                .map(each -> each.proxyProtocol().header())
                .filter(header -> header != ProxyHeader.NONE)
                .toList();
        if (headers.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(ListenerFilter.newBuilder()
                .setName("envoy.filters.listener.proxy_protocol")
                .setTypedConfig(Protos.any(ProxyProtocol.newBuilder()
                        .setAllowRequestsWithoutProxyProtocol(!headers.contains(ProxyHeader.REQUIRED))
                        .build()))
                .build());
    }

    private static ListenerFilter tlsInspector(List<ClientSettings> settings) {
        TlsInspector.Builder inspector = TlsInspector.newBuilder();
        settings.stream()
                .flatMap(each -> each.tls().stream())
                .flatMap(tls -> tls.fingerprints().stream())
                .distinct()
                .forEach(fingerprint -> {
                    switch (fingerprint) {
                        case JA3 -> inspector.setEnableJa3Fingerprinting(BoolValue.of(true));
                        case JA4 -> inspector.setEnableJa4Fingerprinting(BoolValue.of(true));
                    }
                });
        return ListenerFilter.newBuilder()
                .setName("envoy.filters.listener.tls_inspector")
                .setTypedConfig(Protos.any(inspector.build()))
                .build();
    }

    /** Applies the settings of a filter chain's connections: the time limit of the TLS handshake, and the connection limit. */
    static void configure(FilterChain.Builder chain, ClientSettings settings) {
        settings.timeouts()
                .tcp()
                .handshake()
                .ifPresent(timeout -> chain.setTransportSocketConnectTimeout(Protos.duration(timeout)));
        connectionLimit(chain.getName(), settings.connection().limit()).ifPresent(limit -> {
            List<Filter> filters = Stream.concat(Stream.of(limit), chain.getFiltersList().stream())
                    .toList();
            chain.clearFilters().addAllFilters(filters);
        });
    }

    private static Optional<Filter> connectionLimit(String chain, ClientConnection.Limit limit) {
        return limit.connections().map(connections -> {
            ConnectionLimit.Builder config = ConnectionLimit.newBuilder()
                    .setStatPrefix(chain.replace('/', '-'))
                    .setMaxConnections(UInt64Value.of(connections));
            limit.closeDelay().ifPresent(delay -> config.setDelay(Protos.duration(delay)));
            return Filter.newBuilder()
                    .setName("envoy.filters.network.connection_limit")
                    .setTypedConfig(Protos.any(config.build()))
                    .build();
        });
    }
}
