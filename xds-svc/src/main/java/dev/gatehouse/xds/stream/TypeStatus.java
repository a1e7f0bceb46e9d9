package dev.gatehouse.xds.stream;

import java.util.Optional;

/**
 * Where a subscriber stands with one type.
 *
 * @param ackedVersion of the last push it accepted; empty: none yet
 * @param resources it has, or has been sent
 * @param lastRejection its words when it last refused a push, until nothing of what it refused is to be sent any more
 */
public record TypeStatus(String typeUrl, String ackedVersion, int resources, Optional<String> lastRejection) {}
