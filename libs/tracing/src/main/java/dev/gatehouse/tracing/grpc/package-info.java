/** The caller's span in the metadata of gRPC calls. */
@NullMarked
package dev.gatehouse.tracing.grpc;

import org.jspecify.annotations.NullMarked;
