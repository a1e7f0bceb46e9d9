/**
 * Regular expressions over bytes that nobody can make slow: a pattern becomes a byte-level automaton whose deterministic form is
 * built lazily, state by state, as texts ask for it, within a shared memory budget; groups are found by a simulation of the same
 * automaton. Both are linear in the text. The few patterns that need what automata cannot do (look-around, back references, atomic
 * groups) run on a backtracker that counts its steps.
 *
 * <p>Entry points are {@link dev.gatehouse.seclang.regex.Regex} and {@link dev.gatehouse.seclang.regex.RegexSet}. Nothing here
 * knows SecLang.
 */
@NullMarked
package dev.gatehouse.seclang.regex;

import org.jspecify.annotations.NullMarked;
