/**
 * The SecLang engine: parses ModSecurity directives, compiles them to a rule set, and evaluates HTTP transactions against it.
 *
 * <p>Usable on its own: must not know Envoy, Quarkus, gRPC or any other part of Gatehouse.
 */
@NullMarked
package dev.gatehouse.seclang;

import org.jspecify.annotations.NullMarked;
