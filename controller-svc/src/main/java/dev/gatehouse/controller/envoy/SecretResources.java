package dev.gatehouse.controller.envoy;

import com.google.protobuf.ByteString;
import dev.gatehouse.controller.client.ClientTrust;
import dev.gatehouse.controller.gateway.PemText;
import dev.gatehouse.gatewayapi.Bytes;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.ObjectRef;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.GenericSecret;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsCertificate;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Makes SDS resources. */
public final class SecretResources {
    /** The CAs that the proxy's system trusts. */
    public static final String SYSTEM = "system_ca_certificates";

    private static final String SYSTEM_BUNDLE = "/etc/ssl/certs/ca-certificates.crt";

    private SecretResources() {}

    /** The resource's name for the certificate in a Secret. */
    public static String certificateName(ObjectKey secret) {
        return "certificate/" + secret;
    }

    /** The resource's name for the CAs that a BackendTLSPolicy or Backend refers to. */
    public static String authoritiesName(ObjectRef owner) {
        return "ca/" + owner.kind().toLowerCase(Locale.ROOT) + "/" + owner.key();
    }

    /** The resource's name for the CAs that sign the certificates of a port's clients. */
    public static String frontendName(ObjectKey gateway, int port) {
        return "ca/gateway/" + gateway + "/" + port;
    }

    /** The resource's name for what a ClientTrafficPolicy verifies the certificates of clients with. */
    public static String clientName(ObjectKey policy) {
        return "ca/clienttrafficpolicy/" + policy;
    }

    public static Secret certificate(ObjectKey key, Bytes chain, Bytes privateKey) {
        return Secret.newBuilder()
                .setName(certificateName(key))
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

    /** What the ClientTrafficPolicy {@code policy} verifies the certificates of clients with. */
    public static Secret clientTrust(ObjectKey policy, ClientTrust trust) {
        CertificateValidationContext.Builder context =
                CertificateValidationContext.newBuilder().setTrustedCa(pem(trust.authorities()));
        if (!trust.revocations().isEmpty()) {
            context.setCrl(pem(trust.revocations())).setOnlyVerifyLeafCertCrl(trust.leafOnly());
        }
        return Secret.newBuilder()
                .setName(clientName(policy))
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

    /** {@code value}, under {@code name}. */
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
