package dev.gatehouse.gatewayapi;

import dev.gatehouse.gatewayapi.yaml.Fields;
import dev.gatehouse.gatewayapi.yaml.Syntax;
import java.util.List;
import java.util.Optional;

/**
 * A Backend's own settings of TLS to its endpoints.
 *
 * @param caCertificateRefs objects in its namespace with the trusted CAs
 * @param systemCertificates whether the system's CAs are trusted
 * @param insecureSkipVerify true if endpoints' certificates are not verified
 * @param sni the SNI name for endpoints; absent: the host of each request, unless {@code endpointNames}
 * @param endpointNames true if each endpoint's own name is its SNI name
 * @param connection wins over the EnvoyProxy's, field by field
 */
public record BackendTlsSettings(
        List<ObjectReference> caCertificateRefs,
        boolean systemCertificates,
        boolean insecureSkipVerify,
        Optional<String> sni,
        boolean endpointNames,
        EnvoyProxySpec.BackendTls connection) {
    private static final String SYSTEM = "System";

    public BackendTlsSettings {
        caCertificateRefs = List.copyOf(caCertificateRefs);
    }

    /** True if it sets the CAs for verifying endpoints' certificates. */
    public boolean hasAuthorities() {
        return systemCertificates || !caCertificateRefs.isEmpty();
    }

    static BackendTlsSettings read(Fields f) {
        Optional<String> wellKnown = f.string("wellKnownCACertificates");
        wellKnown
                .filter(name -> !name.equals(SYSTEM))
                .ifPresent(name ->
                        f.wrong("wellKnownCACertificates", "\"" + name + "\" is not known (expected: " + SYSTEM + ")"));
        return new BackendTlsSettings(
                f.list("caCertificateRefs", 0, 8, ObjectReference::readLocal),
                wellKnown.isPresent(),
                f.bool("insecureSkipVerify").orElse(false),
                f.string("sni", Syntax.PRECISE_HOSTNAME),
                f.bool("autoSNIFromEndpointHostname").orElse(false),
                EnvoyProxySpec.BackendTls.read(f));
    }
}
