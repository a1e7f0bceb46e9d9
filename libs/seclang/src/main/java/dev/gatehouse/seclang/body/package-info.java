/**
 * Body processors: turn bodies into names and values for rules, by content type.
 *
 * <p>Every one is iterative (no input makes it recurse), linear in the size of the body, bounded in what it gives out,
 * and goes on where it can: what was read before an error is inspected too. Must not know of rules or transactions.
 */
@NullMarked
package dev.gatehouse.seclang.body;

import org.jspecify.annotations.NullMarked;
