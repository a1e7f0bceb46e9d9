/** Tracing of a Quarkus service, by configuration. */
@NullMarked
package dev.gatehouse.tracing.quarkus;

import org.jspecify.annotations.NullMarked;
