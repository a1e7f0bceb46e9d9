/**
 * The entry point of xds-svc: wires its core to its adapters.
 */
@NullMarked
package dev.gatehouse.xds;

import org.jspecify.annotations.NullMarked;
