package dev.gatehouse.authz.oidc;

import dev.gatehouse.authz.token.Claims;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.WeakHashMap;

/**
 * The sign-ons of a process, as far as providers tell them of logouts. Policies of one host may have one path for that: a route cannot tell which of them a
 * logout is for, but the logout token names its client, and a frame its issuer. A policy that is gone is forgotten when nothing uses it any more.
 */
final class LogoutReceivers {
    private final Set<Logouts> all = Collections.newSetFromMap(new WeakHashMap<>());

    synchronized void add(Logouts logouts) {
        all.add(logouts);
    }

    /** Who has the client that the token is for: {@code first}, if it has. */
    Optional<Logouts> ofClient(Claims claims, Logouts first) {
        return inOrder(first).stream()
                .filter(each -> each.sender(claims).isPresent())
                .findFirst();
    }

    /** Who has users of the issuer, and hears of frames at {@code path}: {@code first} comes first. */
    List<Logouts> ofFrames(String path, Optional<String> issuer, Logouts first) {
        return inOrder(first).stream()
                .filter(each -> each.hearsFrames(path) && each.framed(issuer).isPresent())
                .toList();
    }

    private synchronized Set<Logouts> inOrder(Logouts first) {
        Set<Logouts> ordered = new LinkedHashSet<>();
        ordered.add(first);
        ordered.addAll(all);
        return ordered;
    }
}
