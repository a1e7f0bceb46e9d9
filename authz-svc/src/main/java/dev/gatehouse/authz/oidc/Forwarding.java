package dev.gatehouse.authz.oidc;

import dev.gatehouse.authz.policy.Changes;
import dev.gatehouse.authz.request.Cookies;
import dev.gatehouse.authz.request.HttpRequest;
import dev.gatehouse.authz.seal.Secret;
import dev.gatehouse.authz.session.Held;
import dev.gatehouse.authz.session.OwnCookies;
import dev.gatehouse.authz.session.Session;
import dev.gatehouse.authz.token.ClaimHeader;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What the backend, and filters behind this one, get to know of the user.
 *
 * @param accessToken whether the backend gets it as {@code Authorization}; a token that it is exchanged for always goes there
 * @param idTokenHeader in lower case
 * @param claims header by header
 * @param internalAccessHeader for filters behind this one, which take it out
 */
public record Forwarding(
        boolean accessToken,
        Optional<String> idTokenHeader,
        List<ClaimHeader> claims,
        Optional<String> internalAccessHeader,
        Optional<String> internalIdHeader) {
    private static final String AUTHORIZATION = "authorization";
    private static final String COOKIE = "cookie";

    public Forwarding {
        claims = List.copyOf(claims);
    }

    /** Headers that no client may set. {@code Authorization} is not among them: it is replaced where a token goes into it. */
    Set<String> headers() {
        Set<String> names = new LinkedHashSet<>();
        claims.forEach(claim -> names.add(claim.header()));
        idTokenHeader.ifPresent(names::add);
        internalAccessHeader.ifPresent(names::add);
        internalIdHeader.ifPresent(names::add);
        names.remove(AUTHORIZATION);
        return names;
    }

    /** @param backendToken the access token, or what it was exchanged for; empty: the backend gets none */
    Changes changes(HttpRequest request, Held held, Optional<Secret> backendToken) {
        Session session = held.session();
        Map<String, String> set = new HashMap<>();
        backendToken.ifPresent(token -> set.put(AUTHORIZATION, "Bearer " + token.text()));
        session.tokens().id().ifPresent(token -> {
            idTokenHeader.ifPresent(
                    name -> set.put(name, name.equals(AUTHORIZATION) ? "Bearer " + token.text() : token.text()));
            internalIdHeader.ifPresent(name -> set.put(name, token.text()));
        });
        internalAccessHeader.ifPresent(
                name -> set.put(name, session.tokens().access().text()));
        for (ClaimHeader claim : claims) {
            claim.value(session.claims()).ifPresent(text -> set.put(claim.header(), text));
        }
        Set<String> remove = new HashSet<>();
        cookies(request, set, remove);
        return new Changes(set, remove, List.of(), held.setCookies(), session.claims());
    }

    /** How many characters of tokens and claims are in headers. */
    static int length(Changes changes) {
        return changes.set().entrySet().stream()
                .filter(header -> !header.getKey().equals(COOKIE))
                .mapToInt(header -> header.getValue().length())
                .sum();
    }

    /** Of a request without a session: it keeps nothing that is Gatehouse's. */
    static Changes without(HttpRequest request) {
        Map<String, String> set = new HashMap<>();
        Set<String> remove = new HashSet<>();
        cookies(request, set, remove);
        return new Changes(set, remove, List.of());
    }

    private static void cookies(HttpRequest request, Map<String, String> set, Set<String> remove) {
        Optional<String> header = request.header(COOKIE);
        if (header.isPresent()) {
            Cookies cookies = Cookies.parse(header.get());
            String rest = cookies.withoutOwn(OwnCookies::own);
            if (rest.isEmpty()) {
                remove.add(COOKIE);
            } else if (!rest.equals(cookies.withoutOwn(_ -> false))) {
                set.put(COOKIE, rest);
            }
        }
    }
}
