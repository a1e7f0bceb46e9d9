package dev.gatehouse.seclang.operator;

import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.variable.Macro;
import java.util.Optional;

/**
 * {@code @rx} with references, as in {@code ^%{tx.allowed_types}$}: values are parts of the pattern as they are, as in
 * ModSecurity. A compiled pattern is kept until the values change.
 */
final class ExpandedExpression implements Operator {
    private record Known(Bytes pattern, Optional<Operator> operator) {}

    private final Macro macro;
    private volatile Known known = new Known(Bytes.EMPTY, RegularExpression.expanded(Bytes.EMPTY));

    ExpandedExpression(Macro macro) {
        this.macro = macro;
    }

    @Override
    public boolean matches(Bytes value, MatchContext context) {
        Bytes pattern = macro.expand(context);
        Known last = known;
        if (!last.pattern().equals(pattern)) {
            last = new Known(pattern, RegularExpression.expanded(pattern));
            known = last;
        }
        if (last.operator().isEmpty()) {
            // An invalid pattern must not count as no match. It counts as given up, which the recommended rules deny.
            context.gaveUp();
            return false;
        }
        return last.operator().get().matches(value, context);
    }
}
