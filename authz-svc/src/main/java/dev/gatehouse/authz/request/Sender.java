package dev.gatehouse.authz.request;

/**
 * Whence a request comes, and where it goes, as the proxy says: no header of the client decides it.
 *
 * @param address of the client, by the proxy's rules of which proxies in front of it count; empty: not told
 * @param route the rule's name, as in metrics of proxies; empty: not told
 * @param trace the trace's id, in hexadecimal digits; empty: the proxy traces nothing
 */
public record Sender(String address, String route, String trace) {
    public static final Sender UNKNOWN = new Sender("", "", "");
}
