package dev.gatehouse.controller.backend;

import dev.gatehouse.controller.backend.BackendResolver.TlsVerdict;
import dev.gatehouse.controller.backend.ClusterSpec.Sni;
import dev.gatehouse.controller.backend.ClusterSpec.Tls;
import dev.gatehouse.controller.backend.ClusterSpec.Trust;
import dev.gatehouse.gatewayapi.BackendTlsSettings;
import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.ObjectRef;
import dev.gatehouse.gatewayapi.ObjectReference;
import java.util.List;
import java.util.Optional;

/**
 * The TLS settings in a Backend's own {@code spec.tls}, merged with a BackendTLSPolicy. Names and authorities of the
 * policy win. The client certificate and the handshake parameters are always the Backend's. Certificates are verified
 * if a policy exists, even if the Backend has {@code insecureSkipVerify}.
 */
final class BackendOwnTls {
    private final ObjectKey backend;
    private final BackendTlsSettings settings;
    private final BackendResolver.World world;

    BackendOwnTls(ObjectKey backend, BackendTlsSettings settings, BackendResolver.World world) {
        this.backend = backend;
        this.settings = settings;
        this.world = world;
    }

    /** The TLS verdict on an endpoint for which BackendTLSPolicies give the verdict {@code policy}. */
    TlsVerdict with(TlsVerdict policy) {
        return switch (policy) {
            case TlsVerdict.Broken broken -> broken;
            case TlsVerdict.Wanted wanted ->
                certificateProblem()
                        .<TlsVerdict>map(this::broken)
                        .orElseGet(() -> new TlsVerdict.Wanted(wanted.tls().over(tls())));
            case TlsVerdict.None _ ->
                authoritiesProblem()
                        .or(this::certificateProblem)
                        .<TlsVerdict>map(this::broken)
                        .orElseGet(() -> new TlsVerdict.Wanted(tls()));
        };
    }

    private TlsVerdict broken(String problem) {
        return new TlsVerdict.Broken("Backend " + backend + ": spec.tls" + problem + ".");
    }

    private Optional<String> authoritiesProblem() {
        if (settings.insecureSkipVerify()) {
            return Optional.empty();
        }
        return settings.hasAuthorities()
                ? world.authoritiesProblem(settings.caCertificateRefs(), backend.namespace())
                        .map(problem -> ".caCertificateRefs: " + problem)
                : Optional.of(" says nothing to verify certificates with (expected: caCertificateRefs,"
                        + " wellKnownCACertificates or insecureSkipVerify)");
    }

    private Optional<String> certificateProblem() {
        Optional<ObjectReference> reference = settings.connection().clientCertificate();
        if (reference.isEmpty()) {
            return Optional.empty();
        }
        ObjectKey key = reference.get().key(backend.namespace());
        if (!reference.get().group().isEmpty() || !reference.get().kind().equals(Kinds.SECRET.name())) {
            return Optional.of(".clientCertificateRef: \"" + reference.get().kind()
                    + "\" cannot hold a certificate (expected: a Secret)");
        }
        if (!key.namespace().equals(backend.namespace())) {
            return Optional.of(".clientCertificateRef: Secret " + key + " is in another namespace (expected: "
                    + backend.namespace() + ")");
        }
        return world.certificateProblem(key).map(problem -> ".clientCertificateRef: Secret " + key + " " + problem);
    }

    private Tls tls() {
        Trust trust = settings.insecureSkipVerify()
                ? new Trust.Anything()
                : settings.systemCertificates()
                        ? new Trust.System()
                        : new Trust.Authorities(ObjectRef.of(Kinds.BACKEND, backend));
        Sni sni = settings.endpointNames()
                ? new Sni.OfEndpoint()
                : settings.sni().<Sni>map(Sni.Fixed::new).orElse(new Sni.OfRequest());
        return new Tls(
                trust,
                sni,
                List.of(),
                settings.connection().clientCertificate().map(each -> each.key(backend.namespace())),
                settings.connection());
    }
}
