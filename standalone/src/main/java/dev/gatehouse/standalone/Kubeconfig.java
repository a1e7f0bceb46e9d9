package dev.gatehouse.standalone;

import io.fabric8.kubernetes.api.model.NamedContext;
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
public final class Kubeconfig {
    private Kubeconfig() {}

    /**
     * Reads the kubeconfig.
     *
     * @param context empty: the current one
     * @throws IllegalArgumentException it has no such context, or the client certificate in it cannot be read
     */
    public static Config of(@Nullable String context) {
        Config config = Config.autoConfigure(context);
        // The client takes the current context for one that is not there, which is another cluster.
        if (context != null
                && (config.getCurrentContext() == null
                        || !context.equals(config.getCurrentContext().getName()))) {
            throw new IllegalArgumentException("the kubeconfig has no context \"" + context + "\" (expected: one of "
                    + config.getContexts().stream().map(NamedContext::getName).toList() + ")");
        }
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
