/**
 * xDS over gRPC: turns each stream's messages into events of a {@link dev.gatehouse.xds.stream.SubscriberStream} and its effects
 * into responses, reports and metrics.
 *
 * <p>Entry: {@link dev.gatehouse.xds.grpc.XdsServer}. Must not decide what is sent, or when.
 */
@NullMarked
package dev.gatehouse.xds.grpc;

import org.jspecify.annotations.NullMarked;
