/**
 * The config log and the data-plane reports over gRPC: servers for the controller, clients for xds-svc.
 *
 * <p>Secrets leave and enter only sealed. Must not hold state beyond what reconnecting needs.
 */
@NullMarked
package dev.gatehouse.events.grpc;

import org.jspecify.annotations.NullMarked;
