/** The shared parts of the gRPC servers of the Quarkus services. A service only needs this module on its class path. */
@NullMarked
package dev.gatehouse.grpcserver;

import org.jspecify.annotations.NullMarked;
