/**
 * Envoy Gateway's EnvoyExtensionPolicy: external processors, Lua, Wasm and dynamic modules, as users write them.
 * References of extensions are resolved elsewhere. Pure.
 */
@NullMarked
package dev.gatehouse.gatewayapi.extension;

import org.jspecify.annotations.NullMarked;
