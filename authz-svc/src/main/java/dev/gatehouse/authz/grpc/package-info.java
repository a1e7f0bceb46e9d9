/**
 * {@code envoy.service.auth.v3.Authorization} over gRPC.
 *
 * <p>The service says {@code implements BindableService} though its base class does already: Quarkus finds a service by that in its
 * index of the application, which Envoy's API is not in. Must not decide anything.
 */
@NullMarked
package dev.gatehouse.authz.grpc;

import org.jspecify.annotations.NullMarked;
