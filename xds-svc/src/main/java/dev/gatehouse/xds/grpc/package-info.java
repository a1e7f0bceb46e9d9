/**
 * xDS over gRPC: turns each stream's messages into events of a {@link dev.gatehouse.xds.stream.SubscriberStream} and
 * its effects into responses, reports and metrics.
 *
 * <p>The services declare {@code implements BindableService} although their base classes already implement it: Quarkus
 * finds services by this declaration in its index of the application, which does not include Envoy's API.
 *
 * <p>Entry: {@link dev.gatehouse.xds.grpc.XdsServer}. Must not decide which resources are sent, or when.
 */
@NullMarked
package dev.gatehouse.xds.grpc;

import org.jspecify.annotations.NullMarked;
