package dev.gatehouse.authz.session;

import java.util.List;

/**
 * A session that the request's cookies have opened.
 *
 * @param key its name in the store, or a hash of its cookies
 * @param ticket the key that seals it; empty without a store
 * @param cookies names of the cookies that have it, which go when others take their place; empty with a store
 * @param setCookies values of Set-Cookie for the answer; mostly none
 */
public record Held(Session session, String key, byte[] ticket, List<String> cookies, List<String> setCookies) {
    public Held {
        ticket = ticket.clone();
        cookies = List.copyOf(cookies);
        setCookies = List.copyOf(setCookies);
    }

    @Override
    public byte[] ticket() {
        return ticket.clone();
    }

    @Override
    public String toString() {
        return "Held[" + session + "]";
    }
}
