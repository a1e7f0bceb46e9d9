/**
 * The entry point of waf-svc: wires its core to its adapters.
 */
@NullMarked
package dev.gatehouse.waf;

import org.jspecify.annotations.NullMarked;
