/**
 * The entry point of authz-svc: wires its core to its adapters.
 */
@NullMarked
package dev.gatehouse.authz;

import org.jspecify.annotations.NullMarked;
