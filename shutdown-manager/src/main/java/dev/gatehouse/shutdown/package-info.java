/**
 * The container beside Envoy in a proxy's pod: ends Envoy gracefully. One program with two commands: {@code serve} runs as long
 * as the pod; {@code drain} is its preStop hook. Plain Java on the JDK alone, since every proxy has one: no Quarkus, no library.
 */
@NullMarked
package dev.gatehouse.shutdown;

import org.jspecify.annotations.NullMarked;
