package dev.gatehouse.controller.gateway;

import dev.gatehouse.controller.gateway.ListenerState.Protocol;
import dev.gatehouse.controller.status.Condition;
import dev.gatehouse.controller.status.Conditions;
import dev.gatehouse.gatewayapi.Gateway;
import dev.gatehouse.gatewayapi.GatewayClass;
import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.Listener;
import dev.gatehouse.gatewayapi.ListenerSet;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.ObjectRef;
import dev.gatehouse.gatewayapi.ObjectReference;
import dev.gatehouse.gatewayapi.ReferenceGrant;
import dev.gatehouse.gatewayapi.Resource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntUnaryOperator;
import java.util.stream.Collectors;

/** Resolves a Gateway and its ListenerSets to listeners with conditions. */
public final class GatewayResolver {
    /** The resolver's view of other objects. */
    public interface World extends ListenerFilters.World {
        /** Checks the Secret as a certificate. */
        CertificateCheck certificate(ObjectKey secret);

        /** Checks the ConfigMap or Secret as a bundle of CA certificates. */
        CertificateCheck bundle(String kind, ObjectKey key);

        boolean permitted(ReferenceGrant.Origin from, String group, String kind, ObjectKey to);

        Map<String, String> namespaceLabels(String namespace);
    }

    /** The outcome of checking a certificate or a bundle. */
    public sealed interface CertificateCheck {
        record Valid() implements CertificateCheck {}

        /** The proxies get the certificate from an SDS server beside them. */
        record Discovered() implements CertificateCheck {}

        record Missing() implements CertificateCheck {}

        record Invalid(String problem) implements CertificateCheck {}
    }

    /** The message for CAs of an SDS server that stand beside other CAs. */
    public static final String DISCOVERED_ALONE =
            "refers to an SDS server, and stands beside other CAs (expected: alone)";

    private static final String INVALID_CERTIFICATE = "InvalidCertificateRef";

    private final World world;
    private final IntUnaryOperator boundPort;

    public GatewayResolver(World world, IntUnaryOperator boundPort) {
        this.world = world;
        this.boundPort = boundPort;
    }

    /**
     * The ports and hostnames that {@code gateway} claims.
     *
     * @param listenerSets the ListenerSets that name the Gateway as their parent, in any order
     */
    public GatewayClaims claims(Resource<Gateway> gateway, List<Resource<ListenerSet>> listenerSets) {
        List<ListenerClaim> claims = new ArrayList<>();
        ObjectRef self = ObjectRef.of(Kinds.GATEWAY, gateway.key());
        for (Listener listener : gateway.spec().listeners()) {
            claims.add(ListenerClaim.of(gateway.key(), self, listener));
        }
        Map<ObjectKey, Condition> sets = new HashMap<>();
        for (Resource<ListenerSet> set : listenerSets.stream().sorted().toList()) {
            Condition accepted = acceptance(gateway, set);
            sets.put(set.key(), accepted);
            if (accepted.holds()) {
                ObjectRef owner = ObjectRef.of(Kinds.LISTENER_SET, set.key());
                for (Listener listener : set.spec().listeners()) {
                    claims.add(ListenerClaim.of(gateway.key(), owner, listener));
                }
            }
        }
        return new GatewayClaims(claims, sets);
    }

    /**
     * Resolves {@code gateway}.
     *
     * @param gatewayClass its GatewayClass
     * @param fleet the fleet that serves it, and how the fleet's proxies are run
     * @param claims the ports and hostnames that the Gateway claims
     * @param conflicts the listeners that conflict with other listeners of the fleet
     */
    public GatewayState resolve(
            Resource<Gateway> gateway,
            Resource<GatewayClass> gatewayClass,
            ProxyResolver.Placement fleet,
            GatewayClaims claims,
            Map<ListenerKey, Condition> conflicts) {
        Map<ObjectKey, Condition> sets = new HashMap<>(claims.listenerSets());
        List<ListenerState> listeners = new ArrayList<>();
        for (ListenerClaim claim : claims.listeners()) {
            listeners.add(resolve(claim, Optional.ofNullable(conflicts.get(claim.key())), gateway));
        }
        for (Map.Entry<ObjectKey, Condition> set : sets.entrySet()) {
            ObjectRef owner = ObjectRef.of(Kinds.LISTENER_SET, set.getKey());
            if (set.getValue().holds()) {
                validity(listeners, owner).ifPresent(set::setValue);
            }
        }
        Optional<ObjectKey> clientCertificate = Optional.empty();
        List<Condition> conditions = new ArrayList<>();
        conditions.add(accepted(gateway, fleet.proxy(), listeners));
        if (gateway.spec().frontendTls().map(Gateway.FrontendTls::insecure).orElse(false)) {
            conditions.add(Condition.isTrue(
                    Conditions.INSECURE_FRONTEND_VALIDATION,
                    "ConfigurationChanged",
                    "spec.tls.frontend lets clients without a valid certificate in (AllowInsecureFallback)."));
        }
        Optional<ClientCertificate> shown = clientCertificate(gateway, fleet.proxy());
        if (shown.isPresent()) {
            ReferenceGrant.Origin origin = shown.get().origin();
            ObjectReference reference = shown.get().reference();
            Optional<Condition> problem = certificateProblem(reference, origin);
            if (problem.isEmpty()) {
                clientCertificate = Optional.of(reference.key(origin.namespace()));
            }
            conditions.add(problem.map(p -> Condition.isFalse(
                            Conditions.RESOLVED_REFS,
                            p.reason().equals(INVALID_CERTIFICATE) ? "InvalidClientCertificateRef" : p.reason(),
                            shown.get().field() + ": " + p.message()))
                    .orElse(Condition.isTrue(
                            Conditions.RESOLVED_REFS, "ResolvedRefs", "All references are resolved.")));
        }
        Optional<ObjectKey> certificate = clientCertificate;
        return new GatewayState(
                gateway,
                gatewayClass.spec().controllerName(),
                gatewayClass,
                fleet.fleet(),
                fleet.proxy(),
                listeners.stream()
                        .map(listener -> certificate.map(listener::presenting).orElse(listener))
                        .toList(),
                sets,
                clientCertificate,
                conditions);
    }

    /** The reference to the client certificate for backends, and the field that has the reference. */
    private record ClientCertificate(ObjectReference reference, ReferenceGrant.Origin origin, String field) {}

    /** The Gateway's reference wins over its EnvoyProxy's. */
    private static Optional<ClientCertificate> clientCertificate(Resource<Gateway> gateway, ProxyParameters proxy) {
        return gateway.spec()
                .backendClientCertificate()
                .map(reference -> new ClientCertificate(
                        reference,
                        new ReferenceGrant.Origin(Kinds.GATEWAY_GROUP, "Gateway", gateway.namespace()),
                        "spec.tls.backend.clientCertificateRef"))
                .or(() -> proxy.spec()
                        .backendTls()
                        .clientCertificate()
                        .flatMap(reference -> proxy.object()
                                .map(object -> new ClientCertificate(
                                        reference,
                                        new ReferenceGrant.Origin(
                                                Kinds.ENVOY_GATEWAY_GROUP,
                                                Kinds.ENVOY_PROXY.name(),
                                                object.namespace()),
                                        "EnvoyProxy " + object + ": spec.backendTLS.clientCertificateRef"))));
    }

    private Condition accepted(Resource<Gateway> gateway, ProxyParameters proxy, List<ListenerState> listeners) {
        if (proxy instanceof ProxyParameters.Unusable unusable) {
            return Condition.isFalse(Conditions.ACCEPTED, "InvalidParameters", unusable.message());
        }
        for (Gateway.Address address : gateway.spec().addresses()) {
            if (!address.type().equals("IPAddress") && !address.type().equals("Hostname")) {
                return Condition.isFalse(
                        Conditions.ACCEPTED,
                        "UnsupportedAddress",
                        "Address type \"" + address.type() + "\" is not known (expected: IPAddress or Hostname).");
            }
        }
        boolean any = listeners.stream().anyMatch(ListenerState::serving);
        return validity(listeners, ObjectRef.of(Kinds.GATEWAY, gateway.key()))
                // A Gateway without a valid listener of its own is accepted if a ListenerSet has one.
                .map(condition -> any
                        ? Condition.isTrue(Conditions.ACCEPTED, condition.reason(), condition.message())
                        : condition)
                .orElse(Condition.isTrue(Conditions.ACCEPTED, "Accepted", "The Gateway is accepted."));
    }

    /** The condition Accepted of a Gateway or ListenerSet, some of whose listeners are not valid; empty: all are. */
    private static Optional<Condition> validity(List<ListenerState> listeners, ObjectRef owner) {
        List<ListenerState> own = listeners.stream()
                .filter(listener -> listener.key().owner().equals(owner))
                .toList();
        String invalid = own.stream()
                .filter(listener -> !listener.serving() || listener.closed())
                .map(listener -> listener.key().name())
                .collect(Collectors.joining(", "));
        String message = "Listeners that are not valid: " + invalid + "; see their conditions.";
        if (invalid.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                own.stream().anyMatch(ListenerState::serving)
                        ? Condition.isTrue(Conditions.ACCEPTED, "ListenersNotValid", message)
                        : Condition.isFalse(Conditions.ACCEPTED, "ListenersNotValid", message));
    }

    private Condition acceptance(Resource<Gateway> gateway, Resource<ListenerSet> set) {
        if (!allows(gateway.spec().allowedListeners(), gateway.namespace(), set.namespace())) {
            return Condition.isFalse(
                    Conditions.ACCEPTED,
                    "NotAllowed",
                    "Gateway " + gateway.key() + " does not allow ListenerSets from namespace \"" + set.namespace()
                            + "\" (its spec.allowedListeners).");
        }
        return Condition.isTrue(Conditions.ACCEPTED, "Accepted", "The ListenerSet is accepted.");
    }

    /** True if objects of {@code namespace} may attach to something in {@code own}. */
    public boolean allows(Listener.Namespaces allowed, String own, String namespace) {
        return switch (allowed.from()) {
            case All -> true;
            case Same -> own.equals(namespace);
            case None -> false;
            case Selector ->
                allowed.selector()
                        .map(selector -> selector.matches(world.namespaceLabels(namespace)))
                        .orElse(false);
        };
    }

    private ListenerState resolve(ListenerClaim claim, Optional<Condition> conflict, Resource<Gateway> gateway) {
        Listener spec = claim.spec();
        List<Condition> conditions = new ArrayList<>();
        List<ObjectKey> certificates = new ArrayList<>();
        List<Listener.RouteGroupKind> kinds = new ArrayList<>();
        Optional<Condition> unresolved = Optional.empty();
        Authorities frontend = Authorities.NONE_ASKED_FOR;
        ListenerFilters filters = ListenerFilters.NONE;
        if (claim.protocol().isPresent()) {
            Protocol protocol = claim.protocol().get();
            List<Listener.RouteGroupKind> possible = kindsOf(protocol);
            List<String> refused = new ArrayList<>();
            if (spec.allowedRoutes().kinds().isEmpty()) {
                kinds.addAll(possible);
            }
            for (Listener.RouteGroupKind kind : spec.allowedRoutes().kinds()) {
                if (possible.contains(kind)) {
                    kinds.add(kind);
                } else {
                    refused.add(kind.kind());
                }
            }
            if (!refused.isEmpty()) {
                unresolved = Optional.of(Condition.isFalse(
                        Conditions.RESOLVED_REFS,
                        "InvalidRouteKinds",
                        "allowedRoutes.kinds: " + String.join(", ", refused) + " cannot attach to protocol "
                                + spec.protocol() + " (expected: "
                                + possible.stream()
                                        .map(Listener.RouteGroupKind::kind)
                                        .collect(Collectors.joining(", "))
                                + ")."));
            }
            if (protocol == Protocol.HTTPS || protocol == Protocol.TLS_TERMINATE) {
                Optional<Condition> problem = resolveCertificates(claim, certificates);
                unresolved = problem.isPresent() ? problem : unresolved;
                frontend = authorities(gateway, spec);
                unresolved = frontend.problem().isPresent() ? frontend.problem() : unresolved;
            }
            if (protocol.http()) {
                filters = ListenerFilters.resolve(
                        spec.filters(),
                        new ReferenceGrant.Origin(
                                Kinds.GATEWAY_GROUP,
                                claim.owner().kind(),
                                claim.owner().namespace()),
                        world);
                unresolved = filters.unresolved().isPresent() ? filters.unresolved() : unresolved;
            }
        }
        boolean usable = claim.protocol().isPresent() && conflict.isEmpty();
        boolean needsCertificate = claim.protocol()
                .map(protocol -> protocol == Protocol.HTTPS || protocol == Protocol.TLS_TERMINATE)
                .orElse(false);
        boolean serving = usable
                && !isIpAddress(spec)
                && (!needsCertificate || !certificates.isEmpty())
                && frontend.usable()
                && !kinds.isEmpty();
        if (claim.protocol().isEmpty()) {
            conditions.add(Condition.isFalse(
                    Conditions.ACCEPTED,
                    "UnsupportedProtocol",
                    "Protocol \"" + spec.protocol() + "\" is not known (expected: HTTP, HTTPS, TLS, TCP or UDP)."));
        } else if (conflict.isPresent()) {
            conditions.add(Condition.isFalse(
                    Conditions.ACCEPTED, conflict.get().reason(), conflict.get().message()));
        } else if (isIpAddress(spec)) {
            conditions.add(Condition.isFalse(
                    Conditions.ACCEPTED,
                    "UnsupportedValue",
                    "hostname: \"" + spec.hostname().orElse("") + "\" is an IP address (expected: a DNS name)."));
        } else if (filters.unaccepted().isPresent()) {
            conditions.add(filters.unaccepted().get());
        } else if (!frontend.usable()) {
            conditions.add(Condition.isFalse(
                    Conditions.ACCEPTED,
                    "NoValidCACertificate",
                    "No client certificate could be validated: "
                            + frontend.problem().map(Condition::message).orElse("")));
        } else {
            conditions.add(Condition.isTrue(Conditions.ACCEPTED, "Accepted", "The listener is accepted."));
        }
        conditions.add(conflict.orElse(
                Condition.isFalse(Conditions.CONFLICTED, "NoConflicts", "No other listener is in the way.")));
        conditions.add(unresolved.orElse(
                Condition.isTrue(Conditions.RESOLVED_REFS, "ResolvedRefs", "All references are resolved.")));
        return new ListenerState(
                claim.key(),
                spec,
                boundPort.applyAsInt(spec.port()),
                claim.protocol(),
                kinds,
                certificates,
                filters.filters(),
                filters.closed(),
                conditions,
                serving);
    }

    /** Kubernetes admits an IP address as hostname, since it has the form of a DNS name. */
    private static boolean isIpAddress(Listener listener) {
        return listener.hostname().map(name -> name.matches("\\d+(\\.\\d+){3}")).orElse(false);
    }

    private Optional<Condition> resolveCertificates(ListenerClaim claim, List<ObjectKey> certificates) {
        List<ObjectReference> references =
                claim.spec().tls().map(Listener.Tls::certificateRefs).orElse(List.of());
        if (references.isEmpty()) {
            return Optional.of(Condition.isFalse(
                    Conditions.RESOLVED_REFS,
                    INVALID_CERTIFICATE,
                    "tls.certificateRefs is empty (expected: at least one Secret for protocol "
                            + claim.spec().protocol() + ")."));
        }
        Optional<Condition> first = Optional.empty();
        ReferenceGrant.Origin origin = new ReferenceGrant.Origin(
                Kinds.GATEWAY_GROUP, claim.owner().kind(), claim.owner().namespace());
        for (ObjectReference reference : references) {
            Optional<Condition> problem = certificateProblem(reference, origin);
            if (problem.isEmpty()) {
                certificates.add(reference.key(claim.owner().namespace()));
            } else if (first.isEmpty()) {
                first = problem;
            }
        }
        return certificates.isEmpty()
                ? first
                : first.map(problem -> problem.reason().equals(INVALID_CERTIFICATE)
                        ? Condition.isFalse(
                                Conditions.RESOLVED_REFS, "PartiallyInvalidCertificateRef", problem.message())
                        : problem);
    }

    private Optional<Condition> certificateProblem(ObjectReference reference, ReferenceGrant.Origin origin) {
        ObjectKey key = reference.key(origin.namespace());
        if (!reference.group().isEmpty() || !reference.kind().equals("Secret")) {
            return unresolved(
                    INVALID_CERTIFICATE,
                    "\"" + reference.kind() + "\" of group \"" + reference.group()
                            + "\" cannot hold a certificate (expected: a Secret).");
        }
        if (!world.permitted(origin, "", "Secret", key)) {
            return unresolved(
                    "RefNotPermitted",
                    "Secret " + key + " is in another namespace, and no ReferenceGrant there permits it.");
        }
        return switch (world.certificate(key)) {
            case CertificateCheck.Valid _, CertificateCheck.Discovered _ -> Optional.empty();
            case CertificateCheck.Missing _ -> unresolved(INVALID_CERTIFICATE, "Secret " + key + " is not there.");
            case CertificateCheck.Invalid invalid ->
                unresolved(INVALID_CERTIFICATE, "Secret " + key + ": " + invalid.problem() + ".");
        };
    }

    /**
     * The CAs that clients' certificates are validated with.
     *
     * @param problem the first reference that cannot be used
     * @param usable false if validation is required and no reference can be used
     */
    private record Authorities(Optional<Condition> problem, boolean usable) {
        static final Authorities NONE_ASKED_FOR = new Authorities(Optional.empty(), true);
    }

    private Authorities authorities(Resource<Gateway> gateway, Listener listener) {
        Optional<Gateway.Validation> validation =
                gateway.spec().frontendTls().flatMap(frontend -> frontend.of(listener));
        if (validation.isEmpty()) {
            return Authorities.NONE_ASKED_FOR;
        }
        Optional<Condition> first = Optional.empty();
        boolean usable = false;
        for (ObjectReference reference : validation.get().caCertificateRefs()) {
            Optional<Condition> problem = authorityProblem(gateway.namespace(), reference, validation.get());
            usable |= problem.isEmpty();
            first = first.isPresent() ? first : problem;
        }
        return new Authorities(first, usable);
    }

    private Optional<Condition> authorityProblem(
            String namespace, ObjectReference reference, Gateway.Validation validation) {
        ReferenceGrant.Origin origin = new ReferenceGrant.Origin(Kinds.GATEWAY_GROUP, "Gateway", namespace);
        ObjectKey key = reference.authoritiesKey(namespace);
        if (!reference.holdsAuthorities()) {
            return unresolved(
                    "InvalidCACertificateKind",
                    "\"" + reference.kind()
                            + "\" cannot hold CA certificates (expected: a ConfigMap, Secret or ClusterTrustBundle).");
        }
        if (!key.namespace().isEmpty() && !world.permitted(origin, "", reference.kind(), key)) {
            return unresolved(
                    "RefNotPermitted",
                    reference.kind() + " " + key + " is in another namespace, and no ReferenceGrant there permits it.");
        }
        String what = reference.kind() + " " + key;
        return switch (world.bundle(reference.kind(), key)) {
            case CertificateCheck.Valid _ -> Optional.empty();
            case CertificateCheck.Discovered _ ->
                validation.caCertificateRefs().size() == 1
                        ? Optional.empty()
                        : unresolved("InvalidCACertificateRef", what + " " + DISCOVERED_ALONE + ".");
            case CertificateCheck.Missing _ -> unresolved("InvalidCACertificateRef", what + " is not there.");
            case CertificateCheck.Invalid invalid ->
                unresolved("InvalidCACertificateRef", what + ": " + invalid.problem() + ".");
        };
    }

    /** The references to CAs of {@code validation} that can be used. */
    public List<ObjectReference> usableAuthorities(String namespace, Gateway.Validation validation) {
        return validation.caCertificateRefs().stream()
                .filter(reference ->
                        authorityProblem(namespace, reference, validation).isEmpty())
                .toList();
    }

    private static Optional<Condition> unresolved(String reason, String message) {
        return Optional.of(Condition.isFalse(Conditions.RESOLVED_REFS, reason, message));
    }

    private static List<Listener.RouteGroupKind> kindsOf(Protocol protocol) {
        List<String> names = switch (protocol) {
            case HTTP, HTTPS -> List.of("HTTPRoute", "GRPCRoute");
            case TLS_PASSTHROUGH -> List.of("TLSRoute");
            case TLS_TERMINATE -> List.of("TLSRoute", "TCPRoute");
            case TCP -> List.of("TCPRoute");
            case UDP -> List.of("UDPRoute");
        };
        return names.stream()
                .map(name -> new Listener.RouteGroupKind(Kinds.GATEWAY_GROUP, name))
                .toList();
    }
}
