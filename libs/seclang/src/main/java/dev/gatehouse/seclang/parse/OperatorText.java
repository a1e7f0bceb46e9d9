package dev.gatehouse.seclang.parse;

import java.util.Optional;

/**
 * A rule's operator.
 *
 * @param name the operator's name without the at sign; empty: the argument is a regular expression
 * @param argument the unquoted argument, possibly empty
 */
public record OperatorText(boolean negated, Optional<Span> name, Span argument) {}
