/**
 * Routes: the listeners that they attach to, and the backends and filters that their rules lead to. Pure; must not know
 * of Envoy resources.
 */
@NullMarked
package dev.gatehouse.controller.route;

import org.jspecify.annotations.NullMarked;
