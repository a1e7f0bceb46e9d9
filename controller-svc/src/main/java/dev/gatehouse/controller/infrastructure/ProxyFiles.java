package dev.gatehouse.controller.infrastructure;

/**
 * The files from which a proxy reads its own certificate and its trusted CAs, as SDS resources on its disk. They can
 * change while the proxy runs (Envoy's {@code path_config_source}). The proxy needs them to reach xds-svc.
 */
public final class ProxyFiles {
    /** The folder of the files in the container. */
    static final String FOLDER = "/sds";

    /** The name of the certificate's file in the ConfigMap. */
    static final String CERTIFICATE_FILE = "xds-certificate.json";

    static final String TRUSTED_CA_FILE = "xds-trusted-ca.json";

    /** The name of the secret with the proxy's certificate and key. */
    public static final String CERTIFICATE = "xds_certificate";

    public static final String CERTIFICATE_PATH = FOLDER + "/" + CERTIFICATE_FILE;

    /** The name of the secret with the CAs that the proxy trusts. */
    public static final String TRUSTED_CA = "xds_trusted_ca";

    public static final String TRUSTED_CA_PATH = FOLDER + "/" + TRUSTED_CA_FILE;

    private ProxyFiles() {}
}
