package dev.gatehouse.controller.files;

import dev.gatehouse.controller.gateway.Certificates;
import dev.gatehouse.gatewayapi.ObjectRef;
import dev.gatehouse.gatewayapi.ResourceReader.Found;
import dev.gatehouse.gatewayapi.Secret;
import dev.gatehouse.gatewayapi.yaml.Problem;
import java.util.Map;
import java.util.Optional;

/**
 * Finds Secrets whose certificate and key an edit has made useless: a certificate that was saved before its key, or the key
 * of another certificate. Nobody can connect with such a pair, so the edit is one that breaks the Secret.
 */
final class BrokenCertificates {
    private BrokenCertificates() {}

    /** The problem of {@code found}, if its version in {@code before} could be served with, and this one cannot. */
    static Optional<Problem> problem(Found<?> found, Map<ObjectRef, Found<?>> before) {
        Found<?> earlier = before.get(found.ref());
        if (earlier == null
                || earlier == found
                || !(found.resource().spec() instanceof Secret now)
                || !(earlier.resource().spec() instanceof Secret then)
                || now.equals(then)
                || Certificates.problem(then).isPresent()) {
            return Optional.empty();
        }
        String path = found.document().find("stringData").isPresent() ? "stringData" : "data";
        return Certificates.problem(now)
                .map(problem -> new Problem(
                        Problem.Severity.ERROR,
                        found.document().locate(path),
                        found.ref().toString(),
                        path,
                        problem + " (expected: a certificate and its key, as before)"));
    }
}
