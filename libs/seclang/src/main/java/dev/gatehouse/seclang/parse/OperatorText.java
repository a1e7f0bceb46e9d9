package dev.gatehouse.seclang.parse;

import java.util.Optional;

/**
 * A rule's operator.
 *
 * @param name without the at sign; empty: the regular expression that the argument is
 * @param argument as the author meant it, maybe empty
 */
public record OperatorText(boolean negated, Optional<Span> name, Span argument) {}
