package dev.gatehouse.controller.gateway;

import dev.gatehouse.controller.gateway.ListenerState.Protocol;
import dev.gatehouse.controller.status.Condition;
import dev.gatehouse.controller.status.Conditions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntUnaryOperator;

/**
 * The listeners of a fleet that cannot be served beside others: of two that ask for the same, the one that comes first is
 * served (GEP-1713: a Gateway's own before those of its ListenerSets, the older before the younger; the same holds between
 * Gateways that share a fleet).
 */
public final class ListenerConflicts {
    /** A port as Envoy binds it: UDP and TCP are not in each other's way. */
    private record Socket(int bound, boolean udp) {}

    private ListenerConflicts() {}

    /**
     * The condition Conflicted of each listener that has to stand back.
     *
     * @param gateways those of one fleet, in order of precedence
     * @param boundPort the port that Envoy binds for a listener's port
     */
    public static Map<ListenerKey, Condition> among(List<GatewayClaims> gateways, IntUnaryOperator boundPort) {
        Map<ListenerKey, Condition> conflicts = new HashMap<>();
        Map<Socket, List<ListenerClaim>> served = new HashMap<>();
        for (GatewayClaims gateway : gateways) {
            for (ListenerClaim claim : gateway.listeners()) {
                if (claim.protocol().isEmpty()) {
                    continue;
                }
                Protocol protocol = claim.protocol().get();
                List<ListenerClaim> there = served.computeIfAbsent(
                        new Socket(boundPort.applyAsInt(claim.spec().port()), protocol == Protocol.UDP),
                        _ -> new ArrayList<>());
                Optional<Condition> conflict = there.stream()
                        .flatMap(other -> between(claim, protocol, other).stream())
                        .findFirst();
                conflict.ifPresentOrElse(
                        condition -> conflicts.putIfAbsent(claim.key(), condition), () -> there.add(claim));
            }
        }
        return conflicts;
    }

    private static Optional<Condition> between(ListenerClaim claim, Protocol mine, ListenerClaim other) {
        Protocol theirs = other.protocol().orElseThrow();
        String where = "listener \"" + other.spec().name() + "\" of " + other.owner() + " on port "
                + other.spec().port();
        if (mine != theirs && !(mine.bySni() && theirs.bySni())) {
            return Optional.of(Condition.isTrue(
                    Conditions.CONFLICTED,
                    "ProtocolConflict",
                    "Protocol " + claim.spec().protocol() + " conflicts with "
                            + other.spec().protocol() + " of " + where + "."));
        }
        if (claim.spec().hostname().equals(other.spec().hostname())) {
            return Optional.of(Condition.isTrue(
                    Conditions.CONFLICTED,
                    "HostnameConflict",
                    "Hostname \"" + claim.spec().hostname().orElse("*") + "\" is that of " + where + " too."));
        }
        return Optional.empty();
    }
}
