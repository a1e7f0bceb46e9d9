/**
 * Envoy Gateway's own translator cases, out of its Go module, against the statuses that Gatehouse writes. The peer's files are read where they
 * are; nothing of them is kept here but their names.
 */
@NullMarked
package dev.gatehouse.controller.peer;

import org.jspecify.annotations.NullMarked;
