/** What the settings of a backend become in its cluster: load balancing, health checks, limits, connections. */
@NullMarked
package dev.gatehouse.controller.envoy.cluster;

import org.jspecify.annotations.NullMarked;
