package dev.gatehouse.seclang;

import dev.gatehouse.seclang.variable.Macro;
import dev.gatehouse.seclang.variable.MacroScope;
import java.util.Optional;

/**
 * Which variable of a collection an action means: its name, which may have references in it.
 *
 * @param constant the name if it has none; most do not, and hundreds are set for each request
 */
record VariableKey(Macro macro, Optional<VariableName> constant) {
    static VariableKey of(Macro macro) {
        return new VariableKey(macro, macro.constant().map(text -> VariableName.of(text.toString())));
    }

    VariableName name(MacroScope scope) {
        return constant.isPresent() ? constant.get() : VariableName.of(macro.text(scope));
    }
}
