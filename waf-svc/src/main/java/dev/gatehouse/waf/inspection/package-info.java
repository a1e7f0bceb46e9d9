/**
 * The inspection of one request by its policy: the parts that are requested from the proxy, the decisions, and the
 * logs, metrics and spans.
 *
 * <p>Plain Java over the SecLang engine. Must not know gRPC or Envoy's API.
 */
@NullMarked
package dev.gatehouse.waf.inspection;

import org.jspecify.annotations.NullMarked;
