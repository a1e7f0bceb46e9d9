package dev.gatehouse.controller.gateway;

import dev.gatehouse.controller.gateway.ListenerState.Protocol;
import dev.gatehouse.controller.status.Condition;
import dev.gatehouse.controller.status.Conditions;
import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.ObjectRef;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntUnaryOperator;

/**
 * Finds the listeners of a fleet that conflict. If listeners of two owners (Gateways and ListenerSets) conflict, the
 * listener of the owner with precedence is served (GEP-1713: a Gateway before its ListenerSets, the older object before
 * the younger; the same holds between Gateways that share a fleet). If listeners of one owner conflict, none of these
 * listeners is served: Gateway API forbids an implementation to pick one.
 */
public final class ListenerConflicts {
    /** A port as Envoy binds it. A UDP and a TCP socket of the same port do not conflict. */
    private record Socket(int bound, boolean udp) {}

    private final Map<ListenerKey, Condition> conflicts = new HashMap<>();
    private final IntUnaryOperator boundPort;

    /** The claims of owners with higher precedence, which later owners must not take. */
    private final Map<Socket, List<ListenerClaim>> claimed = new HashMap<>();

    private ListenerConflicts(IntUnaryOperator boundPort) {
        this.boundPort = boundPort;
    }

    /**
     * The condition Conflicted of each listener that is not served because of another.
     *
     * @param gateways the claims of one fleet's Gateways, in order of precedence
     * @param boundPort the port that Envoy binds for a listener's port
     */
    public static Map<ListenerKey, Condition> among(List<GatewayClaims> gateways, IntUnaryOperator boundPort) {
        ListenerConflicts found = new ListenerConflicts(boundPort);
        for (GatewayClaims gateway : gateways) {
            Map<ObjectRef, List<ListenerClaim>> byOwner = new LinkedHashMap<>();
            gateway.listeners().stream()
                    .filter(claim -> claim.protocol().isPresent())
                    .forEach(claim -> byOwner.computeIfAbsent(claim.owner(), _ -> new ArrayList<>())
                            .add(claim));
            byOwner.values().forEach(found::take);
        }
        return found.conflicts;
    }

    /** Takes the listeners of one owner, in the order of precedence. */
    private void take(List<ListenerClaim> own) {
        List<ListenerClaim> left = new ArrayList<>();
        for (ListenerClaim claim : own) {
            first(claim, claimed.getOrDefault(socket(claim), List.of()))
                    .ifPresentOrElse(condition -> conflicts.put(claim.key(), condition), () -> left.add(claim));
        }
        for (ListenerClaim claim : left) {
            first(
                            claim,
                            left.stream()
                                    .filter(other ->
                                            other != claim && socket(other).equals(socket(claim)))
                                    .toList())
                    .ifPresent(condition -> conflicts.put(claim.key(), condition));
        }
        for (ListenerClaim claim : own) {
            boolean protocolConflict = Optional.ofNullable(conflicts.get(claim.key()))
                    .map(condition -> condition.reason().equals(PROTOCOL_CONFLICT))
                    .orElse(false);
            // A ListenerSet whose own listeners conflict about a protocol does not keep later owners from the port.
            if (!protocolConflict || claim.owner().kind().equals(Kinds.GATEWAY.name())) {
                claimed.computeIfAbsent(socket(claim), _ -> new ArrayList<>()).add(claim);
            }
        }
    }

    private static final String PROTOCOL_CONFLICT = "ProtocolConflict";

    private Socket socket(ListenerClaim claim) {
        return new Socket(
                boundPort.applyAsInt(claim.spec().port()), claim.protocol().orElseThrow() == Protocol.UDP);
    }

    private static Optional<Condition> first(ListenerClaim claim, List<ListenerClaim> others) {
        return others.stream().flatMap(other -> between(claim, other).stream()).findFirst();
    }

    private static Optional<Condition> between(ListenerClaim claim, ListenerClaim other) {
        Protocol mine = claim.protocol().orElseThrow();
        Protocol theirs = other.protocol().orElseThrow();
        String where = "listener \"" + other.spec().name() + "\" of " + other.owner() + " on port "
                + other.spec().port();
        if (mine != theirs && !(mine.bySni() && theirs.bySni())) {
            return Optional.of(Condition.isTrue(
                    Conditions.CONFLICTED,
                    PROTOCOL_CONFLICT,
                    "Protocol " + claim.spec().protocol() + " conflicts with "
                            + other.spec().protocol() + " of " + where + "."));
        }
        if (mine == Protocol.TCP || mine == Protocol.UDP) {
            return Optional.of(Condition.isTrue(
                    Conditions.CONFLICTED,
                    PROTOCOL_CONFLICT,
                    "A port has one " + mine + " listener only, and there is " + where + "."));
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
