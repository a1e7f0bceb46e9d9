/**
 * Routes: which listeners they attach to, and what their rules lead to. Pure; must not know of Envoy resources.
 */
@NullMarked
package dev.gatehouse.controller.route;

import org.jspecify.annotations.NullMarked;
