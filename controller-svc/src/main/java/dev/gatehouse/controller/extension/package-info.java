/**
 * Resolves EnvoyExtensionPolicies: the references of each extension, and whether a proxy can run it. An extension that
 * cannot be made closes its policy's targets, unless it fails open. Pure; must not know of Envoy resources.
 */
@NullMarked
package dev.gatehouse.controller.extension;

import org.jspecify.annotations.NullMarked;
