package dev.gatehouse.gatewayapi;

import dev.gatehouse.gatewayapi.yaml.Fields;
import dev.gatehouse.gatewayapi.yaml.Syntax;
import java.util.List;
import java.util.Optional;

/**
 * What a Backend itself says of TLS to its endpoints.
 *
 * @param caCertificateRefs objects of its namespace with the CAs that are trusted
 * @param systemCertificates the CAs of the system are trusted
 * @param insecureSkipVerify certificates of endpoints are not verified
 * @param sni the name that endpoints are called by; absent: the host of each request, unless {@code endpointNames}
 * @param endpointNames each endpoint is called by its own name
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

    /** True if it says what endpoints' certificates are verified with. */
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
