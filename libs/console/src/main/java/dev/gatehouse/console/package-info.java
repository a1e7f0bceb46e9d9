/**
 * The console: the read-only pages of the running product. Pages are made on the server from what a {@link dev.gatehouse.console.ConsoleSource}
 * tells; nothing here knows Kubernetes, Envoy or the controller, and nothing changes anything. What is shown is escaped by the template engine.
 */
@NullMarked
package dev.gatehouse.console;

import org.jspecify.annotations.NullMarked;
