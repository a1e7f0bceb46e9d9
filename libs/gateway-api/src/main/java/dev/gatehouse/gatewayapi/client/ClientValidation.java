package dev.gatehouse.gatewayapi.client;

import dev.gatehouse.gatewayapi.ObjectReference;
import dev.gatehouse.gatewayapi.yaml.Fields;
import dev.gatehouse.gatewayapi.yaml.Syntax;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The validation of client certificates.
 *
 * @param legacyOptional true if the deprecated field {@code optional} is true
 * @param authorities the CAs that certificates are verified with
 * @param spkiHashes hashes of public keys (SHA-256, base64); a certificate must have one of these keys
 * @param certificateHashes hashes of certificates (SHA-256, hexadecimal); a certificate must have one of these hashes
 * @param names a certificate must have one of these names
 * @param allowExpired whether an expired certificate is accepted
 */
public record ClientValidation(
        Mode mode,
        boolean legacyOptional,
        List<ObjectReference> authorities,
        List<String> spkiHashes,
        List<String> certificateHashes,
        List<AltName> names,
        Optional<RevocationLists> revocation,
        boolean allowExpired) {
    private static final int MAX_REFERENCES = 8;
    private static final Syntax SPKI_HASH = Syntax.of("[A-Za-z0-9+/]{43}=", 44, "a SHA-256 hash in base64");
    private static final Syntax CERTIFICATE_HASH = Syntax.of(
            "[0-9a-fA-F]{64}|[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){31}", 95, "a SHA-256 hash in hexadecimal digits");
    private static final Syntax OID = Syntax.of("[0-2](\\.[0-9]+)+", 256, "an object identifier: \"1.2.840.113549\"");

    public ClientValidation {
        authorities = List.copyOf(authorities);
        spkiHashes = List.copyOf(spkiHashes);
        certificateHashes = List.copyOf(certificateHashes);
        names = List.copyOf(names);
    }

    /** How strictly certificates are looked at. */
    public enum Mode {
        /** A client may show a certificate, of whatever kind. */
        Request(false, false),
        /** A client must show a certificate, of whatever kind. */
        RequireAny(true, false),
        /** A certificate that is shown must be valid. */
        VerifyIfGiven(false, true),
        /** A client must show a valid certificate. */
        RequireAndVerify(true, true);

        private final boolean required;
        private final boolean verified;

        Mode(boolean required, boolean verified) {
            this.required = required;
            this.verified = verified;
        }

        public boolean required() {
            return required;
        }

        public boolean verified() {
            return verified;
        }
    }

    /** The kinds of subject alternative names. */
    public enum AltNameType {
        EMAIL,
        DNS,
        URI,
        IP_ADDRESS,
        OTHER_NAME
    }

    /** @param oid the OID of an {@code OTHER_NAME}; otherwise empty */
    public record AltName(AltNameType type, String oid, StringMatch match) {
        private static List<AltName> readAll(Fields f) {
            List<AltName> names = new ArrayList<>();
            f.list("dnsNames", StringMatch::read).forEach(match -> names.add(new AltName(AltNameType.DNS, "", match)));
            f.list("emailAddresses", StringMatch::read)
                    .forEach(match -> names.add(new AltName(AltNameType.EMAIL, "", match)));
            f.list("ipAddresses", StringMatch::read)
                    .forEach(match -> names.add(new AltName(AltNameType.IP_ADDRESS, "", match)));
            f.list("uris", StringMatch::read).forEach(match -> names.add(new AltName(AltNameType.URI, "", match)));
            names.addAll(f.list(
                    "otherNames",
                    other -> new AltName(
                            AltNameType.OTHER_NAME, other.requiredString("oid", OID), StringMatch.read(other))));
            return names;
        }
    }

    /**
     * Certificate revocation lists.
     *
     * @param leafOnly whether only the client's own certificate is checked, and its issuers' certificates are not
     */
    public record RevocationLists(List<ObjectReference> references, boolean leafOnly) {
        public RevocationLists {
            references = List.copyOf(references);
        }

        static RevocationLists read(Fields f) {
            return new RevocationLists(
                    f.list("refs", 1, MAX_REFERENCES, ObjectReference::readSecret),
                    f.bool("onlyVerifyLeafCertificate").orElse(false));
        }
    }

    static ClientValidation read(Fields f) {
        boolean optional = f.bool("optional").orElse(false);
        Optional<Mode> mode = f.choice("mode", Mode.class);
        if (optional) {
            f.warn("optional", "is deprecated (expected: mode: VerifyIfGiven)");
        }
        List<ObjectReference> authorities = f.list("caCertificateRefs", 0, MAX_REFERENCES, ObjectReference::readSecret);
        if (authorities.isEmpty() && f.has("crl")) {
            f.warn("crl", "has no effect without caCertificateRefs");
        }
        return new ClientValidation(
                mode.orElse(optional ? Mode.VerifyIfGiven : Mode.RequireAndVerify),
                optional,
                authorities,
                f.strings("spkiHashes", SPKI_HASH),
                f.strings("certificateHashes", CERTIFICATE_HASH),
                f.object("subjectAltNames", AltName::readAll).orElse(List.of()),
                f.object("crl", RevocationLists::read),
                f.bool("allowExpiredCertificate").orElse(false));
    }
}
