package dev.gatehouse.controller.envoy;

/**
 * The files by which a proxy gets its own certificate and whom it believes: SDS resources that it reads from its disk, so that
 * they can change while it runs (Envoy's {@code path_config_source}). Without them it could not reach xds-svc.
 */
public final class ProxyFiles {
    /** The name of the secret with the proxy's certificate and key. */
    public static final String CERTIFICATE = "xds_certificate";

    public static final String CERTIFICATE_PATH = "/sds/xds-certificate.json";

    /** The name of the secret with the authorities that the proxy believes. */
    public static final String TRUSTED_CA = "xds_trusted_ca";

    public static final String TRUSTED_CA_PATH = "/sds/xds-trusted-ca.json";

    private ProxyFiles() {}
}
