/**
 * Publishes transactions to the config log, and turns the proxies' reports about them into the state of each fleet.
 * Must not translate.
 */
@NullMarked
package dev.gatehouse.controller.publish;

import org.jspecify.annotations.NullMarked;
