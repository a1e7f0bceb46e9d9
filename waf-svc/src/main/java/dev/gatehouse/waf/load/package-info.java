/**
 * How much waf-svc takes on: how many requests are looked at at a time, how many wait and for how long, and how many bytes of
 * bodies are held. What is too much is told at once, so that requests are answered by their policy's failure mode before the process
 * collapses.
 *
 * <p>Must not know of rules or of Envoy.
 */
@NullMarked
package dev.gatehouse.waf.load;

import org.jspecify.annotations.NullMarked;
