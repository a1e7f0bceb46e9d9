/**
 * The policies in force: compiled once on arrival, replaced atomically, found by name.
 *
 * <p>A policy that does not compile keeps its last good rules, and blocks what it protects if it never had any. Must
 * not know where policies come from nor what a request is.
 */
@NullMarked
package dev.gatehouse.waf.policy;

import org.jspecify.annotations.NullMarked;
