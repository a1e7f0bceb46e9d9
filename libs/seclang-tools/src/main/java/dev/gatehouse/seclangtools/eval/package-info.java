/**
 * Lays the engine beside another: runs requests from JSON against rules, and says what matched, how long it took and what was allocated.
 */
@NullMarked
package dev.gatehouse.seclangtools.eval;

import org.jspecify.annotations.NullMarked;
