/**
 * Operators ({@code @name parameter}): compiled once, then asked whether a value matches.
 *
 * <p>Immutable and shared by all transactions. Every operator is linear in the length of the value: an attacker chooses it. Must not
 * know of rules and transactions beyond {@link dev.gatehouse.seclang.operator.MatchContext}.
 */
@NullMarked
package dev.gatehouse.seclang.operator;

import org.jspecify.annotations.NullMarked;
