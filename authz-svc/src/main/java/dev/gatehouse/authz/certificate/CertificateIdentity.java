package dev.gatehouse.authz.certificate;

import dev.gatehouse.authz.policy.Changes;
import dev.gatehouse.authz.policy.Check;
import dev.gatehouse.authz.policy.Reason;
import dev.gatehouse.authz.policy.Verdict;
import dev.gatehouse.authz.request.HttpRequest;
import dev.gatehouse.authz.token.Claims;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Lets through who has shown a certificate that the policy allows. What it says is told filters behind this one as the claims of a token are. */
public final class CertificateIdentity implements Check {
    /** Under which filters behind this one find what a certificate says. */
    public static final String PROVIDER = "client-certificate";

    private final Settings settings;
    private final Certificates certificates;

    /** What of a certificate is the client's name. */
    public enum Identity {
        SUBJECT,
        COMMON_NAME,
        DNS_NAME,
        URI,
        EMAIL,
        FINGERPRINT
    }

    /**
     * What a policy says.
     *
     * @param optional requests without a certificate pass
     * @param allowed of which a certificate needs to match one; empty: any
     * @param header gets the client's name, in lower case
     */
    public record Settings(boolean optional, List<Match> allowed, Identity identity, Optional<String> header) {
        public Settings {
            allowed = List.copyOf(allowed);
        }
    }

    public CertificateIdentity(Settings settings, Certificates certificates) {
        this.settings = settings;
        this.certificates = certificates;
    }

    @Override
    public String kind() {
        return "client-certificate";
    }

    @Override
    public Set<String> identityHeaders() {
        return settings.header().map(Set::of).orElse(Set.of());
    }

    @Override
    public CompletionStage<Verdict> check(HttpRequest request) {
        return CompletableFuture.completedFuture(judge(request));
    }

    private Verdict judge(HttpRequest request) {
        Optional<ClientCertificate> shown = certificates.shown(request);
        if (shown.isEmpty()) {
            return settings.optional()
                    ? new Verdict.Passed("", Changes.NONE)
                    : new Verdict.Denied(Reason.CERTIFICATE_MISSING, Optional.empty(), Optional.empty());
        }
        ClientCertificate certificate = shown.get();
        Optional<String> name = name(certificate);
        if (!settings.allowed().isEmpty() && settings.allowed().stream().noneMatch(each -> each.matches(certificate))) {
            return new Verdict.Denied(Reason.CERTIFICATE_NOT_ALLOWED, Optional.empty(), name);
        }
        // Who has no name cannot be told from others.
        if (name.isEmpty()) {
            return new Verdict.Denied(Reason.CERTIFICATE_NAMELESS, Optional.empty(), Optional.empty());
        }
        return new Verdict.Passed(
                name.get(),
                new Changes(
                        settings.header()
                                .map(header -> Map.of(header, name.get()))
                                .orElse(Map.of()),
                        Set.of(),
                        List.of(),
                        List.of(),
                        Claims.NONE,
                        Map.of(PROVIDER, said(certificate, name.get()))));
    }

    /** A name that a header can have: a client must not break out of one. */
    private Optional<String> name(ClientCertificate certificate) {
        Optional<String> name = switch (settings.identity()) {
            case SUBJECT -> certificate.distinguishedName();
            case COMMON_NAME -> certificate.commonNames().stream().findFirst();
            case DNS_NAME -> certificate.dnsNames().stream().findFirst();
            case URI -> certificate.uris().stream().findFirst();
            case EMAIL -> certificate.emails().stream().findFirst();
            case FINGERPRINT -> Optional.of(certificate.fingerprint());
        };
        return name.filter(text -> !text.isEmpty() && text.chars().noneMatch(c -> c < ' ' || c == 0x7f));
    }

    private static Map<String, @Nullable Object> said(ClientCertificate certificate, String name) {
        Map<String, @Nullable Object> said = new LinkedHashMap<>();
        said.put("sub", name);
        certificate.distinguishedName().ifPresent(text -> said.put("subject", text));
        said.put("common_names", certificate.commonNames());
        said.put("dns_names", certificate.dnsNames());
        said.put("uris", certificate.uris());
        said.put("emails", certificate.emails());
        said.put("fingerprint", certificate.fingerprint());
        return said;
    }
}
