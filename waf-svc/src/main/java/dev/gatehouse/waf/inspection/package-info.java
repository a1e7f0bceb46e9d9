/**
 * One request's way through its policy: what is asked for, what is decided, and what is told about it.
 *
 * <p>Plain Java over the SecLang engine. Must not know gRPC or Envoy's API.
 */
@NullMarked
package dev.gatehouse.waf.inspection;

import org.jspecify.annotations.NullMarked;
