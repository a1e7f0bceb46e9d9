/**
 * Envoy's external processor (ext_proc v3) as the way in and out of {@link dev.gatehouse.waf.inspection}.
 *
 * <p>Runs on gRPC's own threads and never blocks them. Must not decide anything about a request.
 */
@NullMarked
package dev.gatehouse.waf.grpc;

import org.jspecify.annotations.NullMarked;
