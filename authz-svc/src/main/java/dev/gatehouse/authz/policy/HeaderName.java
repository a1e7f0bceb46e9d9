package dev.gatehouse.authz.policy;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Names of headers that a policy may read or set. */
public final class HeaderName {
    private static final String SYMBOLS = "!#$%&'*+-.^_`|~";
    private static final Set<String> FRAMING =
            Set.of("host", "connection", "content-length", "transfer-encoding", "te", "upgrade", "trailer");

    private HeaderName() {}

    /**
     * In lower case.
     *
     * @throws InvalidPolicy when it is no token of RFC 9110 section 5.6.2, or one that HTTP itself needs
     */
    public static String of(String name, String field) throws InvalidPolicy {
        String lower = name.toLowerCase(Locale.ROOT);
        boolean token = !name.isEmpty()
                && name.chars()
                        .allMatch(c -> (c >= '0' && c <= '9')
                                || (c >= 'a' && c <= 'z')
                                || (c >= 'A' && c <= 'Z')
                                || SYMBOLS.indexOf(c) >= 0);
        if (!token || FRAMING.contains(lower)) {
            throw new InvalidPolicy(field, "\"" + name + "\"", "the name of a header, not one that HTTP itself needs");
        }
        return lower;
    }

    /** Empty for an empty name. */
    public static Optional<String> optional(String name, String field) throws InvalidPolicy {
        return name.isEmpty() ? Optional.empty() : Optional.of(of(name, field));
    }
}
