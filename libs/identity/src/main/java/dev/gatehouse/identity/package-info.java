/**
 * The identity of a process towards other processes: its certificate and key, mutual TLS for gRPC, and the caller's
 * name. Certificates renewed on disk are used by running servers and clients without closing connections. Must not
 * decide what a caller may do: each service decides that.
 */
@NullMarked
package dev.gatehouse.identity;

import org.jspecify.annotations.NullMarked;
