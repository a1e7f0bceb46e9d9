/**
 * Makes the Kubernetes objects that run a fleet of proxies, from a Gateway's listeners and its EnvoyProxy ({@link
 * dev.gatehouse.controller.infrastructure.FleetObjects}). Names, labels, ports and the graceful end are Envoy
 * Gateway's, so that users' scripts keep working. Pure: knows no Kubernetes client; objects are trees.
 */
@NullMarked
package dev.gatehouse.controller.infrastructure;

import org.jspecify.annotations.NullMarked;
