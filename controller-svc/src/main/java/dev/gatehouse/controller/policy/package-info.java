/**
 * Policies: what each is for, which one counts for a rule of a route on a listener, and what is wrong with the others. Pure;
 * must not know of Envoy resources.
 */
@NullMarked
package dev.gatehouse.controller.policy;

import org.jspecify.annotations.NullMarked;
