/**
 * Bounds the load of waf-svc: the number of concurrent inspections, the number of waiting ones and their waiting time,
 * the bytes of held bodies, and how slowly those may come. Excess requests are refused at once, so that they are answered by their policy's
 * failure mode before the process collapses.
 *
 * <p>Must not know of rules or of Envoy.
 */
@NullMarked
package dev.gatehouse.waf.load;

import org.jspecify.annotations.NullMarked;
