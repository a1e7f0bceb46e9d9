package dev.gatehouse.controller.envoy;

import com.google.protobuf.BoolValue;
import dev.gatehouse.controller.client.ClientPolicy;
import dev.gatehouse.controller.gateway.FleetMembers;
import dev.gatehouse.controller.gateway.ListenerState;
import dev.gatehouse.controller.proto.Protos;
import dev.gatehouse.controller.proto.TextMatchers;
import dev.gatehouse.gatewayapi.Gateway;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.client.ClientTls;
import dev.gatehouse.gatewayapi.client.ClientTls.Version;
import dev.gatehouse.gatewayapi.client.ClientValidation;
import dev.gatehouse.gatewayapi.client.ClientValidation.AltName;
import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import io.envoyproxy.envoy.extensions.transport_sockets.quic.v3.QuicDownstreamTransport;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext.TrustChainVerification;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext.CombinedCertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsParameters;
import java.util.List;
import java.util.Optional;

/** Makes the TLS settings of a listener that terminates TLS: certificates, versions, and the validation of client certificates. */
final class DownstreamTls {
    private static final String TLS_SOCKET = "envoy.transport_sockets.tls";
    private static final String QUIC_SOCKET = "envoy.transport_sockets.quic";

    private DownstreamTls() {}

    /**
     * Makes the transport socket of a filter chain.
     *
     * @param alpn the protocols that are offered if no policy sets them
     * @param secrets tells which secrets come from SDS servers beside the proxy
     */
    static TransportSocket socket(
            FleetMembers fleet,
            ListenerState listener,
            ClientPolicy client,
            List<String> alpn,
            SecretName.Sources secrets) {
        Optional<List<String>> own = client.settings().tls().flatMap(ClientTls::alpn);
        DownstreamTlsContext.Builder context = context(listener, client, own.orElse(alpn), secrets);
        validation(fleet, listener, client).ifPresent(validation -> validation.applyTo(context, secrets));
        return TransportSocket.newBuilder()
                .setName(TLS_SOCKET)
                .setTypedConfig(Protos.any(context.build()))
                .build();
    }

    /** Makes the transport socket of QUIC, with which Envoy cannot request client certificates. */
    static TransportSocket quic(ListenerState listener, ClientPolicy client, SecretName.Sources secrets) {
        return TransportSocket.newBuilder()
                .setName(QUIC_SOCKET)
                .setTypedConfig(Protos.any(QuicDownstreamTransport.newBuilder()
                        .setDownstreamTlsContext(context(listener, client, List.of("h3"), secrets))
                        .build()))
                .build();
    }

    /** Makes Envoy's message from {@code tls} alone, in order to check it. */
    static DownstreamTlsContext sample(ClientTls tls) {
        DownstreamTlsContext.Builder context = DownstreamTlsContext.newBuilder()
                .setCommonTlsContext(CommonTlsContext.newBuilder().setTlsParams(parameters(Optional.of(tls))));
        tls.validation()
                .ifPresent(validation ->
                        context.getCommonTlsContextBuilder().setValidationContext(checks(validation, false)));
        return context.build();
    }

    private static DownstreamTlsContext.Builder context(
            ListenerState listener, ClientPolicy client, List<String> alpn, SecretName.Sources secrets) {
        Optional<ClientTls> tls = client.settings().tls();
        CommonTlsContext.Builder common =
                CommonTlsContext.newBuilder().setTlsParams(parameters(tls)).addAllAlpnProtocols(alpn);
        for (ObjectKey certificate : listener.certificates()) {
            common.addTlsCertificateSdsSecretConfigs(
                    SecretResources.reference(new SecretName.Certificate(certificate), secrets));
        }
        DownstreamTlsContext.Builder context = DownstreamTlsContext.newBuilder().setCommonTlsContext(common);
        // Sessions are resumed only if a policy enables it, as in Envoy Gateway.
        context.setDisableStatefulSessionResumption(
                !tls.map(ClientTls::statefulResumption).orElse(false));
        if (!tls.map(ClientTls::statelessResumption).orElse(false)) {
            context.setDisableStatelessSessionResumption(true);
        }
        return context;
    }

    private static TlsParameters parameters(Optional<ClientTls> tls) {
        TlsParameters.Builder parameters =
                TlsParameters.newBuilder().setTlsMinimumProtocolVersion(TlsParameters.TlsProtocol.TLSv1_2);
        tls.ifPresent(each -> parameters
                .setTlsMinimumProtocolVersion(version(each.minVersion()))
                .setTlsMaximumProtocolVersion(version(each.maxVersion()))
                .addAllCipherSuites(each.ciphers())
                .addAllEcdhCurves(each.curves())
                .addAllSignatureAlgorithms(each.signatureAlgorithms()));
        return parameters.build();
    }

    private static TlsParameters.TlsProtocol version(Version version) {
        return switch (version) {
            case AUTO -> TlsParameters.TlsProtocol.TLS_AUTO;
            case V1_0 -> TlsParameters.TlsProtocol.TLSv1_0;
            case V1_1 -> TlsParameters.TlsProtocol.TLSv1_1;
            case V1_2 -> TlsParameters.TlsProtocol.TLSv1_2;
            case V1_3 -> TlsParameters.TlsProtocol.TLSv1_3;
        };
    }

    /**
     * The validation of client certificates.
     *
     * @param trust the name of the secret with the CAs; empty: no CA is needed
     */
    private record Validation(boolean required, CertificateValidationContext checks, Optional<SecretName> trust) {
        void applyTo(DownstreamTlsContext.Builder context, SecretName.Sources secrets) {
            context.setRequireClientCertificate(BoolValue.of(required));
            CommonTlsContext.Builder common = context.getCommonTlsContextBuilder();
            trust.ifPresentOrElse(
                    name -> common.setCombinedValidationContext(CombinedCertificateValidationContext.newBuilder()
                            .setDefaultValidationContext(checks)
                            .setValidationContextSdsSecretConfig(SecretResources.reference(name, secrets))),
                    () -> common.setValidationContext(checks));
        }
    }

    /** The validation of the policy; without one, the validation in the Gateway's {@code spec.tls.frontend}. */
    private static Optional<Validation> validation(FleetMembers fleet, ListenerState listener, ClientPolicy client) {
        return client.validation()
                .map(own -> new Validation(
                        own.mode().required(),
                        checks(own, client.trusted()),
                        client.trusted() ? client.owner().map(SecretName.Clients::new) : Optional.empty()))
                .or(() -> frontend(fleet, listener));
    }

    private static Optional<Validation> frontend(FleetMembers fleet, ListenerState listener) {
        int port = listener.spec().port();
        ObjectKey gateway = listener.key().gateway();
        return fleet.frontendValidation(listener).map(validation -> {
            boolean insecure = validation.mode() == Gateway.ValidationMode.AllowInsecureFallback;
            CertificateValidationContext.Builder checks = CertificateValidationContext.newBuilder();
            if (insecure) {
                checks.setTrustChainVerification(TrustChainVerification.ACCEPT_UNTRUSTED);
            }
            return new Validation(!insecure, checks.build(), Optional.of(new SecretName.Frontend(gateway, port)));
        });
    }

    private static CertificateValidationContext checks(ClientValidation validation, boolean trusted) {
        CertificateValidationContext.Builder checks = CertificateValidationContext.newBuilder()
                .addAllVerifyCertificateSpki(validation.spkiHashes())
                .addAllVerifyCertificateHash(validation.certificateHashes());
        if (!validation.mode().verified()) {
            checks.setTrustChainVerification(TrustChainVerification.ACCEPT_UNTRUSTED);
        }
        if (trusted && validation.allowExpired()) {
            // Without a CA Envoy does not check the expiry, and refuses a configuration with this field.
            checks.setAllowExpiredCertificate(true);
        }
        for (AltName name : validation.names()) {
            checks.addMatchTypedSubjectAltNames(SubjectAltNameMatcher.newBuilder()
                    .setSanType(
                            switch (name.type()) {
                                case EMAIL -> SubjectAltNameMatcher.SanType.EMAIL;
                                case DNS -> SubjectAltNameMatcher.SanType.DNS;
                                case URI -> SubjectAltNameMatcher.SanType.URI;
                                case IP_ADDRESS -> SubjectAltNameMatcher.SanType.IP_ADDRESS;
                                case OTHER_NAME -> SubjectAltNameMatcher.SanType.OTHER_NAME;
                            })
                    .setOid(name.oid())
                    .setMatcher(TextMatchers.of(name.match())));
        }
        return checks.build();
    }
}
