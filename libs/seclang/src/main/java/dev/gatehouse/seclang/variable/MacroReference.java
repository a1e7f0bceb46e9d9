package dev.gatehouse.seclang.variable;

/**
 * What a macro refers to.
 *
 * @param key in small letters; empty for a variable that is one value
 */
public record MacroReference(Variable variable, String key) {}
