package dev.gatehouse.controller.gateway;

import dev.gatehouse.controller.backend.ClusterSpec;
import dev.gatehouse.controller.backend.Target;
import dev.gatehouse.controller.status.Condition;
import dev.gatehouse.controller.status.Conditions;
import dev.gatehouse.gatewayapi.BackendReference;
import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.ListenerFilter;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.ReferenceGrant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The resolved filters of a listener: either all of its filters, or no filter and the reason. No single filter may be
 * left out, since other filters or the routes may rely on it.
 *
 * @param filters in the order in which they run
 * @param unaccepted why the listener's condition Accepted is false
 * @param unresolved why its condition ResolvedRefs is false
 */
public record ListenerFilters(
        List<PreRouting> filters, Optional<Condition> unaccepted, Optional<Condition> unresolved) {
    static final ListenerFilters NONE = new ListenerFilters(List.of(), Optional.empty(), Optional.empty());

    public ListenerFilters {
        filters = List.copyOf(filters);
    }

    /** The filters' view of other objects. */
    public interface World {
        Target backend(ReferenceGrant.Origin origin, BackendReference reference, boolean grpc);

        Extension extension(ObjectKey policy, String kind);
    }

    /** The target of an {@code extensionRef}. */
    public sealed interface Extension {
        record Found(PreRouting filter) implements Extension {}

        /** A policy that is switched off. */
        record Off() implements Extension {}

        record Unusable(String problem) implements Extension {}
    }

    /** True if not all filters can run. No request may pass such a listener. */
    boolean closed() {
        return unaccepted.isPresent() || unresolved.isPresent();
    }

    static ListenerFilters resolve(List<ListenerFilter> filters, ReferenceGrant.Origin owner, World world) {
        List<PreRouting> resolved = new ArrayList<>();
        Optional<Condition> unaccepted = Optional.empty();
        Optional<Condition> unresolved = Optional.empty();
        for (int i = 0; i < filters.size(); i++) {
            String at = "filters.requests[" + i + "]";
            Optional<Condition> problem = switch (filters.get(i)) {
                case ListenerFilter.Unknown unknown ->
                    Optional.of(Condition.isFalse(
                            Conditions.ACCEPTED,
                            "UnsupportedValue",
                            at + ".type: \"" + unknown.type()
                                    + "\" is not known (expected: ExternalAuth or ExtensionRef)." + CLOSED));
                case ListenerFilter.ExternalAuth auth -> externalAuth(auth, at, owner, world, resolved);
                case ListenerFilter.ExtensionRef extension -> extension(extension, at, owner, world, resolved);
            };
            if (problem.isPresent()) {
                boolean reference = problem.get().type().equals(Conditions.RESOLVED_REFS);
                unresolved = reference ? unresolved.or(() -> problem) : unresolved;
                unaccepted = reference ? unaccepted : unaccepted.or(() -> problem);
            }
        }
        return new ListenerFilters(
                unaccepted.isPresent() || unresolved.isPresent() ? List.of() : resolved, unaccepted, unresolved);
    }

    private static final String CLOSED = " Every request to the listener is answered with 503.";

    private static Optional<Condition> externalAuth(
            ListenerFilter.ExternalAuth auth,
            String at,
            ReferenceGrant.Origin owner,
            World world,
            List<PreRouting> resolved) {
        boolean grpc = auth.protocol() == ListenerFilter.AuthProtocol.GRPC;
        return switch (world.backend(owner, auth.backend(), grpc)) {
            case Target.Found found -> {
                ClusterSpec cluster = found.cluster();
                resolved.add(new PreRouting.ExternalAuth(auth, cluster));
                yield Optional.empty();
            }
            case Target.Unresolved unresolved ->
                unresolved(
                        unresolved.reason().equals("RefNotPermitted") ? "RefNotPermitted" : "InvalidListenerFilterRef",
                        at + ".externalAuth.backendRef: " + unresolved.message());
        };
    }

    private static Optional<Condition> extension(
            ListenerFilter.ExtensionRef extension,
            String at,
            ReferenceGrant.Origin owner,
            World world,
            List<PreRouting> resolved) {
        String group = extension.reference().group();
        String kind = extension.reference().kind();
        boolean known = group.equals(Kinds.SECURITY_POLICY.group()) && kind.equals(Kinds.SECURITY_POLICY.name())
                || group.equals(Kinds.WAF_POLICY.group()) && kind.equals(Kinds.WAF_POLICY.name());
        if (!known) {
            return unresolved(
                    "InvalidListenerFilterRef",
                    at + ".extensionRef: kind \"" + kind + "\" of group \"" + group
                            + "\" cannot run before routing (expected: " + Kinds.SECURITY_POLICY.name() + " of "
                            + Kinds.SECURITY_POLICY.group() + ", or " + Kinds.WAF_POLICY.name() + " of "
                            + Kinds.WAF_POLICY.group() + ").");
        }
        return switch (world.extension(extension.reference().key(owner.namespace()), kind)) {
            case Extension.Found found -> {
                resolved.add(found.filter());
                yield Optional.empty();
            }
            case Extension.Off _ -> Optional.empty();
            case Extension.Unusable unusable ->
                unresolved("InvalidListenerFilterRef", at + ".extensionRef: " + unusable.problem() + ".");
        };
    }

    private static Optional<Condition> unresolved(String reason, String message) {
        return Optional.of(Condition.isFalse(Conditions.RESOLVED_REFS, reason, message + CLOSED));
    }
}
