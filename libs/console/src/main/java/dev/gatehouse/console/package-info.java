/**
 * The console: the read-only pages of the running product. Pages are made on the server from the data of a {@link
 * dev.gatehouse.console.ConsoleSource}. The package must not know of Kubernetes, Envoy or the controller, and must not
 * change anything. The template engine escapes all values.
 */
@NullMarked
package dev.gatehouse.console;

import org.jspecify.annotations.NullMarked;
