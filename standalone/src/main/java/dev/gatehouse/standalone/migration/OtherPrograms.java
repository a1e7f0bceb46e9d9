package dev.gatehouse.standalone.migration;

import dev.gatehouse.standalone.imports.Report;
import dev.gatehouse.standalone.imports.Setting;
import java.util.List;
import java.util.Set;

/** Tells of annotations of an Ingress that programs beside ingress-nginx read: what they do ends with the Ingress. */
final class OtherPrograms {
    /** Annotations with which cert-manager makes a Certificate for an Ingress. */
    private static final Set<String> ISSUERS =
            Set.of("cert-manager.io/cluster-issuer", "cert-manager.io/issuer", "kubernetes.io/tls-acme");

    private static final String CERT_MANAGER = "cert-manager.io/";
    private static final String EXTERNAL_DNS = "external-dns.alpha.kubernetes.io/";

    private OtherPrograms() {}

    static void tell(IngressSource ingress, Report report) {
        List<String> secrets = ingress.tls().stream()
                .flatMap(tls -> tls.secret().stream())
                .distinct()
                .toList();
        boolean issued = ingress.annotations().ofOthers().stream().anyMatch(OtherPrograms::names);
        for (Setting setting : ingress.annotations().ofOthers()) {
            String name = Annotations.shortName(setting);
            if (names(setting) && !secrets.isEmpty()) {
                report.differs(
                        setting,
                        "cert-manager removes the Certificate for " + secrets
                                + " with the Ingress, and nobody renews the Secret then: write a Certificate of your own"
                                + " (docs/migration.md has one)");
            } else if (issued && (name.startsWith(CERT_MANAGER) || name.startsWith("acme." + CERT_MANAGER))) {
                report.differs(setting, "a field of that Certificate");
            } else if (name.startsWith(EXTERNAL_DNS)) {
                report.differs(
                        setting,
                        "external-dns reads hostnames of HTTPRoutes (--source=gateway-httproute), other annotations of theirs"
                                + " and, for targets, of their Gateway: copy it there");
            }
        }
    }

    private static boolean names(Setting setting) {
        return ISSUERS.contains(Annotations.shortName(setting));
    }
}
