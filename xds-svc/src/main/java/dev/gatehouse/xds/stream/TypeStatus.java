package dev.gatehouse.xds.stream;

import java.util.Optional;

/**
 * Where a subscriber stands with one type.
 *
 * @param ackedVersion of the last push it accepted; empty: none yet
 * @param resources it has, or has been sent
 * @param lastRejection its words when it last refused a push, until it accepts one
 */
public record TypeStatus(String typeUrl, String ackedVersion, int resources, Optional<String> lastRejection) {}
