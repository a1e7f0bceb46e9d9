/**
 * The command line, and the mode that runs the five services in one process with a real Envoy as a child.
 */
@NullMarked
package dev.gatehouse.standalone;

import org.jspecify.annotations.NullMarked;
