/** What the gRPC servers of the Quarkus services have in common; a service that has this on its class path need do nothing. */
@NullMarked
package dev.gatehouse.grpcserver;

import org.jspecify.annotations.NullMarked;
