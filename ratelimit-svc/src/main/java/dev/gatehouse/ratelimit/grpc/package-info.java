/**
 * {@code envoy.service.ratelimit.v3.RateLimitService} over gRPC.
 *
 * <p>Must not decide anything.
 */
@NullMarked
package dev.gatehouse.ratelimit.grpc;

import org.jspecify.annotations.NullMarked;
