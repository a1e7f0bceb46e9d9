/**
 * Tools for WAF rules that need no proxy. Each is in a package of its own and prints nothing itself: what it found is a value.
 */
@NullMarked
package dev.gatehouse.seclangtools;

import org.jspecify.annotations.NullMarked;
