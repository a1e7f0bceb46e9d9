/**
 * Patches of Envoy's resources (EnvoyPatchPolicy): a resource becomes a tree, the patches are applied to it, and what comes out is
 * checked and becomes a resource again. Pure. Knows neither policies' targets nor how resources are made.
 */
@NullMarked
package dev.gatehouse.controller.patch;

import org.jspecify.annotations.NullMarked;
