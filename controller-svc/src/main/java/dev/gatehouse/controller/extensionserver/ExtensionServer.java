package dev.gatehouse.controller.extensionserver;

import dev.gatehouse.gatewayapi.ExtensionObject;
import dev.gatehouse.gatewayapi.Kind;
import dev.gatehouse.gatewayapi.ObjectReference;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;

/**
 * An extension server, as Envoy Gateway's ExtensionManager configures it.
 *
 * @param name in messages
 * @param resources the kinds that filters of routes can refer to
 * @param policies the kinds that are policies
 * @param backends the kinds that rules can have as backends
 * @param hooks what the server is asked about
 * @param included the types of resources that {@link Hook#Translation} is about
 * @param failOpen where the server fails, resources pass unchanged; otherwise the last good version stays
 * @param maxMessageBytes of a request or an answer; empty: requests are not bounded, answers by gRPC's own limit
 */
public record ExtensionServer(
        String name,
        List<Kind<ExtensionObject>> resources,
        List<Kind<ExtensionObject>> policies,
        List<Kind<ExtensionObject>> backends,
        Set<Hook> hooks,
        Set<Included> included,
        Service service,
        boolean failOpen,
        OptionalInt maxMessageBytes) {
    public ExtensionServer {
        resources = List.copyOf(resources);
        policies = List.copyOf(policies);
        backends = List.copyOf(backends);
        hooks = Set.copyOf(hooks);
        included = Set.copyOf(included);
    }

    /** A type of resources. */
    public enum Included {
        CLUSTER,
        SECRET,
        LISTENER,
        ROUTE
    }

    /** Where the server is, and how it is called. */
    public record Service(Address address, Optional<Tls> tls, Retry retry) {}

    /** Where a server listens. */
    public sealed interface Address {
        /** A name that DNS knows, or an IP address. */
        record Host(String host, int port) implements Address {
            @Override
            public String toString() {
                return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
            }
        }

        record Unix(String path) implements Address {
            @Override
            public String toString() {
                return "unix:" + path;
            }
        }
    }

    /**
     * TLS to the server.
     *
     * @param authorities the Secret whose {@code tls.crt} has the CA certificates that the server is verified with
     * @param client the Secret with the certificate that is shown to the server
     */
    public record Tls(ObjectReference authorities, Optional<ObjectReference> client) {
        /** Both Secrets. */
        public Stream<ObjectReference> secrets() {
            return Stream.concat(Stream.of(authorities), client.stream());
        }
    }

    /**
     * How calls that fail are tried again.
     *
     * @param attempts all of them, the first as well
     * @param codes the gRPC statuses that are tried again, by their names
     */
    public record Retry(
            int attempts, Duration initialBackoff, Duration maxBackoff, double multiplier, Set<String> codes) {
        public static final Retry DEFAULT =
                new Retry(4, Duration.ofMillis(100), Duration.ofSeconds(1), 2.0, Set.of("UNAVAILABLE"));

        public Retry {
            codes = Set.copyOf(codes);
        }
    }

    public boolean has(Hook hook) {
        return hooks.contains(hook);
    }

    /** All kinds that the server brings. */
    public Stream<Kind<ExtensionObject>> kinds() {
        return Stream.of(resources, policies, backends).flatMap(List::stream).distinct();
    }

    /** True if the object is of a kind that filters and backends of routes have. */
    public boolean isForRoutes(ExtensionReference object) {
        return Stream.concat(resources.stream(), backends.stream()).anyMatch(object::isOf);
    }

    /** True if the object is of a kind that backends have. */
    public boolean isBackend(ExtensionReference object) {
        return backends.stream().anyMatch(object::isOf);
    }

    /** True if the object is of a kind that is a policy. */
    public boolean isPolicy(ExtensionReference object) {
        return policies.stream().anyMatch(object::isOf);
    }
}
