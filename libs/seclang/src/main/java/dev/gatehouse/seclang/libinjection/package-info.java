/**
 * Finds SQL injection and cross-site scripting without rules: libinjection's methods, on bytes. SQL is read as several databases
 * would, folded to at most five tokens, and their types are looked up among the fingerprints of known attacks; HTML is read as a
 * browser would, from each of the five contexts that a value can be put into.
 *
 * <p>Behaves as libinjection 3.10 and libinjection-go 0.3.5 do; tables from them (their licences are in {@code tables.txt}).
 * Nothing here recurses, backtracks or keeps more than eight tokens: time is linear in the value's length.
 */
@NullMarked
package dev.gatehouse.seclang.libinjection;

import org.jspecify.annotations.NullMarked;
