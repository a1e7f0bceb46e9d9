package dev.gatehouse.seclang.parse;

/**
 * A text of directives.
 *
 * @param name the name in errors: a file, or {@code directives[2]}
 */
public record Source(String name, String text) {}
