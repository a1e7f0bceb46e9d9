package dev.gatehouse.controller.envoy;

import dev.gatehouse.controller.backend.ClusterSpec;
import dev.gatehouse.controller.proto.Protos;
import dev.gatehouse.controller.proto.Upstreams;
import dev.gatehouse.gatewayapi.BackendTlsPolicy;
import dev.gatehouse.gatewayapi.EnvoyProxySpec;
import dev.gatehouse.gatewayapi.EnvoyProxySpec.BackendTls;
import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsParameters;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import java.util.List;
import java.util.Optional;

/** Makes TLS to backends. */
final class UpstreamTls {
    private static final String HTTP2 = "h2";

    private UpstreamTls() {}

    /**
     * Makes the transport socket to endpoints.
     *
     * @param fleet the settings of the fleet's EnvoyProxy, which the backend's settings override
     * @param secrets tells which secrets come from SDS servers beside the proxy
     */
    static TransportSocket socket(
            ClusterSpec.Tls tls, ClusterSpec.Protocol protocol, BackendTls fleet, SecretName.Sources secrets) {
        BackendTls settings = tls.connection().over(fleet);
        CommonTlsContext.Builder common = CommonTlsContext.newBuilder();
        UpstreamTlsContext.Builder context = UpstreamTlsContext.newBuilder();
        authorities(tls.trust())
                .ifPresent(authorities -> common.setCombinedValidationContext(
                        CommonTlsContext.CombinedCertificateValidationContext.newBuilder()
                                .setDefaultValidationContext(expected(tls))
                                .setValidationContextSdsSecretConfig(SecretResources.reference(authorities, secrets))));
        common.addAllAlpnProtocols(
                settings.alpn().orElse(protocol == ClusterSpec.Protocol.HTTP2 ? List.of(HTTP2) : List.of()));
        common.setTlsParams(parameters(settings));
        tls.clientCertificate()
                .ifPresent(secret -> common.addTlsCertificateSdsSecretConfigs(
                        SecretResources.reference(new SecretName.Certificate(secret), secrets)));
        switch (tls.sni()) {
            case ClusterSpec.Sni.Fixed fixed -> context.setSni(fixed.hostname());
            case ClusterSpec.Sni.OfEndpoint _ -> context.setAutoHostSni(true);
            // The cluster sets the SNI, for all of its endpoints.
            case ClusterSpec.Sni.OfRequest _ -> {}
        }
        boolean byName = tls.subjectAltNames().isEmpty() && !(tls.sni() instanceof ClusterSpec.Sni.Fixed);
        context.setAutoSniSanValidation(byName && !(tls.trust() instanceof ClusterSpec.Trust.Anything));
        return TransportSocket.newBuilder()
                .setName("envoy.transport_sockets.tls")
                .setTypedConfig(Protos.any(context.setCommonTlsContext(common).build()))
                .build();
    }

    /** True if the TLS handshake selects HTTP/1.1 or HTTP/2: the backend sets no protocol, and all endpoints are offered both. */
    static boolean negotiates(ClusterSpec spec, BackendTls fleet) {
        return spec.protocol() == ClusterSpec.Protocol.HTTP1
                && spec.transports().stream()
                        .allMatch(transport -> transport
                                .flatMap(tls -> tls.connection().over(fleet).alpn())
                                .filter(offered -> offered.contains(HTTP2))
                                .isPresent());
    }

    private static Optional<SecretName> authorities(ClusterSpec.Trust trust) {
        return switch (trust) {
            case ClusterSpec.Trust.System _ -> Optional.of(new SecretName.System());
            case ClusterSpec.Trust.Authorities own -> Optional.of(new SecretName.Authorities(own.owner()));
            case ClusterSpec.Trust.Anything _ -> Optional.empty();
        };
    }

    private static CertificateValidationContext expected(ClusterSpec.Tls tls) {
        CertificateValidationContext.Builder expected = CertificateValidationContext.newBuilder();
        if (tls.subjectAltNames().isEmpty() && tls.sni() instanceof ClusterSpec.Sni.Fixed fixed) {
            expected.addMatchTypedSubjectAltNames(
                    Upstreams.altName(SubjectAltNameMatcher.SanType.DNS, fixed.hostname()));
        }
        for (BackendTlsPolicy.SubjectAltName name : tls.subjectAltNames()) {
            expected.addMatchTypedSubjectAltNames(
                    switch (name.type()) {
                        case Hostname -> Upstreams.altName(SubjectAltNameMatcher.SanType.DNS, name.value());
                        case URI -> Upstreams.altName(SubjectAltNameMatcher.SanType.URI, name.value());
                    });
        }
        return expected.build();
    }

    /** TLS versions and ciphers. The default is TLS 1.2 and 1.3, whereas Envoy's own default for clients is 1.2 only. */
    private static TlsParameters parameters(BackendTls settings) {
        boolean old = settings.maxVersion()
                .filter(most -> most == EnvoyProxySpec.TlsVersion.V1_0 || most == EnvoyProxySpec.TlsVersion.V1_1)
                .isPresent();
        return TlsParameters.newBuilder()
                .setTlsMinimumProtocolVersion(version(settings.minVersion()
                        .orElse(old ? settings.maxVersion().get() : EnvoyProxySpec.TlsVersion.V1_2)))
                .setTlsMaximumProtocolVersion(version(settings.maxVersion().orElse(EnvoyProxySpec.TlsVersion.V1_3)))
                .addAllCipherSuites(settings.ciphers())
                .addAllEcdhCurves(settings.ecdhCurves())
                .addAllSignatureAlgorithms(settings.signatureAlgorithms())
                .build();
    }

    private static TlsParameters.TlsProtocol version(EnvoyProxySpec.TlsVersion version) {
        return switch (version) {
            case Auto -> TlsParameters.TlsProtocol.TLS_AUTO;
            case V1_0 -> TlsParameters.TlsProtocol.TLSv1_0;
            case V1_1 -> TlsParameters.TlsProtocol.TLSv1_1;
            case V1_2 -> TlsParameters.TlsProtocol.TLSv1_2;
            case V1_3 -> TlsParameters.TlsProtocol.TLSv1_3;
        };
    }
}
