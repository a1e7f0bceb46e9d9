package dev.gatehouse.controller.envoy;

import com.google.protobuf.ByteString;
import dev.gatehouse.controller.client.ClientTrust;
import dev.gatehouse.controller.gateway.PemText;
import dev.gatehouse.controller.proto.Protos;
import dev.gatehouse.controller.proto.Upstreams;
import dev.gatehouse.gatewayapi.Bytes;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.SecretDiscovery;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.ApiConfigSource;
import io.envoyproxy.envoy.config.core.v3.ApiVersion;
import io.envoyproxy.envoy.config.core.v3.ConfigSource;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.core.v3.GrpcService;
import io.envoyproxy.envoy.config.core.v3.Http2ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.Pipe;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.GenericSecret;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsCertificate;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** Makes SDS resources. */
public final class SecretResources {
    /** The CAs that the proxy's system trusts. */
    public static final String SYSTEM = "system_ca_certificates";

    private static final String SYSTEM_BUNDLE = "/etc/ssl/certs/ca-certificates.crt";

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

    private SecretResources() {}

    /** Makes the reference to a secret: to the SDS server beside the proxy if it has the secret, otherwise to the resource of xds-svc. */
    static SdsSecretConfig reference(SecretName name, SecretName.Sources sources) {
        SdsSecretConfig.Builder config = SdsSecretConfig.newBuilder();
        sources.of(name)
                .ifPresentOrElse(
                        server -> config.setName(server.secret()).setSdsConfig(from(server)),
                        () -> config.setName(name.resource()).setSdsConfig(Protos.ADS));
        return config.build();
    }

    private static ConfigSource from(SecretDiscovery server) {
        return ConfigSource.newBuilder()
                .setResourceApiVersion(ApiVersion.V3)
                .setApiConfigSource(ApiConfigSource.newBuilder()
                        .setApiType(ApiConfigSource.ApiType.GRPC)
                        .setTransportApiVersion(ApiVersion.V3)
                        .addGrpcServices(GrpcService.newBuilder()
                                .setEnvoyGrpc(GrpcService.EnvoyGrpc.newBuilder().setClusterName(serverName(server)))))
                .build();
    }

    private static String serverName(SecretDiscovery server) {
        return "sds/" + server.socket();
    }

    /** The cluster by which proxies reach an SDS server. */
    public static Cluster server(SecretDiscovery server) {
        Address address = Address.newBuilder()
                .setPipe(Pipe.newBuilder().setPath(server.socket()))
                .build();
        return Cluster.newBuilder()
                .setName(serverName(server))
                .setType(Cluster.DiscoveryType.STATIC)
                .setConnectTimeout(Protos.duration(CONNECT_TIMEOUT))
                .setLoadAssignment(ClusterLoadAssignment.newBuilder()
                        .setClusterName(serverName(server))
                        .addEndpoints(LocalityLbEndpoints.newBuilder().addLbEndpoints(Upstreams.endpoint(address))))
                .putTypedExtensionProtocolOptions(
                        Upstreams.HTTP_OPTIONS,
                        Protos.any(HttpProtocolOptions.newBuilder()
                                .setExplicitHttpConfig(HttpProtocolOptions.ExplicitHttpConfig.newBuilder()
                                        .setHttp2ProtocolOptions(Http2ProtocolOptions.getDefaultInstance()))
                                .build()))
                .build();
    }

    public static Secret certificate(ObjectKey key, Bytes chain, Bytes privateKey) {
        return Secret.newBuilder()
                .setName(new SecretName.Certificate(key).resource())
                .setTlsCertificate(TlsCertificate.newBuilder()
                        .setCertificateChain(pem(text(chain)))
                        .setPrivateKey(pem(text(privateKey))))
                .build();
    }

    /** The CAs in {@code pem}, under {@code name}. */
    public static Secret authorities(String name, String pem) {
        return Secret.newBuilder()
                .setName(name)
                .setValidationContext(CertificateValidationContext.newBuilder().setTrustedCa(pem(pem)))
                .build();
    }

    /** The CAs and revocation lists with which the ClientTrafficPolicy {@code policy} verifies client certificates. */
    public static Secret clientTrust(ObjectKey policy, ClientTrust trust) {
        CertificateValidationContext.Builder context =
                CertificateValidationContext.newBuilder().setTrustedCa(pem(trust.authorities()));
        if (!trust.revocations().isEmpty()) {
            context.setCrl(pem(trust.revocations())).setOnlyVerifyLeafCertCrl(trust.leafOnly());
        }
        return Secret.newBuilder()
                .setName(new SecretName.Clients(policy).resource())
                .setValidationContext(context)
                .build();
    }

    public static Secret systemAuthorities() {
        return Secret.newBuilder()
                .setName(SYSTEM)
                .setValidationContext(CertificateValidationContext.newBuilder()
                        .setTrustedCa(DataSource.newBuilder().setFilename(SYSTEM_BUNDLE)))
                .build();
    }

    /** A generic secret with {@code value}, under {@code name}. */
    public static Secret credential(String name, String value) {
        return Secret.newBuilder()
                .setName(name)
                .setGenericSecret(GenericSecret.newBuilder()
                        .setSecret(DataSource.newBuilder().setInlineString(value)))
                .build();
    }

    private static String text(Bytes bytes) {
        return new String(bytes.toByteArray(), StandardCharsets.UTF_8);
    }

    private static DataSource pem(String pem) {
        return DataSource.newBuilder()
                .setInlineBytes(ByteString.copyFromUtf8(PemText.canonical(pem)))
                .build();
    }
}
