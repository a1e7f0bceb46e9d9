package dev.gatehouse.identity;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;

/**
 * The name of a process, as its certificate carries it: a SPIFFE ID (URI subject alternative name) in the trust domain
 * {@code gatehouse}.
 */
public sealed interface ProcessName {
    /** The trust domain: each installation has a certificate authority of its own, so that it need not say which. */
    String TRUST_DOMAIN = "gatehouse";

    /** One of the services: {@code spiffe://gatehouse/service/xds-svc}. */
    record Service(String name) implements ProcessName {
        public Service {
            if (!name.matches("[a-z0-9]([a-z0-9-]*[a-z0-9])?")) {
                throw new IllegalArgumentException("service: \"" + name + "\" (expected: a DNS label)");
            }
        }

        @Override
        public String toString() {
            return uri().toString();
        }
    }

    /** The proxies of a Gateway: {@code spiffe://gatehouse/fleet/<namespace>/<name>}. */
    record Fleet(String name) implements ProcessName {
        public Fleet {
            if (!name.matches("[a-z0-9.-]+(/[a-z0-9.-]+)?")) {
                throw new IllegalArgumentException("fleet: \"" + name + "\" (expected: <namespace>/<gateway>)");
            }
        }

        @Override
        public String toString() {
            return uri().toString();
        }
    }

    /** The SPIFFE ID. */
    default URI uri() {
        String path = switch (this) {
            case Service service -> "/service/" + service.name();
            case Fleet fleet -> "/fleet/" + fleet.name();
        };
        return URI.create("spiffe://" + TRUST_DOMAIN + path);
    }

    /** The name that {@code uri} is; empty: another trust domain's, or no name of ours. */
    static Optional<ProcessName> parse(String uri) {
        URI parsed;
        try {
            parsed = new URI(uri);
        } catch (URISyntaxException e) {
            return Optional.empty();
        }
        if (!"spiffe".equals(parsed.getScheme()) || !TRUST_DOMAIN.equals(parsed.getAuthority())) {
            return Optional.empty();
        }
        String path = parsed.getPath();
        try {
            if (path.startsWith("/service/")) {
                return Optional.of(new Service(path.substring("/service/".length())));
            }
            if (path.startsWith("/fleet/")) {
                return Optional.of(new Fleet(path.substring("/fleet/".length())));
            }
            return Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
