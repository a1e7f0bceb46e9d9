package dev.gatehouse.gatewayapi.client;

import dev.gatehouse.gatewayapi.yaml.Fields;
import java.util.List;

/**
 * HTTP/1 with clients.
 *
 * @param trailers whether trailers are forwarded
 * @param preserveHeaderCase whether the case of header names is preserved
 * @param http10 whether HTTP/1.0 is accepted
 * @param safeMaxDuration true: a connection at its longest duration is closed with its next response; false: at once
 * @param ignoredUpgrades values of the header Upgrade that are ignored; other unknown values are refused
 */
public record Http1Settings(
        boolean trailers,
        boolean preserveHeaderCase,
        Http10 http10,
        boolean safeMaxDuration,
        List<StringMatch> ignoredUpgrades) {
    static final Http1Settings NONE = new Http1Settings(false, false, Http10.REFUSED, true, List.of());

    public Http1Settings {
        ignoredUpgrades = List.copyOf(ignoredUpgrades);
    }

    /** Requests of HTTP/1.0 and HTTP/0.9. */
    public enum Http10 {
        REFUSED,
        /** With a header Host, which is required. */
        ACCEPTED,
        /** A request without the header Host gets the listener's hostname, or its routes' only hostname. */
        WITH_DEFAULT_HOST
    }

    static Http1Settings read(Fields f) {
        return new Http1Settings(
                f.bool("enableTrailers").orElse(false),
                f.bool("preserveHeaderCase").orElse(false),
                f.object(
                                "http10",
                                http10 -> http10.bool("useDefaultHost").orElse(false)
                                        ? Http10.WITH_DEFAULT_HOST
                                        : Http10.ACCEPTED)
                        .orElse(Http10.REFUSED),
                !f.bool("disableSafeMaxConnectionDuration").orElse(false),
                f.list("ignoredUpgradeTypes", StringMatch::read));
    }
}
