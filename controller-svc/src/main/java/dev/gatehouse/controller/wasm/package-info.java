/**
 * The code of Wasm extensions: fetched by the controller, kept in a folder, and served to the proxies. Fetching has threads of its own; the
 * translation is told what came of it. Must not know of policies or Envoy resources.
 */
@NullMarked
package dev.gatehouse.controller.wasm;

import org.jspecify.annotations.NullMarked;
