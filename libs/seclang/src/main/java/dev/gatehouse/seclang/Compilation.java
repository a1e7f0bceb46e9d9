package dev.gatehouse.seclang;

import dev.gatehouse.seclang.parse.Diagnostic;
import java.util.List;
import java.util.stream.Collectors;

/** What became of sources. */
public sealed interface Compilation {
    /**
     * @param warnings directives that are accepted for compatibility and change nothing
     */
    record Compiled(RuleSet rules, List<Diagnostic> warnings) implements Compilation {
        public Compiled {
            warnings = List.copyOf(warnings);
        }
    }

    /** @param errors all of them, in order */
    record Rejected(List<Diagnostic> errors) implements Compilation {
        public Rejected {
            errors = List.copyOf(errors);
        }

        /** One line each. */
        @Override
        public String toString() {
            return errors.stream().map(Diagnostic::toString).collect(Collectors.joining("\n"));
        }
    }
}
