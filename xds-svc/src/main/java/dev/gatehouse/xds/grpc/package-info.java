/**
 * xDS over gRPC: turns each stream's messages into events of a {@link dev.gatehouse.xds.stream.SubscriberStream} and its effects
 * into responses, reports and metrics.
 *
 * <p>The services say {@code implements BindableService} though their base classes do already: Quarkus finds a service by that
 * in its index of the application, which Envoy's API is not in.
 *
 * <p>Entry: {@link dev.gatehouse.xds.grpc.XdsServer}. Must not decide what is sent, or when.
 */
@NullMarked
package dev.gatehouse.xds.grpc;

import org.jspecify.annotations.NullMarked;
