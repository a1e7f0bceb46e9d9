/**
 * Names of variables and the macros ({@code %{tx.score}}) that refer to them.
 *
 * <p>Must not know of transactions: the values come through {@link dev.gatehouse.seclang.variable.MacroScope}.
 */
@NullMarked
package dev.gatehouse.seclang.variable;

import org.jspecify.annotations.NullMarked;
