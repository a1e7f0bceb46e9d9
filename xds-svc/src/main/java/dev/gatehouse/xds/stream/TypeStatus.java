package dev.gatehouse.xds.stream;

import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * Where a subscriber stands with one type.
 *
 * @param sentVersion of the last push to it; empty: none yet
 * @param ackedVersion of the last push it accepted; empty: none yet
 * @param ackedAt when it accepted that
 * @param resources it has, or has been sent
 * @param wildcard it subscribes to all resources of the type
 * @param names that it subscribes to by name
 * @param refused names of what it refused, and is not sent again until it changes
 * @param lastRejection its words when it last refused a push, until nothing of what it refused is to be sent any more
 */
public record TypeStatus(
        String typeUrl,
        String sentVersion,
        String ackedVersion,
        Optional<Instant> ackedAt,
        int resources,
        boolean wildcard,
        Set<String> names,
        Set<String> refused,
        Optional<String> lastRejection) {}
