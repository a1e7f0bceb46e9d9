package dev.gatehouse.controller;

import dev.gatehouse.controller.translate.Output;
import dev.gatehouse.events.ResourceId;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.io.ByteArrayInputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The expiry time of the certificates that proxies serve, as {@code
 * gatehouse_certificate_expiry_timestamp_seconds{secret}}. The value of a Secret ("namespace/name") is the earliest
 * expiry in its certificate chain. The metric has the {@value #MAX_SECRETS} Secrets that expire first.
 */
final class MeteredCertificates {
    private static final int MAX_SECRETS = 1000;
    private static final String PREFIX = "certificate/";

    private final MultiGauge expiry;
    private final Map<ResourceId, Instant> served = new HashMap<>();

    MeteredCertificates(MeterRegistry meters) {
        expiry = MultiGauge.builder("gatehouse.certificate.expiry.timestamp")
                .description("Until when the certificate that a Secret has is valid, in seconds of Unix time")
                .baseUnit("seconds")
                .register(meters);
    }

    /** Takes published resources; an empty value withdraws the resource. Not thread-safe. */
    void take(Map<ResourceId, Optional<Output>> resources) {
        boolean changed = false;
        for (Map.Entry<ResourceId, Optional<Output>> each : resources.entrySet()) {
            if (each.getKey().name().startsWith(PREFIX)) {
                Optional<Instant> end = each.getValue().flatMap(MeteredCertificates::end);
                end.ifPresentOrElse(at -> served.put(each.getKey(), at), () -> served.remove(each.getKey()));
                changed = true;
            }
        }
        if (changed) {
            tell();
        }
    }

    private void tell() {
        Map<String, Instant> secrets = new HashMap<>();
        served.forEach(
                (id, at) -> secrets.merge(id.name().substring(PREFIX.length()), at, (a, b) -> a.isBefore(b) ? a : b));
        expiry.register(
                secrets.entrySet().stream()
                        .sorted(Map.Entry.comparingByValue(Comparator.naturalOrder()))
                        .limit(MAX_SECRETS)
                        .map(each -> MultiGauge.Row.of(
                                Tags.of("secret", each.getKey()),
                                each.getValue().getEpochSecond()))
                        .toList(),
                true);
    }

    private static Optional<Instant> end(Output output) {
        if (!(output.message() instanceof Secret secret) || !secret.hasTlsCertificate()) {
            return Optional.empty();
        }
        byte[] chain = secret.getTlsCertificate()
                .getCertificateChain()
                .getInlineBytes()
                .toByteArray();
        try {
            return CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(chain))
                    .stream()
                    .filter(X509Certificate.class::isInstance)
                    .map(each -> ((X509Certificate) each).getNotAfter().toInstant())
                    .min(Comparator.naturalOrder());
        } catch (CertificateException e) {
            // An unreadable certificate is reported in the status of the objects that refer to the Secret.
            return Optional.empty();
        }
    }
}
