package dev.gatehouse.standalone;

import io.fabric8.kubernetes.client.Config;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** The cluster that the user's kubeconfig names, as kubectl finds it. */
final class Kubeconfig {
    private Kubeconfig() {}

    /**
     * Reads the kubeconfig.
     *
     * @param context empty: the current one
     * @throws IllegalArgumentException the client certificate in it cannot be read
     */
    static Config of(@Nullable String context) {
        Config config = Config.autoConfigure(context);
        try {
            byte[] certificate = certificate(config);
            if (certificate.length > 0) {
                // The client takes a key for one of RSA, unless it is told.
                config.setClientKeyAlgo(CertificateFactory.getInstance("X.509")
                        .generateCertificate(new ByteArrayInputStream(certificate))
                        .getPublicKey()
                        .getAlgorithm());
            }
        } catch (IOException | CertificateException e) {
            throw new IllegalArgumentException("the client certificate of the kubeconfig cannot be read: " + e, e);
        }
        return config;
    }

    private static byte[] certificate(Config config) throws IOException {
        if (config.getClientCertData() != null) {
            return Base64.getMimeDecoder().decode(config.getClientCertData());
        }
        return config.getClientCertFile() != null
                ? Files.readAllBytes(Path.of(config.getClientCertFile()))
                : new byte[0];
    }
}
