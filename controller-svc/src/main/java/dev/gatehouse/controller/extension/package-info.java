/**
 * EnvoyExtensionPolicies that are resolved: what each extension refers to, and whether a proxy can have it. An extension that cannot be made
 * closes what its policy is for, unless it may fail. Pure; must not know of Envoy resources.
 */
@NullMarked
package dev.gatehouse.controller.extension;

import org.jspecify.annotations.NullMarked;
