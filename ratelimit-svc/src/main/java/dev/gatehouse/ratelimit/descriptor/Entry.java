package dev.gatehouse.ratelimit.descriptor;

/**
 * A key and its value, as Envoy's action filled it in.
 *
 * @param value a client's bytes as UTF-8. A byte that is not UTF-8 is an unpaired low surrogate, U+DC00 plus the byte, which no valid
 * UTF-8 decodes to: different bytes are different values.
 */
public record Entry(String key, String value) {}
