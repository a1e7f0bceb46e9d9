/**
 * The stage between the translation and the publication in which extension servers change resources: asks about what is new, keeps answers, and
 * holds back what is not answered. Must not know how servers are called.
 */
@NullMarked
package dev.gatehouse.controller.hook;

import org.jspecify.annotations.NullMarked;
