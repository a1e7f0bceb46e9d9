/** Tests of the resolution of EnvoyExtensionPolicies. */
@NullMarked
package dev.gatehouse.controller.extension;

import org.jspecify.annotations.NullMarked;
