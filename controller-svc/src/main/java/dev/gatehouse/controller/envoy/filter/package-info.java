/** HTTP filters, each in a file of its own: the filter in a listener's chain, and its configuration for a route. */
@NullMarked
package dev.gatehouse.controller.envoy.filter;

import org.jspecify.annotations.NullMarked;
