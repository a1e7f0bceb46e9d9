/**
 * What is limited: the descriptors of a request, the tree of rules of a domain, and which rule a descriptor meets. The semantics
 * are those of envoyproxy/ratelimit, so that either service can stand in for the other.
 *
 * <p>Entry: {@link dev.gatehouse.ratelimit.descriptor.RuleBook}. Must not count, and knows no protobuf.
 */
@NullMarked
package dev.gatehouse.ratelimit.descriptor;

import org.jspecify.annotations.NullMarked;
