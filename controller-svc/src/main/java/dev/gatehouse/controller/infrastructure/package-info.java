/**
 * What runs a fleet of proxies on Kubernetes: from a Gateway's listeners and its EnvoyProxy to the objects that should be there
 * ({@link dev.gatehouse.controller.infrastructure.FleetObjects}). Names, labels, ports and the graceful end are Envoy
 * Gateway's, so that what is scripted against it goes on working. Pure: knows no Kubernetes client; objects are trees.
 */
@NullMarked
package dev.gatehouse.controller.infrastructure;

import org.jspecify.annotations.NullMarked;
