/**
 * Gateways with their listeners, own and added by ListenerSets: which are ours, which are valid, which conflict, what they
 * may serve. Pure; must not know of Envoy resources.
 */
@NullMarked
package dev.gatehouse.controller.gateway;

import org.jspecify.annotations.NullMarked;
