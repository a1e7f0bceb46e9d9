package dev.gatehouse.seclang;

import dev.gatehouse.seclang.parse.Diagnostic;
import java.util.List;
import java.util.stream.Collectors;

/** The outcome of compiling sources. */
public sealed interface Compilation {
    /**
     * @param warnings directives that are accepted for compatibility and change nothing
     */
    record Compiled(RuleSet rules, List<Diagnostic> warnings) implements Compilation {
        public Compiled {
            warnings = List.copyOf(warnings);
        }
    }

    /** @param errors all errors, in order */
    record Rejected(List<Diagnostic> errors) implements Compilation {
        public Rejected {
            errors = List.copyOf(errors);
        }

        /** The errors, one per line. */
        @Override
        public String toString() {
            return errors.stream().map(Diagnostic::toString).collect(Collectors.joining("\n"));
        }
    }
}
