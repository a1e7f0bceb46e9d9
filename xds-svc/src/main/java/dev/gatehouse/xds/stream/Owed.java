package dev.gatehouse.xds.stream;

import java.time.Instant;

/**
 * An overdue answer or push of a stream.
 *
 * @param typeUrl the type of the resources
 * @param since the beginning of the wait
 * @param what the missing item and the reason, as a sentence for a log
 */
public record Owed(String typeUrl, Instant since, String what) {}
