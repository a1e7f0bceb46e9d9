/**
 * SecLang as text: sources, logical lines, directives and their parts, each with the place where it was written.
 *
 * <p>Syntax only: what a directive, variable, operator or action means, and whether it exists, is decided where rule sets are
 * compiled. Must not throw at any text: what is wrong is a {@link dev.gatehouse.seclang.parse.Diagnostic}.
 */
@NullMarked
package dev.gatehouse.seclang.parse;

import org.jspecify.annotations.NullMarked;
