/**
 * Envoy Gateway's EnvoyExtensionPolicy: external processors, Lua, Wasm and dynamic modules, as users write them. What an extension refers to
 * is resolved elsewhere. Pure.
 */
@NullMarked
package dev.gatehouse.gatewayapi.extension;

import org.jspecify.annotations.NullMarked;
