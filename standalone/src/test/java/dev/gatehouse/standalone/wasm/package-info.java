/** What tests of Wasm extensions need: modules that are assembled here, and a registry that has them as images. It knows nothing of Gatehouse. */
@NullMarked
package dev.gatehouse.standalone.wasm;

import org.jspecify.annotations.NullMarked;
