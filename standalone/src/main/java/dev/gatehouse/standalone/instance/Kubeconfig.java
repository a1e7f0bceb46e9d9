package dev.gatehouse.standalone.instance;

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
final class Kubeconfig {
    private Kubeconfig() {}

    /**
     * Reads the kubeconfig.
     *
     * @param context null: the current one
     * @param file null: those of KUBECONFIG, or ~/.kube/config, or the service account of a pod
     * @throws IllegalArgumentException it has no such context, or it or the client certificate in it cannot be read
     */
    static Config of(@Nullable String context, @Nullable Path file) {
        Config config = file == null ? Config.autoConfigure(context) : read(context, file);
        if (file == null && context == null && config.getCurrentContext() == null && !inPod()) {
            throw new IllegalArgumentException("no kubeconfig names a cluster: "
                    + Config.getKubeconfigFilenames() + " (expected: a file there with a current context; KUBECONFIG or"
                    + " --kubeconfig names another file, --context a context of it)");
        }
        // For a missing context the client would use the current one, which may be another cluster.
        if (context != null
                && (config.getCurrentContext() == null
                        || !context.equals(config.getCurrentContext().getName()))) {
            throw new IllegalArgumentException("the kubeconfig has no context \"" + context + "\" (expected: one of "
                    + config.getContexts().stream().map(NamedContext::getName).toList() + ")");
        }
        try {
            byte[] certificate = certificate(config);
            if (certificate.length > 0) {
                // The client assumes an RSA key unless the algorithm is set.
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

    /** Whether this process has the service account of a pod. */
    private static boolean inPod() {
        return System.getenv("KUBERNETES_SERVICE_HOST") != null;
    }

    private static Config read(@Nullable String context, Path file) {
        if (!Files.isReadable(file)) {
            throw new IllegalArgumentException(
                    "--kubeconfig " + file + " is not there, or may not be read (expected: a" + " kubeconfig file)");
        }
        try {
            return Config.fromKubeconfig(context, file.toFile());
        } catch (RuntimeException e) {
            throw new IllegalArgumentException("--kubeconfig " + file + " is no kubeconfig: " + e.getMessage(), e);
        }
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
