package dev.gatehouse.xds.grpc;

import dev.gatehouse.identity.ProcessName;
import java.util.Optional;

/** Who may read which fleet's configuration: proxies their own, a callout service its own, nobody another's. */
final class Access {
    private static final String SERVICES = "gatehouse/";

    private Access() {}

    /**
     * Why {@code caller} may not read the configuration of {@code fleet}; empty: it may.
     *
     * @param caller empty: the server does not use TLS, and everybody may
     * @param fleet as the caller says it: any text
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
