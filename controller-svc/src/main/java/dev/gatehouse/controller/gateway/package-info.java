/**
 * Gateways and their listeners, own and added by ListenerSets: which Gateways this controller serves, and which
 * listeners are valid, conflict, or may serve which routes. Pure; must not know of Envoy resources.
 */
@NullMarked
package dev.gatehouse.controller.gateway;

import org.jspecify.annotations.NullMarked;
