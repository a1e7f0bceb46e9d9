/**
 * Backends of routes: references resolved to clusters that are keyed by what they are, and their endpoints. Pure; must not
 * know of Envoy resources.
 */
@NullMarked
package dev.gatehouse.controller.backend;

import org.jspecify.annotations.NullMarked;
