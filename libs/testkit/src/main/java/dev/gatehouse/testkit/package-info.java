/**
 * Real parts for tests: an Envoy process, free ports, golden folders, conditions to wait for.
 *
 * <p>Test scope only; must not hold logic that a service needs.
 */
@NullMarked
package dev.gatehouse.testkit;

import org.jspecify.annotations.NullMarked;
