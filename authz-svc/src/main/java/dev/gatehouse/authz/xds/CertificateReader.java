package dev.gatehouse.authz.xds;

import dev.gatehouse.api.authz.v1.BoundTokens;
import dev.gatehouse.api.authz.v1.ClientCertificates;
import dev.gatehouse.authz.certificate.CertificateIdentity;
import dev.gatehouse.authz.certificate.Certificates;
import dev.gatehouse.authz.certificate.Match;
import dev.gatehouse.authz.introspection.Binding;
import dev.gatehouse.authz.introspection.Proofs;
import dev.gatehouse.authz.policy.HeaderName;
import dev.gatehouse.authz.policy.InvalidPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.security.auth.x500.X500Principal;

/** Reads who is known by a certificate, and how tokens must be bound. Messages name the field. */
final class CertificateReader {
    private static final Pattern FINGERPRINT = Pattern.compile("[0-9a-f]{64}");

    private CertificateReader() {}

    static Certificates certificates(ClientCertificates message) throws InvalidPolicy {
        return new Certificates(matches(message.getTrustedProxiesList(), "client_certificates.trusted_proxies"));
    }

    static CertificateIdentity identity(ClientCertificates message, Certificates certificates) throws InvalidPolicy {
        CertificateIdentity.Identity identity = switch (message.getIdentity()) {
            case SUBJECT -> CertificateIdentity.Identity.SUBJECT;
            case COMMON_NAME -> CertificateIdentity.Identity.COMMON_NAME;
            case DNS_NAME -> CertificateIdentity.Identity.DNS_NAME;
            case URI -> CertificateIdentity.Identity.URI;
            case EMAIL -> CertificateIdentity.Identity.EMAIL;
            case FINGERPRINT -> CertificateIdentity.Identity.FINGERPRINT;
            case UNRECOGNIZED ->
                throw new InvalidPolicy(
                        "client_certificates.identity",
                        Integer.toString(message.getIdentityValue()),
                        "one that is known here");
        };
        return new CertificateIdentity(
                new CertificateIdentity.Settings(
                        message.getOptional(),
                        matches(message.getAllowedList(), "client_certificates.allowed"),
                        identity,
                        HeaderName.optional(message.getHeader(), "client_certificates.header")),
                certificates);
    }

    /** @param message its default where the policy does not say */
    static Binding binding(BoundTokens message, Certificates certificates, Proofs proofs) throws InvalidPolicy {
        Binding.Required required = switch (message.getRequired()) {
            case NOTHING -> Binding.Required.NOTHING;
            case ANY -> Binding.Required.ANY;
            case CERTIFICATE -> Binding.Required.CERTIFICATE;
            case KEY -> Binding.Required.KEY;
            case UNRECOGNIZED ->
                throw new InvalidPolicy(
                        "bound_tokens.required",
                        Integer.toString(message.getRequiredValue()),
                        "one that is known here");
        };
        Optional<Duration> nonce = message.hasNonceLifetime()
                ? Optional.of(OidcReader.duration(message.getNonceLifetime(), "bound_tokens.nonce_lifetime"))
                : Optional.empty();
        if (nonce.filter(Duration::isZero).isPresent()) {
            throw new InvalidPolicy("bound_tokens.nonce_lifetime", "0s", "more");
        }
        return new Binding(new Binding.Settings(required, nonce), certificates, proofs);
    }

    private static List<Match> matches(List<ClientCertificates.Match> messages, String field) throws InvalidPolicy {
        List<Match> matches = new ArrayList<>();
        for (ClientCertificates.Match each : messages) {
            String place = field + "[" + matches.size() + "]";
            List<X500Principal> subjects = new ArrayList<>();
            for (String subject : each.getSubjectsList()) {
                try {
                    subjects.add(new X500Principal(subject));
                } catch (IllegalArgumentException e) {
                    throw new InvalidPolicy(place + ".subjects", "\"" + subject + "\"", "a distinguished name");
                }
            }
            for (String fingerprint : each.getFingerprintsList()) {
                if (!FINGERPRINT.matcher(fingerprint).matches()) {
                    throw new InvalidPolicy(
                            place + ".fingerprints", "\"" + fingerprint + "\"", "64 hexadecimal digits in lower case");
                }
            }
            try {
                matches.add(new Match(
                        subjects,
                        each.getCommonNamesList(),
                        each.getDnsNamesList(),
                        each.getUrisList(),
                        each.getEmailsList(),
                        each.getFingerprintsList()));
            } catch (IllegalArgumentException e) {
                throw new InvalidPolicy(place, "no name", "at least one: it would match every certificate");
            }
        }
        return matches;
    }
}
