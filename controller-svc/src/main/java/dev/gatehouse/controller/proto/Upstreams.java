package dev.gatehouse.controller.proto;

import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.Http2ProtocolOptions;
import io.envoyproxy.envoy.config.endpoint.v3.Endpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;

/** Settings that clusters of backends and of callout services share. */
public final class Upstreams {
    public static final String HTTP_OPTIONS = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";

    private Upstreams() {}

    public static HttpProtocolOptions http2() {
        return HttpProtocolOptions.newBuilder()
                .setExplicitHttpConfig(HttpProtocolOptions.ExplicitHttpConfig.newBuilder()
                        .setHttp2ProtocolOptions(Http2ProtocolOptions.newBuilder()
                                .setInitialStreamWindowSize(Protos.uint32(64 * 1024))
                                .setInitialConnectionWindowSize(Protos.uint32(1024 * 1024))))
                .build();
    }

    public static LbEndpoint.Builder endpoint(Address address) {
        return LbEndpoint.newBuilder().setEndpoint(Endpoint.newBuilder().setAddress(address));
    }

    public static SubjectAltNameMatcher altName(SubjectAltNameMatcher.SanType type, String name) {
        StringMatcher.Builder matcher = StringMatcher.newBuilder();
        if (type == SubjectAltNameMatcher.SanType.DNS && name.startsWith("*.")) {
            matcher.setSuffix(name.substring(1));
        } else {
            matcher.setExact(name);
        }
        return SubjectAltNameMatcher.newBuilder()
                .setSanType(type)
                .setMatcher(matcher)
                .build();
    }
}
