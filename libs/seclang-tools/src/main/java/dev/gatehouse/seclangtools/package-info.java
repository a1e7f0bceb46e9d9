/**
 * Tools for WAF rules that need no proxy. Each tool is in a package of its own, returns its findings as values, and
 * prints nothing itself.
 */
@NullMarked
package dev.gatehouse.seclangtools;

import org.jspecify.annotations.NullMarked;
