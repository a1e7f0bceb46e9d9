/** Tests of what EnvoyExtensionPolicies may say. */
@NullMarked
package dev.gatehouse.gatewayapi.extension;

import org.jspecify.annotations.NullMarked;
