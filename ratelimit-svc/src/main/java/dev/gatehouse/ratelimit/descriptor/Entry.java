package dev.gatehouse.ratelimit.descriptor;

/** A key and its value, as Envoy's action filled it in. */
public record Entry(String key, String value) {}
