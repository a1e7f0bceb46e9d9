package dev.gatehouse.seclang;

/** Chooses rules. */
sealed interface RuleFilter {
    boolean admits(Rule rule);

    /** Ids from {@code first} to {@code last}. */
    record Ids(long first, long last) implements RuleFilter {
        @Override
        public boolean admits(Rule rule) {
            return rule.id() >= first && rule.id() <= last;
        }
    }

    /** Rules with the tag. */
    record Tag(String tag) implements RuleFilter {
        @Override
        public boolean admits(Rule rule) {
            return rule.note().tags().stream()
                    .anyMatch(macro -> macro.constant()
                            .filter(text -> text.toString().equals(tag))
                            .isPresent());
        }
    }

    /** Rules with the message, as it is written in the rule. */
    record Message(String message) implements RuleFilter {
        @Override
        public boolean admits(Rule rule) {
            return rule.note()
                    .message()
                    .constant()
                    .filter(text -> text.toString().equals(message))
                    .isPresent();
        }
    }
}
