package dev.gatehouse.authz.policy;

import java.util.ArrayList;
import java.util.List;

/**
 * What a client gets in place of the backend's answer: a redirect, a page, a refusal that a program reads.
 *
 * @param headers in their order; a name may come more than once, as Set-Cookie does
 */
public record Answer(int status, List<Header> headers, String body) {
    public Answer {
        headers = List.copyOf(headers);
    }

    /** @param name in lower case */
    public record Header(String name, String value) {
        /** Values may be credentials. */
        @Override
        public String toString() {
            return name;
        }
    }

    /** The same answer with more values of Set-Cookie. */
    public Answer with(List<String> setCookies) {
        List<Header> more = new ArrayList<>(headers);
        setCookies.forEach(value -> more.add(new Header("set-cookie", value)));
        return new Answer(status, more, body);
    }

    @Override
    public String toString() {
        return "Answer[" + status + ", headers=" + headers + "]";
    }
}
