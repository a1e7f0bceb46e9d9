/**
 * Policies as they come over xDS ({@code gatehouse.waf.v1.WafPolicy}).
 *
 * <p>Must not keep state of its own.
 */
@NullMarked
package dev.gatehouse.waf.xds;

import org.jspecify.annotations.NullMarked;
