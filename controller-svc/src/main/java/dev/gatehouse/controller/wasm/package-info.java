/**
 * The code of Wasm extensions: fetched by the controller, kept in a folder, and served to the proxies. Fetching has
 * threads of its own, which report the outcomes to the translation. Must not know of policies or Envoy resources.
 */
@NullMarked
package dev.gatehouse.controller.wasm;

import org.jspecify.annotations.NullMarked;
