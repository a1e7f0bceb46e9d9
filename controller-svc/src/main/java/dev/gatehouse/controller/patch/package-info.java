/**
 * Patches of Envoy's resources (EnvoyPatchPolicy): a resource becomes a tree, the patches are applied to the tree, and
 * the result is checked and becomes a resource again. Pure. Knows neither policies' targets nor how resources are made.
 */
@NullMarked
package dev.gatehouse.controller.patch;

import org.jspecify.annotations.NullMarked;
