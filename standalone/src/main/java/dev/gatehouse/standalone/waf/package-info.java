/**
 * {@code gatehouse waf …}: commands for WAF rules. Parses arguments and prints; the work is in the SecLang engine's
 * tools.
 */
@NullMarked
package dev.gatehouse.standalone.waf;

import org.jspecify.annotations.NullMarked;
