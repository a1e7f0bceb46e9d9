/**
 * Envoy's external processor (ext_proc v3) as the way in and out of {@link dev.gatehouse.waf.inspection}.
 *
 * <p>Never blocks gRPC's own threads: each stream's messages are handled on virtual threads, in order. Must not decide anything about a request.
 */
@NullMarked
package dev.gatehouse.waf.grpc;

import org.jspecify.annotations.NullMarked;
