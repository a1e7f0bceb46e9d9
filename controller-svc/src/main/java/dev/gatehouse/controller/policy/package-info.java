/**
 * Policies: their targets, the effective policy of a rule of a route on a listener, and merging. Pure; must not know of
 * Envoy resources.
 */
@NullMarked
package dev.gatehouse.controller.policy;

import org.jspecify.annotations.NullMarked;
