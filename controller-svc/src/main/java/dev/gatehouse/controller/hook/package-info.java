/**
 * The stage between translation and publication in which extension servers change resources. It calls servers about new
 * resources, caches answers, and holds back resources without an answer. Must not know how servers are called.
 */
@NullMarked
package dev.gatehouse.controller.hook;

import org.jspecify.annotations.NullMarked;
