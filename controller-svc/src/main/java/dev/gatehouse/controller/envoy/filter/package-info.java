/** HTTP filters, each in a file of its own: its place in the chain, what it says on a listener, and what it says on a route. */
@NullMarked
package dev.gatehouse.controller.envoy.filter;

import org.jspecify.annotations.NullMarked;
