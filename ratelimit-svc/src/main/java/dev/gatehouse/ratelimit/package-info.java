/**
 * The entry point of ratelimit-svc: wires its core to its adapters.
 */
@NullMarked
package dev.gatehouse.ratelimit;

import org.jspecify.annotations.NullMarked;
