/**
 * Decides requests: matches their descriptors, counts the hits, and says for each descriptor where its limit stands.
 *
 * <p>Entry: {@link dev.gatehouse.ratelimit.decision.RateLimiter}. Must not know how requests arrive nor where counters live.
 */
@NullMarked
package dev.gatehouse.ratelimit.decision;

import org.jspecify.annotations.NullMarked;
