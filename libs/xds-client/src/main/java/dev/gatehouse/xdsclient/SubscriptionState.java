package dev.gatehouse.xdsclient;

import java.util.Optional;

/**
 * Where a subscription stands, for health.
 *
 * @param connected a stream to the server is open
 * @param version of the last set that was accepted; empty: none yet
 * @param resources in that set
 * @param lastRejection why the last push was refused, until one is accepted
 */
public record SubscriptionState(boolean connected, String version, int resources, Optional<String> lastRejection) {}
