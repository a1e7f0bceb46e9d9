package dev.gatehouse.seclang;

import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.operator.RegularExpression;
import dev.gatehouse.seclang.parse.SecLangException;
import dev.gatehouse.seclang.parse.Span;
import dev.gatehouse.seclang.variable.Macro;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Selects rules. */
sealed interface RuleFilter {
    boolean admits(Rule rule);

    // Equality is written by hand, as in Selector: the JDK generates a record's methods at their first use, for which
    // the first request with a filter would wait.

    /** Ids from {@code first} to {@code last}. */
    record Ids(long first, long last) implements RuleFilter {
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Ids same && first == same.first && last == same.last;
        }

        @Override
        public int hashCode() {
            return Long.hashCode(first * 31 + last);
        }

        @Override
        public boolean admits(Rule rule) {
            return rule.id() >= first && rule.id() <= last;
        }
    }

    /** Rules with such a tag. */
    record Tag(Text tag) implements RuleFilter {
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Tag same && tag.equals(same.tag);
        }

        @Override
        public int hashCode() {
            return tag.hashCode();
        }

        @Override
        public boolean admits(Rule rule) {
            List<Macro> tags = rule.note().tags();
            for (int i = 0; i < tags.size(); i++) {
                if (tag.fits(tags.get(i))) {
                    return true;
                }
            }
            return false;
        }
    }

    /** Rules with such a message, as it is written in the rule. */
    record Message(Text message) implements RuleFilter {
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Message same && message.equals(same.message);
        }

        @Override
        public int hashCode() {
            return message.hashCode();
        }

        @Override
        public boolean admits(Rule rule) {
            return message.fits(rule.note().message());
        }
    }

    /** A text or a pattern ({@code attack-.*}), as in ModSecurity 2. */
    record Text(Bytes text, Optional<RegularExpression> pattern) {
        private static final String SIGNS = "^$*+?[](){}|\\";

        static Text read(Span span) throws SecLangException {
            boolean isPattern = span.text().chars().anyMatch(c -> SIGNS.indexOf(c) >= 0);
            if (!isPattern) {
                return new Text(Bytes.utf8(span.text()), Optional.empty());
            }
            try {
                return new Text(Bytes.utf8(span.text()), Optional.of(RegularExpression.compile(span)));
            } catch (SecLangException e) {
                // Messages may contain brackets. A text that is not a valid pattern is taken literally.
                return new Text(Bytes.utf8(span.text()), Optional.empty());
            }
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Text same && text.equals(same.text);
        }

        @Override
        public int hashCode() {
            return text.hashCode();
        }

        boolean fits(Macro own) {
            Bytes written = own.written();
            return written.equals(text) || (pattern.isPresent() && pattern.get().isFoundIn(written));
        }
    }
}
