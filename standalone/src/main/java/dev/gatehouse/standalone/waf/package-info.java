/**
 * {@code gatehouse waf …}: what can be done with WAF rules on the command line. Parses arguments and prints; the work is in the SecLang
 * engine's tools.
 */
@NullMarked
package dev.gatehouse.standalone.waf;

import org.jspecify.annotations.NullMarked;
