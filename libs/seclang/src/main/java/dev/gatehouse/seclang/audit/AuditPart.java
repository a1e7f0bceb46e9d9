package dev.gatehouse.seclang.audit;

import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/** A part of an audit log entry: a letter of {@code SecAuditLogParts}. A and Z are always there. */
public enum AuditPart {
    /** When, and who spoke to whom. */
    A,
    /** The request's headers. */
    B,
    /** The request's body. */
    C,
    /** The headers as they would go to the backend; never written, as in ModSecurity. */
    D,
    /** The response's body. */
    E,
    /** The response's headers. */
    F,
    /** The response's headers as sent; never written, as in ModSecurity. */
    G,
    /** What rules said: the trailer. */
    H,
    /** The request's body without files. */
    I,
    /** The files' names and sizes. */
    J,
    /** Every rule that matched, in order. */
    K,
    /** The end. */
    Z;

    /** Letters, without regard to order; empty if one is no part, or A or Z is missing where both are demanded. */
    public static Optional<Set<AuditPart>> parse(String letters) {
        Set<AuditPart> parts = EnumSet.of(A, Z);
        for (int i = 0; i < letters.length(); i++) {
            int index = "ABCDEFGHIJKZ".indexOf(Character.toUpperCase(letters.charAt(i)));
            if (index < 0) {
                return Optional.empty();
            }
            parts.add(values()[index]);
        }
        return Optional.of(parts);
    }
}
