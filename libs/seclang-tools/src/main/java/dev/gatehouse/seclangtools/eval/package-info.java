/**
 * Compares the engine with another one: runs requests from JSON against rules, and reports the matched rules, the
 * duration and the allocated memory.
 */
@NullMarked
package dev.gatehouse.seclangtools.eval;

import org.jspecify.annotations.NullMarked;
