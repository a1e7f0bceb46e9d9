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
 * @param name the server's name in messages
 * @param resources the kinds that filters of routes can refer to
 * @param policies the kinds that are policies
 * @param backends the kinds that rules can have as backends
 * @param hooks the hooks at which the server is called
 * @param included the types of resources that {@link Hook#Translation} includes
 * @param failOpen true: resources pass unchanged if the server fails; false: their last good version stays
 * @param maxMessageBytes the most bytes of a request or an answer; empty: requests are not bounded, and answers have
 * gRPC's own limit
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

    /** The server's address, and the settings of calls to it. */
    public record Service(Address address, Optional<Tls> tls, Retry retry) {}

    /** The address that a server listens on. */
    public sealed interface Address {
        /** A DNS name or an IP address. */
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
     * @param authorities the Secret whose {@code tls.crt} has the CA certificates for verifying the server
     * @param client the Secret with the client certificate
     */
    public record Tls(ObjectReference authorities, Optional<ObjectReference> client) {
        /** Both Secrets. */
        public Stream<ObjectReference> secrets() {
            return Stream.concat(Stream.of(authorities), client.stream());
        }
    }

    /**
     * How failed calls are retried.
     *
     * @param attempts the number of attempts, including the first
     * @param codes the names of the gRPC statuses that are retried
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

    /** All kinds of the server's objects. */
    public Stream<Kind<ExtensionObject>> kinds() {
        return Stream.of(resources, policies, backends).flatMap(List::stream).distinct();
    }

    /** True if filters or backends of routes can refer to objects of this kind. */
    public boolean isForRoutes(ExtensionReference object) {
        return Stream.concat(resources.stream(), backends.stream()).anyMatch(object::isOf);
    }

    /** True if backends can refer to objects of this kind. */
    public boolean isBackend(ExtensionReference object) {
        return backends.stream().anyMatch(object::isOf);
    }

    /** True if the object's kind is a policy kind. */
    public boolean isPolicy(ExtensionReference object) {
        return policies.stream().anyMatch(object::isOf);
    }
}
