package dev.gatehouse.xds.grpc;

import dev.gatehouse.identity.ProcessName;
import java.util.Optional;

/** Decides who may read a fleet's configuration: only the fleet's own proxies, or the callout service of that name. */
final class Access {
    private static final String SERVICES = "gatehouse/";

    private Access() {}

    /**
     * Why {@code caller} must not read the configuration of {@code fleet}; empty: it may read it.
     *
     * @param caller empty: the server does not use TLS, so every caller may read
     * @param fleet the fleet's name from the caller, which may be any text
     */
    static Optional<String> refusal(Optional<ProcessName> caller, String fleet) {
        String expected = fleet.startsWith(SERVICES)
                ? "service/" + fleet.substring(SERVICES.length()) + "-svc"
                : "fleet/" + fleet;
        String uri = "spiffe://" + ProcessName.TRUST_DOMAIN + "/" + expected;
        return caller.filter(name -> !ProcessName.parse(uri).equals(Optional.of(name)))
                .map(name -> "node.cluster: \"" + fleet + "\" is not for " + name + " (expected: a certificate of "
                        + uri + ")");
    }
}
