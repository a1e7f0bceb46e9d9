/**
 * SecurityPolicies with their references resolved: what counts for a route, which clusters its services need, and why a policy cannot be
 * enforced. Pure; must not know of Envoy resources.
 */
@NullMarked
package dev.gatehouse.controller.security;

import org.jspecify.annotations.NullMarked;
