package dev.gatehouse.controller.envoy.cluster;

import com.google.protobuf.Message;
import dev.gatehouse.controller.backend.ClusterSpec;
import dev.gatehouse.controller.backend.InjectedCredential;
import dev.gatehouse.controller.proto.Protos;
import io.envoyproxy.envoy.extensions.filters.http.credential_injector.v3.CredentialInjector;
import io.envoyproxy.envoy.extensions.filters.http.upstream_codec.v3.UpstreamCodec;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import io.envoyproxy.envoy.extensions.http.injected_credentials.generic.v3.Generic;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig;
import java.util.ArrayList;
import java.util.List;

/** The filters that requests pass on their way to a cluster's endpoints, after an endpoint is selected. */
public final class UpstreamFilters {
    private UpstreamFilters() {}

    /** The SDS resource with the credential of a Secret. */
    public static String credentialName(InjectedCredential credential) {
        return "credential/" + credential.secret();
    }

    /** The filters of a cluster; an empty list if Envoy's default filters suffice. */
    static List<HttpFilter> of(ClusterSpec spec) {
        List<HttpFilter> filters = new ArrayList<>();
        spec.settings().admission().map(Admission::filter).ifPresent(filters::add);
        for (int i = 0; i < spec.credentials().size(); i++) {
            filters.add(filter(
                    "envoy.filters.http.credential_injector/" + i,
                    injector(spec.credentials().get(i))));
        }
        if (!filters.isEmpty()) {
            filters.add(filter("envoy.filters.http.upstream_codec", UpstreamCodec.getDefaultInstance()));
        }
        return filters;
    }

    /** Adds the credential to requests. While the proxy does not have the credential yet, requests are answered with 401. */
    private static CredentialInjector injector(InjectedCredential credential) {
        Generic generic = Generic.newBuilder()
                .setCredential(SdsSecretConfig.newBuilder()
                        .setName(credentialName(credential))
                        .setSdsConfig(Protos.ADS))
                .setHeader(credential.header())
                .build();
        return CredentialInjector.newBuilder()
                .setOverwrite(credential.overwrite())
                .setCredential(Protos.extension("envoy.http.injected_credentials.generic", generic))
                .build();
    }

    private static HttpFilter filter(String name, Message config) {
        return HttpFilter.newBuilder()
                .setName(name)
                .setTypedConfig(Protos.any(config))
                .build();
    }
}
