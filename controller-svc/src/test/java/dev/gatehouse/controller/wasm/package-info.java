/** Tests of the fetching of Wasm code. */
@NullMarked
package dev.gatehouse.controller.wasm;

import org.jspecify.annotations.NullMarked;
