package dev.gatehouse.controller.files;

import dev.gatehouse.controller.gateway.Certificates;
import dev.gatehouse.controller.gateway.GatewayState;
import dev.gatehouse.controller.gateway.ListenerState;
import dev.gatehouse.controller.status.ObjectStatus;
import dev.gatehouse.gatewayapi.ConfigMap;
import dev.gatehouse.gatewayapi.EndpointSlice;
import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.Listener;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.ObjectRef;
import dev.gatehouse.gatewayapi.ResourceReader.Found;
import dev.gatehouse.gatewayapi.Secret;
import dev.gatehouse.gatewayapi.Service;
import dev.gatehouse.gatewayapi.yaml.Node;
import dev.gatehouse.gatewayapi.yaml.Problem;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * Warns of valid objects that do not do what their user expects: a Service whose EndpointSlices are missing in the
 * files (no cluster makes them), a listener without an open port, a server or CA certificate that is expired, not yet
 * valid, or about to expire.
 */
public final class Advice {
    /** A certificate is about to expire if it ends within this time and is in the last quarter of its lifetime. */
    private static final Duration SOON = Duration.ofDays(14);

    private static final int LIFE_LEFT = 4;

    private final Map<ObjectRef, Found<?>> objects;

    /** The EndpointSlices by their Service. */
    private final Map<ObjectKey, List<EndpointSlice>> slices = new HashMap<>();

    private final Instant now;
    private final Set<Problem> warnings = new LinkedHashSet<>();

    private Advice(Map<ObjectRef, Found<?>> objects, Instant now) {
        this.objects = objects;
        this.now = now;
        objects.values().forEach(this::noteSlice);
    }

    /** A reference to a Service's port; empty: the reference names none. */
    private record ServicePort(ObjectRef service, Optional<Integer> port) {}

    /**
     * Makes the warnings about the given objects.
     *
     * @param gateways the Gateways that are served
     */
    public static List<Problem> of(
            Map<ObjectRef, Found<?>> objects,
            Map<ObjectKey, GatewayState> gateways,
            Map<ObjectRef, ObjectStatus> statuses,
            Instant now) {
        Advice advice = new Advice(objects, now);
        Set<ServicePort> used = new LinkedHashSet<>();
        Set<ObjectRef> authorities = new LinkedHashSet<>();
        for (Found<?> found : objects.values()) {
            String namespace = found.resource().namespace();
            each(found.document(), Set.of("backendRefs", "backendRef"), node -> service(node, namespace, used));
            each(found.document(), Set.of("caCertificateRefs"), node -> authority(node, namespace, authorities));
        }
        used.forEach(advice::endpoints);
        authorities.forEach(advice::authorities);
        Set<ObjectKey> certificates = new TreeSet<>();
        for (GatewayState gateway : gateways.values()) {
            for (ListenerState listener : gateway.listeners()) {
                if (listener.serving()) {
                    advice.routes(listener, statuses);
                    certificates.addAll(listener.certificates());
                }
            }
        }
        certificates.forEach(advice::certificate);
        return List.copyOf(advice.warnings);
    }

    /** Visits the mappings in the fields of these names, wherever they stand: the field's value, or the items of its list. */
    private static void each(Node node, Set<String> fields, Consumer<Node.Mapping> visitor) {
        switch (node) {
            case Node.Scalar _ -> {
                // Other values refer to no Service.
            }
            case Node.Sequence sequence -> sequence.items().forEach(item -> each(item, fields, visitor));
            case Node.Mapping mapping ->
                mapping.fields().forEach((name, field) -> {
                    if (fields.contains(name)) {
                        List<Node> values = field.value() instanceof Node.Sequence sequence
                                ? sequence.items()
                                : List.of(field.value());
                        values.stream()
                                .filter(Node.Mapping.class::isInstance)
                                .map(Node.Mapping.class::cast)
                                .forEach(visitor);
                    }
                    each(field.value(), fields, visitor);
                });
        }
    }

    private static void authority(Node.Mapping reference, String namespace, Set<ObjectRef> found) {
        text(reference, "name")
                .ifPresent(name -> found.add(new ObjectRef(
                        text(reference, "kind").orElse(Kinds.CONFIG_MAP.name()),
                        text(reference, "namespace").orElse(namespace),
                        name)));
    }

    private static void service(Node.Mapping mapping, String namespace, Set<ServicePort> found) {
        if (text(mapping, "group").orElse("").isEmpty()
                && text(mapping, "kind").orElse("Service").equals(Kinds.SERVICE.name())) {
            text(mapping, "name")
                    .ifPresent(name -> found.add(new ServicePort(
                            ObjectRef.of(
                                    Kinds.SERVICE,
                                    new ObjectKey(text(mapping, "namespace").orElse(namespace), name)),
                            text(mapping, "port")
                                    .filter(port -> port.matches("\\d{1,5}"))
                                    .map(Integer::valueOf))));
        }
    }

    private static Optional<String> text(Node.Mapping mapping, String name) {
        return mapping.get(name)
                .flatMap(node -> node instanceof Node.Scalar scalar ? Optional.of(scalar.text()) : Optional.empty());
    }

    private void endpoints(ServicePort used) {
        Found<?> found = objects.get(used.service());
        if (found == null
                || !(found.resource().spec() instanceof Service service)
                || service.type().equals("ExternalName")) {
            return;
        }
        List<EndpointSlice> own = slices.getOrDefault(used.service().key(), List.of());
        if (own.isEmpty()) {
            warn(
                    found,
                    "metadata.name",
                    "no EndpointSlice in the files has the label " + EndpointSlice.SERVICE_NAME + ": "
                            + used.service().name()
                            + ", so requests to this Service are answered with 503: files have no pods that its"
                            + " selector could find (expected: an EndpointSlice with the addresses, or a Backend)");
            return;
        }
        List<EndpointSlice> ready = own.stream()
                .filter(slice -> slice.endpoints().stream().anyMatch(EndpointSlice.Endpoint::ready))
                .toList();
        Optional<Service.Port> port = service.ports().stream()
                .filter(each -> used.port().equals(Optional.of(each.port())))
                .findFirst();
        Optional<String> name = port.map(each -> each.name().orElse(""));
        if (ready.isEmpty()) {
            warn(
                    found,
                    "metadata.name",
                    "no endpoint of its EndpointSlices is ready, so requests to it are answered with 503");
        } else if (name.isPresent()
                && ready.stream()
                        .flatMap(slice -> slice.ports().stream())
                        .noneMatch(each -> each.name().orElse("").equals(name.get()))) {
            warn(
                    found,
                    "metadata.name",
                    "its EndpointSlices have no port " + quote(name.get()) + ", the name of the Service's port "
                            + port.orElseThrow().port() + ", so requests to it are answered with 503 (they have: "
                            + String.join(
                                    ", ",
                                    ready.stream()
                                            .flatMap(slice -> slice.ports().stream())
                                            .map(each -> quote(each.name().orElse("")))
                                            .distinct()
                                            .toList())
                            + ")");
        }
    }

    private static String quote(String name) {
        return name.isEmpty() ? "without a name" : "\"" + name + "\"";
    }

    private void noteSlice(Found<?> found) {
        String service = found.resource().metadata().labels().get(EndpointSlice.SERVICE_NAME);
        if (service != null && found.resource().spec() instanceof EndpointSlice slice) {
            slices.computeIfAbsent(new ObjectKey(found.resource().namespace(), service), _ -> new ArrayList<>())
                    .add(slice);
        }
    }

    /**
     * True for a valid listener whose port is not open. A listener without HTTP has no socket in Envoy until a route
     * attaches: Envoy could do nothing with a connection.
     */
    public static boolean withoutSocket(ListenerState listener, Map<ObjectRef, ObjectStatus> statuses) {
        boolean http = listener.protocol().map(ListenerState.Protocol::http).orElse(true);
        return listener.serving()
                && !http
                && statuses.get(listener.key().owner()) instanceof ObjectStatus.Listeners status
                && status.listeners().stream()
                        .anyMatch(each -> each.name().equals(listener.key().name()) && each.attachedRoutes() == 0);
    }

    private void routes(ListenerState listener, Map<ObjectRef, ObjectStatus> statuses) {
        Found<?> owner = objects.get(listener.key().owner());
        if (owner == null || !withoutSocket(listener, statuses)) {
            return;
        }
        List<String> names = listener.supportedKinds().stream()
                .map(Listener.RouteGroupKind::kind)
                .toList();
        warn(
                owner,
                Findings.path(owner, listener.key().name()),
                "no route is attached, so nothing listens on port " + listener.boundPort() + " for it (expected: "
                        + String.join(" or ", names) + " with this listener as its parent)");
    }

    private void certificate(ObjectKey key) {
        Found<?> found = objects.get(ObjectRef.of(Kinds.SECRET, key));
        if (found == null || !(found.resource().spec() instanceof Secret secret)) {
            return;
        }
        for (X509Certificate certificate : Certificates.chain(secret)) {
            lifetime(certificate, "clients refuse it")
                    .ifPresent(problem -> warn(
                            found,
                            found.document().find("stringData.tls.crt").isPresent()
                                    ? "stringData.tls.crt"
                                    : "data.tls.crt",
                            "the certificate of " + certificate.getSubjectX500Principal() + " " + problem));
        }
    }

    private void authorities(ObjectRef bundle) {
        Found<?> found = objects.get(bundle);
        if (found == null) {
            return;
        }
        String pem = switch (found.resource().spec()) {
            case ConfigMap map -> map.authorities();
            case Secret secret -> secret.authorities();
            default -> "";
        };
        for (X509Certificate certificate : Certificates.bundle(pem)) {
            lifetime(certificate, "what it has signed is refused")
                    .ifPresent(problem -> warn(
                            found,
                            found.document().find("stringData").isPresent() ? "stringData" : "data",
                            "the CA certificate of " + certificate.getSubjectX500Principal() + " " + problem));
        }
    }

    /** @param consequence the effect of an invalid certificate, for the message */
    private Optional<String> lifetime(X509Certificate certificate, String consequence) {
        Instant begin = certificate.getNotBefore().toInstant();
        Instant end = certificate.getNotAfter().toInstant();
        Duration left = Duration.between(now, end);
        if (left.isNegative()) {
            return Optional.of("expired at " + end + "; " + consequence);
        } else if (now.isBefore(begin)) {
            return Optional.of("is not valid before " + begin + "; " + consequence + " until then");
        } else if (left.compareTo(SOON) < 0
                && left.multipliedBy(LIFE_LEFT).compareTo(Duration.between(begin, end)) < 0) {
            return Optional.of("expires at " + end + ", in " + left.toDays() + " days");
        }
        return Optional.empty();
    }

    private void warn(Found<?> found, String path, String message) {
        warnings.add(new Problem(
                Problem.Severity.WARNING,
                found.document().locate(path),
                found.ref().toString(),
                path,
                message));
    }
}
