package dev.gatehouse.xds.stream;

import java.time.Instant;

/**
 * Something that a stream has waited for too long.
 *
 * @param typeUrl of the resources that it is about
 * @param since when it has been waited for
 * @param what is missing, and why, as a sentence for a log
 */
public record Owed(String typeUrl, Instant since, String what) {}
