package dev.gatehouse.seclang;

/**
 * {@code SecRequestBodyLimit} or {@code SecResponseBodyLimit} and its action.
 *
 * @param bytes the most bytes that are inspected
 * @param reject whether a longer body ends the transaction; otherwise its beginning is inspected
 */
public record BodyLimit(long bytes, boolean reject) {}
