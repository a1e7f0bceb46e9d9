/**
 * A small backend to try a gateway with: an HTTP server whose paths and answers are those of httpbin, a gRPC echo service, and
 * TCP and UDP echoes.
 *
 * <p>{@link dev.gatehouse.standalone.httpbin.Httpbin} starts it. Vert.x alone, so that {@code gatehouse httpbin} starts
 * without Quarkus; it knows nothing of the gateway in front of it.
 */
@NullMarked
package dev.gatehouse.standalone.httpbin;

import org.jspecify.annotations.NullMarked;
