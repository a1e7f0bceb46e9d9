/**
 * Envoy as a child process: finds or fetches the binary, writes the bootstrap, starts, watches, drains and stops it.
 *
 * <p>{@link dev.gatehouse.envoyprocess.EnvoyLocator} answers which binary, {@link dev.gatehouse.envoyprocess.EnvoyProcess}
 * runs it. Plain Java on the JDK alone: it must not know Gateways, xDS resources or Quarkus, so that the launcher and the
 * tests of every module run Envoy in the same way.
 */
@NullMarked
package dev.gatehouse.envoyprocess;

import org.jspecify.annotations.NullMarked;
