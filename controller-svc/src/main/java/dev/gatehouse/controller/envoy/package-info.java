/**
 * Makes Envoy resources (and those of the callout services) from the domain. Pure functions of their arguments; must not
 * resolve references or read collections.
 */
@NullMarked
package dev.gatehouse.controller.envoy;

import org.jspecify.annotations.NullMarked;
