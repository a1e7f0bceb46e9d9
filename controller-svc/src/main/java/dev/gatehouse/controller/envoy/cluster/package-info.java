/** Applies the settings of a backend to its cluster: load balancing, health checks, limits, connections. */
@NullMarked
package dev.gatehouse.controller.envoy.cluster;

import org.jspecify.annotations.NullMarked;
