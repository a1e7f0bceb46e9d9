package dev.gatehouse.controller.infrastructure;

/**
 * The files by which a proxy gets its own certificate and whom it believes: SDS resources that it reads from its disk, so that
 * they can change while it runs (Envoy's {@code path_config_source}). Without them it could not reach xds-svc.
 */
public final class ProxyFiles {
    /** Where the container has them. */
    static final String FOLDER = "/sds";

    /** As the ConfigMap names them. */
    static final String CERTIFICATE_FILE = "xds-certificate.json";

    static final String TRUSTED_CA_FILE = "xds-trusted-ca.json";

    /** The name of the secret with the proxy's certificate and key. */
    public static final String CERTIFICATE = "xds_certificate";

    public static final String CERTIFICATE_PATH = FOLDER + "/" + CERTIFICATE_FILE;

    /** The name of the secret with the authorities that the proxy believes. */
    public static final String TRUSTED_CA = "xds_trusted_ca";

    public static final String TRUSTED_CA_PATH = FOLDER + "/" + TRUSTED_CA_FILE;

    private ProxyFiles() {}
}
