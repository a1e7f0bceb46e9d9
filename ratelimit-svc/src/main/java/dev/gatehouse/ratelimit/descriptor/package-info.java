/**
 * The descriptors of a request, the rule tree of a domain, and the matching of descriptors with rules. The semantics
 * are those of envoyproxy/ratelimit, so that either service can stand in for the other.
 *
 * <p>Entry: {@link dev.gatehouse.ratelimit.descriptor.RuleBook}. Must not count, and knows no protobuf.
 */
@NullMarked
package dev.gatehouse.ratelimit.descriptor;

import org.jspecify.annotations.NullMarked;
