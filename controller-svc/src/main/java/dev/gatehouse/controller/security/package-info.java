/**
 * SecurityPolicies with their references resolved: the settings to enforce, the clusters of the services that they
 * call, and the reason if a policy cannot be enforced. Pure; must not know of Envoy resources.
 */
@NullMarked
package dev.gatehouse.controller.security;

import org.jspecify.annotations.NullMarked;
