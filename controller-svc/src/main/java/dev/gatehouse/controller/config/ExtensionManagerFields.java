package dev.gatehouse.controller.config;

import dev.gatehouse.controller.extensionserver.ExtensionServer;
import dev.gatehouse.controller.extensionserver.ExtensionServer.Address;
import dev.gatehouse.controller.extensionserver.ExtensionServer.Included;
import dev.gatehouse.controller.extensionserver.ExtensionServer.Retry;
import dev.gatehouse.controller.extensionserver.ExtensionServer.Service;
import dev.gatehouse.controller.extensionserver.ExtensionServer.Tls;
import dev.gatehouse.controller.extensionserver.Hook;
import dev.gatehouse.gatewayapi.ExtensionObject;
import dev.gatehouse.gatewayapi.Kind;
import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.ObjectReference;
import dev.gatehouse.gatewayapi.Quantity;
import dev.gatehouse.gatewayapi.yaml.Fields;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/** Reads {@code extensionManager} and {@code extensionManagers}. */
final class ExtensionManagerFields {
    private static final String UNNAMED = "extensionManager";
    private static final int HTTP_PORT = 80;
    private static final int MAX_ATTEMPTS = 100;

    /** The gRPC statuses, without OK. */
    private enum Code {
        CANCELLED,
        UNKNOWN,
        INVALID_ARGUMENT,
        DEADLINE_EXCEEDED,
        NOT_FOUND,
        ALREADY_EXISTS,
        PERMISSION_DENIED,
        RESOURCE_EXHAUSTED,
        FAILED_PRECONDITION,
        ABORTED,
        OUT_OF_RANGE,
        UNIMPLEMENTED,
        INTERNAL,
        UNAVAILABLE,
        DATA_LOSS,
        UNAUTHENTICATED
    }

    private ExtensionManagerFields() {}

    /** The servers of a file, in the order in which they are called. */
    static List<ExtensionServer> read(Fields f) {
        if (f.has("extensionManager") && f.has("extensionManagers")) {
            f.wrong("extensionManagers", "stands beside extensionManager (expected: one of them)");
        }
        List<ExtensionServer> servers = new ArrayList<>();
        f.object("extensionManager", each -> server(each, false)).ifPresent(servers::add);
        if (f.has("extensionManagers")) {
            servers.addAll(f.list("extensionManagers", 1, Integer.MAX_VALUE, each -> server(each, true)));
        }
        Set<String> names = new HashSet<>();
        for (ExtensionServer server : servers) {
            if (!names.add(server.name())) {
                f.wrong("extensionManagers", "name \"" + server.name() + "\" is there twice (expected: unique names)");
            }
        }
        Set<Kind<?>> kinds = new HashSet<>();
        Set<String> kindNames = new HashSet<>();
        servers.stream().flatMap(ExtensionServer::kinds).forEach(kind -> {
            if (kinds.add(kind) && !kindNames.add(kind.name())) {
                f.wrong(
                        f.has("extensionManager") ? "extensionManager" : "extensionManagers",
                        "kind \"" + kind.name() + "\" is there in two groups (expected: kinds with different names)");
            }
        });
        return servers;
    }

    private static ExtensionServer server(Fields f, boolean named) {
        String name = named ? f.requiredString("name") : f.string("name").orElse(UNNAMED);
        List<Kind<ExtensionObject>> resources = f.list("resources", each -> kind(each, false));
        List<Kind<ExtensionObject>> policies = f.list("policyResources", each -> kind(each, true));
        List<Kind<ExtensionObject>> backends = f.list("backendResources", each -> kind(each, false));
        if (policies.stream().anyMatch(kind -> resources.contains(kind) || backends.contains(kind))) {
            f.wrong("policyResources", "has a kind of resources or backendResources (expected: different kinds)");
        }
        record Hooks(Set<Hook> post, Set<Included> included) {}
        Hooks hooks = f.requiredObject(
                "hooks",
                outer -> outer.requiredObject("xdsTranslator", translator -> {
                    List<Hook> post = translator.choices("post", Hook.class);
                    List<Hook> pre = translator.choices("pre", Hook.class);
                    if (!pre.isEmpty()) {
                        translator.passOver("pre", "has no hooks in Envoy Gateway either");
                    }
                    if (post.isEmpty()) {
                        translator.wrong(
                                "post",
                                "is empty (expected: at least one of Route, VirtualHost, HTTPListener, Cluster,"
                                        + " Endpoints, Translation)");
                    }
                    return new Hooks(
                            Set.copyOf(post),
                            translator
                                    .object("translation", ExtensionManagerFields::included)
                                    .orElse(Set.of(Included.CLUSTER, Included.SECRET)));
                }));
        return new ExtensionServer(
                name,
                resources,
                policies,
                backends,
                hooks.post(),
                hooks.included(),
                f.requiredObject("service", ExtensionManagerFields::service),
                f.bool("failOpen").orElse(false),
                size(f));
    }

    private static Kind<ExtensionObject> kind(Fields f, boolean policy) {
        String group = f.requiredString("group");
        String version = f.requiredString("version");
        String kind = f.requiredString("kind");
        if (Kinds.ALL.stream().anyMatch(own -> own.name().equals(kind))) {
            f.wrong("kind", "\"" + kind + "\" is a kind that Gatehouse serves (expected: one of the extension's own)");
        }
        return policy ? Kinds.policyOfExtension(group, version, kind) : Kinds.ofExtension(group, version, kind);
    }

    private static Set<Included> included(Fields f) {
        Set<Included> included = EnumSet.noneOf(Included.class);
        include(f, "cluster", true, Included.CLUSTER, included);
        include(f, "secret", true, Included.SECRET, included);
        include(f, "listener", false, Included.LISTENER, included);
        include(f, "route", false, Included.ROUTE, included);
        return included;
    }

    private static void include(Fields f, String name, boolean usual, Included type, Set<Included> included) {
        boolean all =
                f.object(name, each -> each.bool("includeAll").orElse(usual)).orElse(usual);
        if (all) {
            included.add(type);
        }
    }

    private static OptionalInt size(Fields f) {
        Optional<String> text = f.stringOrInteger("maxMessageSize");
        if (text.isEmpty()) {
            return OptionalInt.empty();
        }
        OptionalLong bytes = Quantity.parse(text.get());
        if (bytes.isEmpty() || bytes.getAsLong() < 1 || bytes.getAsLong() > Integer.MAX_VALUE) {
            f.wrong("maxMessageSize", "\"" + text.get() + "\" (expected: 1 to 2147483647 bytes, for example \"16Mi\")");
            return OptionalInt.empty();
        }
        return OptionalInt.of((int) bytes.getAsLong());
    }

    private static Service service(Fields f) {
        return new Service(
                address(f),
                f.object("tls", ExtensionManagerFields::tls),
                f.object("retry", ExtensionManagerFields::retry).orElse(Retry.DEFAULT));
    }

    private static Address address(Fields f) {
        f.known("zone");
        int port = f.integer("port", 0, 65_535).orElse(HTTP_PORT);
        List<Address> addresses = new ArrayList<>();
        f.object(
                        "fqdn",
                        each -> new Address.Host(
                                each.requiredString("hostname"), each.requiredInteger("port", 0, 65_535)))
                .ifPresent(addresses::add);
        f.object(
                        "ip",
                        each -> new Address.Host(
                                each.requiredString("address"), each.requiredInteger("port", 0, 65_535)))
                .ifPresent(addresses::add);
        f.object("unix", each -> new Address.Unix(each.requiredString("path"))).ifPresent(addresses::add);
        // The order is Envoy Gateway's, which uses the first address.
        f.string("hostname").ifPresent(each -> addresses.add(new Address.Host(each, port)));
        f.string("host").filter(each -> !each.isEmpty()).ifPresent(each -> addresses.add(new Address.Host(each, port)));
        if (addresses.isEmpty()) {
            f.wrong("names no server (expected: fqdn, ip, unix or host)");
            return new Address.Host("", port);
        }
        if (addresses.size() > 1) {
            f.wrong("names " + addresses.size() + " servers (expected: one of fqdn, ip, unix and host)");
        }
        return addresses.getFirst();
    }

    private static Tls tls(Fields f) {
        return new Tls(
                f.requiredObject("certificateRef", ExtensionManagerFields::secret),
                f.object("clientCertificateRef", ExtensionManagerFields::secret));
    }

    private static ObjectReference secret(Fields f) {
        ObjectReference reference = ObjectReference.readSecret(f);
        if (!reference.group().isEmpty() || !reference.kind().equals(Kinds.SECRET.name())) {
            f.wrong("kind", "\"" + reference.kind() + "\" of group \"" + reference.group() + "\" (expected: a Secret)");
        }
        return reference;
    }

    private static Retry retry(Fields f) {
        Optional<Double> multiplier = f.object("backoffMultiplier", each -> {
            int numerator = each.requiredInteger("numerator", 0, Integer.MAX_VALUE);
            int denominator = each.integer("denominator", 1, Integer.MAX_VALUE).orElse(100);
            return (double) numerator / denominator;
        });
        multiplier
                .filter(each -> each <= 0)
                .ifPresent(each -> f.wrong("backoffMultiplier", each + " (expected: more than 0)"));
        List<Code> codes = f.choices("RetryableStatusCodes", Code.class);
        return new Retry(
                f.integer("maxAttempts", 1, MAX_ATTEMPTS).orElse(Retry.DEFAULT.attempts()),
                positive(f, "initialBackoff", Retry.DEFAULT.initialBackoff()),
                positive(f, "maxBackoff", Retry.DEFAULT.maxBackoff()),
                multiplier.filter(each -> each > 0).orElse(Retry.DEFAULT.multiplier()),
                codes.isEmpty()
                        ? Retry.DEFAULT.codes()
                        : Set.copyOf(codes.stream().map(Enum::name).toList()));
    }

    private static Duration positive(Fields f, String name, Duration usual) {
        Duration duration = f.duration(name).orElse(usual);
        if (duration.isZero() || duration.isNegative()) {
            f.wrong(name, "\"" + f.string(name).orElse("") + "\" (expected: more than 0)");
            return usual;
        }
        return duration;
    }
}
