package dev.gatehouse.xds.stream;

import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * The state of a subscriber for one type.
 *
 * @param sentVersion the version of the last push to it; empty: no push yet
 * @param ackedVersion the version of the last push that it accepted; empty: none yet
 * @param ackedAt the time of that acceptance
 * @param resources the number of resources that it has or was sent
 * @param wildcard whether it subscribes to all resources of the type
 * @param names the names that it subscribes to
 * @param refused the names of refused resources, which are not sent again until they change
 * @param lastRejection its error message of the last refused push, until no refused resource is left to be sent
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
