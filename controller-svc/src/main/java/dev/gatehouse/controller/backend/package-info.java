/**
 * Backends of routes: references resolved to clusters, whose keys are made from their content, and their endpoints.
 * Pure; must not know of Envoy resources.
 */
@NullMarked
package dev.gatehouse.controller.backend;

import org.jspecify.annotations.NullMarked;
