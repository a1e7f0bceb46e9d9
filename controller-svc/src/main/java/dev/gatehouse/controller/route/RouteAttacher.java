package dev.gatehouse.controller.route;

import dev.gatehouse.controller.gateway.Hostnames;
import dev.gatehouse.controller.gateway.ListenerState;
import dev.gatehouse.controller.gateway.ServingGateway;
import dev.gatehouse.controller.status.Condition;
import dev.gatehouse.controller.status.Conditions;
import dev.gatehouse.gatewayapi.GrpcRoute;
import dev.gatehouse.gatewayapi.HttpRoute;
import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.L4Route;
import dev.gatehouse.gatewayapi.Listener;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.ObjectRef;
import dev.gatehouse.gatewayapi.ParentReference;
import dev.gatehouse.gatewayapi.Resource;
import dev.gatehouse.gatewayapi.RouteSpec;
import dev.gatehouse.gatewayapi.TlsRoute;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** Decides which listeners a route attaches to. */
public final class RouteAttacher {
    /** The attacher's view of other objects. */
    public interface World {
        /** The Gateway, if this controller serves it. */
        Optional<ServingGateway> gateway(ObjectKey key);

        /** The served default Gateways, which routes attach to without naming them. */
        Collection<ObjectKey> defaultGateways();

        /** The Gateway that a ListenerSet adds listeners to. */
        Optional<ObjectKey> gatewayOf(ObjectKey listenerSet);

        /** True if routes of {@code namespace} may attach to a listener owned by something in {@code own}. */
        boolean allows(Listener.Namespaces allowed, String own, String namespace);
    }

    /** The reason of a rejected route whose rules have equal names. Such a route is not processed further. */
    public static final String INVALID_RULE = "InvalidRule";

    private final World world;

    public RouteAttacher(World world) {
        this.world = world;
    }

    /** Attaches the route {@code ref}. */
    public Attachments attach(ObjectRef ref, Resource<? extends RouteSpec> route) {
        List<Attachments.Parent> parents = new ArrayList<>();
        for (ParentReference reference : route.spec().parents()) {
            attach(ref, route, reference).ifPresent(parents::add);
        }
        if (route.spec().usesDefaultGateways()) {
            // A default Gateway that does not allow the route gets no entry in the route's status, since the route does
            // not name it.
            world.defaultGateways().stream()
                    .filter(gateway ->
                            parents.stream().noneMatch(parent -> isWhole(parent, gateway, route.namespace())))
                    .flatMap(gateway -> attach(ref, route, ParentReference.of(gateway)).stream())
                    .filter(parent -> !parent.bindings().isEmpty())
                    .toList()
                    .forEach(parents::add);
        }
        return new Attachments(parents);
    }

    private static boolean isWhole(Attachments.Parent parent, ObjectKey gateway, String namespace) {
        ParentReference reference = parent.reference();
        return reference.kind().equals(Kinds.GATEWAY.name())
                && reference.key(namespace).equals(gateway)
                && reference.sectionName().isEmpty()
                && reference.port().isEmpty();
    }

    private Optional<Attachments.Parent> attach(
            ObjectRef ref, Resource<? extends RouteSpec> route, ParentReference reference) {
        if (!reference.group().equals(Kinds.GATEWAY_GROUP)) {
            return Optional.empty();
        }
        ObjectKey key = reference.key(route.namespace());
        Optional<ObjectKey> gatewayKey = switch (reference.kind()) {
            case "Gateway" -> Optional.of(key);
            case "ListenerSet" -> world.gatewayOf(key);
            default -> Optional.empty();
        };
        Optional<ServingGateway> gateway = gatewayKey.flatMap(world::gateway);
        if (gateway.isEmpty()) {
            return Optional.empty();
        }
        int rules = streamRules(route.spec());
        if (rules > 1) {
            return Optional.of(rejected(
                    reference,
                    gateway.get().controllerName(),
                    INVALID_RULE,
                    "spec.rules has " + rules
                            + " rules (expected: one, since nothing tells which connections are whose)."));
        }
        ObjectRef owner = new ObjectRef(reference.kind(), key.namespace(), key.name());
        List<ListenerState> candidates = gateway.get().listeners().stream()
                .filter(listener -> listener.key().owner().equals(owner))
                .filter(listener -> reference
                        .sectionName()
                        .map(name -> name.equals(listener.key().name()))
                        .orElse(true))
                .filter(listener -> reference
                        .port()
                        .map(port -> port == listener.spec().port())
                        .orElse(true))
                .toList();
        if (candidates.isEmpty()) {
            return Optional.of(rejected(
                    reference,
                    gateway.get().controllerName(),
                    "NoMatchingParent",
                    owner + " has no listener"
                            + reference
                                    .sectionName()
                                    .map(name -> " \"" + name + "\"")
                                    .orElse("")
                            + reference.port().map(port -> " on port " + port).orElse("") + "."));
        }
        List<ListenerState> allowing = candidates.stream()
                .filter(listener -> listener.supportedKinds()
                        .contains(new Listener.RouteGroupKind(Kinds.GATEWAY_GROUP, ref.kind())))
                .filter(listener -> world.allows(
                        listener.spec().allowedRoutes().namespaces(), owner.namespace(), route.namespace()))
                .toList();
        if (allowing.isEmpty()) {
            return Optional.of(rejected(
                    reference,
                    gateway.get().controllerName(),
                    "NotAllowedByListeners",
                    "No listener of " + owner + " allows a " + ref.kind() + " from namespace \"" + route.namespace()
                            + "\" (its allowedRoutes)."));
        }
        List<Attachments.Binding> bindings = new ArrayList<>();
        for (ListenerState listener : allowing) {
            List<Attachments.Place> places = places(
                    listener.spec().hostname().orElse(Hostnames.ANY),
                    route.spec().hostnames());
            if (!places.isEmpty()) {
                bindings.add(new Attachments.Binding(listener.key(), places));
            }
        }
        if (bindings.isEmpty()) {
            return Optional.of(rejected(
                    reference,
                    gateway.get().controllerName(),
                    "NoMatchingListenerHostname",
                    "No listener of " + owner + " has a hostname in common with "
                            + route.spec().hostnames() + "."));
        }
        return Optional.of(new Attachments.Parent(
                reference,
                gateway.get().controllerName(),
                Condition.isTrue(Conditions.ACCEPTED, "Accepted", "The route is accepted."),
                bindings));
    }

    private static int streamRules(RouteSpec route) {
        return switch (route) {
            case TlsRoute tls -> tls.rules().size();
            case L4Route l4 -> l4.rules().size();
            case HttpRoute _, GrpcRoute _ -> 0;
        };
    }

    private static List<Attachments.Place> places(String listener, List<String> route) {
        return Hostnames.intersect(listener, route).stream()
                .map(hostname -> new Attachments.Place(
                        hostname,
                        route.stream()
                                .filter(own -> Hostnames.intersect(listener, own)
                                        .filter(hostname::equals)
                                        .isPresent())
                                .min(Hostnames.SPECIFICITY)
                                .orElse(Hostnames.ANY)))
                .toList();
    }

    private static Attachments.Parent rejected(
            ParentReference reference, String controllerName, String reason, String message) {
        return new Attachments.Parent(
                reference, controllerName, Condition.isFalse(Conditions.ACCEPTED, reason, message), List.of());
    }
}
