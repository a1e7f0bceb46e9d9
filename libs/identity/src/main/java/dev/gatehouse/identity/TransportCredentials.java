package dev.gatehouse.identity;

import io.grpc.ChannelCredentials;
import io.grpc.TlsChannelCredentials;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.util.AdvancedTlsX509KeyManager;
import io.grpc.util.AdvancedTlsX509TrustManager;
import io.grpc.util.AdvancedTlsX509TrustManager.Verification;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLException;

/**
 * Mutual TLS for gRPC with key material that may change. New connections use the newest material, and open connections
 * stay open. Without key material every handshake fails. Thread-safe.
 */
public final class TransportCredentials {
    private final AdvancedTlsX509KeyManager keys = new AdvancedTlsX509KeyManager();
    private final AdvancedTlsX509TrustManager clientTrust;
    private final AdvancedTlsX509TrustManager serverTrust;

    public TransportCredentials() {
        try {
            // A server is trusted by its DNS name. A client is identified by the URI in its certificate, which the
            // service checks.
            clientTrust = AdvancedTlsX509TrustManager.newBuilder()
                    .setVerification(Verification.CERTIFICATE_AND_HOST_NAME_VERIFICATION)
                    .build();
            serverTrust = AdvancedTlsX509TrustManager.newBuilder()
                    .setVerification(Verification.CERTIFICATE_ONLY_VERIFICATION)
                    .build();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the JDK has no X.509 trust managers", e);
        }
    }

    /** From now on this is what connections are made with. */
    public void use(KeyMaterial material) throws GeneralSecurityException {
        X509Certificate[] authorities = material.authorities().toArray(X509Certificate[]::new);
        try {
            clientTrust.updateTrustCredentials(authorities);
            serverTrust.updateTrustCredentials(authorities);
        } catch (IOException e) {
            throw new GeneralSecurityException("ca.crt cannot be used", e);
        }
        keys.updateIdentityCredentials(material.chain().toArray(X509Certificate[]::new), material.key());
    }

    /** Credentials for channels to other services. */
    public ChannelCredentials client() {
        return TlsChannelCredentials.newBuilder()
                .keyManager(keys)
                .trustManager(clientTrust)
                .build();
    }

    /** The TLS of a server that asks every client for a certificate. */
    public SslContext server() {
        try {
            return GrpcSslContexts.configure(SslContextBuilder.forServer(keys), SslProvider.JDK)
                    .trustManager(serverTrust)
                    .clientAuth(ClientAuth.REQUIRE)
                    .protocols("TLSv1.3", "TLSv1.2")
                    .build();
        } catch (SSLException e) {
            throw new IllegalStateException("the JDK has no TLS for a gRPC server", e);
        }
    }
}
