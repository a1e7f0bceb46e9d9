package dev.gatehouse.gatewayapi.client;

import dev.gatehouse.gatewayapi.yaml.Fields;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The headers of requests and responses.
 *
 * @param envoyHeaders whether the proxies add headers {@code x-envoy-*}
 * @param rateLimitHeaders whether responses to limited requests tell the remaining quota
 * @param early changes of requests, before all other filters
 * @param late changes of responses, after all other filters
 * @param stripTrailingHostDot whether the host "example.com." is changed to "example.com"
 */
public record HeaderSettings(
        boolean envoyHeaders,
        boolean rateLimitHeaders,
        Optional<ForwardedCertificate> forwardedCertificate,
        Underscores underscores,
        RequestId requestId,
        Optional<HeaderEdits> early,
        Optional<HeaderEdits> late,
        boolean stripTrailingHostDot) {
    static final HeaderSettings NONE = new HeaderSettings(
            false,
            true,
            Optional.empty(),
            Underscores.RejectRequest,
            RequestId.DEFAULT,
            Optional.empty(),
            Optional.empty(),
            false);

    /** What becomes of requests with a header whose name has an underscore. */
    public enum Underscores {
        Allow,
        RejectRequest,
        DropHeader
    }

    /** What becomes of X-Request-ID. */
    public enum RequestIdAction {
        PreserveOrGenerate,
        Preserve,
        Generate,
        Disable
    }

    /**
     * @param action empty: Envoy's default, which generates an id
     * @param legacy true if the deprecated field {@code preserveXRequestID} is set
     */
    public record RequestId(Optional<RequestIdAction> action, boolean legacy) {
        static final RequestId DEFAULT = new RequestId(Optional.empty(), false);

        static RequestId read(Fields f) {
            Optional<Boolean> preserve = f.bool("preserveXRequestID");
            Optional<RequestIdAction> action = f.choice("requestID", RequestIdAction.class);
            preserve.ifPresent(_ -> f.warn("preserveXRequestID", "is deprecated (expected: requestID)"));
            if (preserve.isPresent() && action.isPresent()) {
                f.wrong("preserveXRequestID", "is set beside requestID (expected: requestID only)");
            }
            return new RequestId(
                    action.or(() -> preserve.filter(each -> each).map(_ -> RequestIdAction.PreserveOrGenerate)),
                    preserve.isPresent());
        }
    }

    /** What becomes of X-Forwarded-Client-Cert. */
    public enum ForwardMode {
        Sanitize,
        ForwardOnly,
        AppendForward,
        SanitizeSet,
        AlwaysForwardOnly
    }

    /** The parts of the client's certificate that are forwarded in addition to its hash. */
    public enum CertificateDetail {
        Subject,
        Cert,
        Chain,
        DNS,
        URI
    }

    /** X-Forwarded-Client-Cert. */
    public record ForwardedCertificate(ForwardMode mode, Set<CertificateDetail> details) {
        public ForwardedCertificate {
            details = Set.copyOf(details);
        }

        static ForwardedCertificate read(Fields f) {
            ForwardMode mode = f.choice("mode", ForwardMode.class).orElse(ForwardMode.Sanitize);
            List<CertificateDetail> details = f.choices("certDetailsToAdd", CertificateDetail.class);
            boolean adds = mode == ForwardMode.AppendForward || mode == ForwardMode.SanitizeSet;
            if (!details.isEmpty() && !adds) {
                f.warn(
                        "certDetailsToAdd",
                        "has no effect with mode " + mode + " (expected: AppendForward or SanitizeSet)");
            }
            return new ForwardedCertificate(mode, adds ? new TreeSet<>(details) : Set.of());
        }
    }

    static HeaderSettings read(Fields f) {
        return new HeaderSettings(
                f.bool("enableEnvoyHeaders").orElse(false),
                !f.bool("disableRateLimitHeaders").orElse(false),
                f.object("xForwardedClientCert", ForwardedCertificate::read),
                f.choice("withUnderscoresAction", Underscores.class).orElse(Underscores.RejectRequest),
                RequestId.read(f),
                f.object("earlyRequestHeaders", HeaderEdits::read),
                f.object("lateResponseHeaders", HeaderEdits::read),
                f.object("host", host -> host.bool("stripTrailingHostDot").orElse(false))
                        .orElse(false));
    }
}
