package dev.gatehouse.seclang;

import dev.gatehouse.seclang.variable.Macro;
import dev.gatehouse.seclang.variable.MacroScope;
import java.util.Optional;

/**
 * The name of a variable in a collection, which may contain references.
 *
 * @param constant the name if it has no references; it is kept, since hundreds of such variables are set for each
 * request
 */
record VariableKey(Macro macro, Optional<VariableName> constant) {
    static VariableKey of(Macro macro) {
        return new VariableKey(macro, macro.constant().map(text -> VariableName.of(text.toString())));
    }

    VariableName name(MacroScope scope) {
        return constant.isPresent() ? constant.get() : VariableName.of(macro.text(scope));
    }
}
