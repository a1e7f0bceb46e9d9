/**
 * The SecLang engine: compiles ModSecurity's directives to a rule set, and evaluates HTTP transactions against it.
 *
 * <p>Its entry is {@link dev.gatehouse.seclang.RuleSet#compile}. Usable on its own: must not know Envoy, Quarkus, gRPC
 * or any other part of Gatehouse. Syntax, bytes, transformations and operators are in packages of their own, which know
 * nothing of this one.
 */
@NullMarked
package dev.gatehouse.seclang;

import org.jspecify.annotations.NullMarked;
