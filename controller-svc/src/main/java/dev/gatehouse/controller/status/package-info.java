/**
 * Conditions, and the status of each kind of object as Gateway API specifies it. Pure; must not know of Envoy resources or
 * of clocks.
 */
@NullMarked
package dev.gatehouse.controller.status;

import org.jspecify.annotations.NullMarked;
