package dev.gatehouse.seclang.variable;

/**
 * A reference in a macro.
 *
 * @param key the key in lower case; empty for a variable with a single value
 */
public record MacroReference(Variable variable, String key) {}
