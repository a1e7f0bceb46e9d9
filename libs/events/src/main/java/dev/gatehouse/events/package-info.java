/**
 * The config log (controller to xds-svc) and the event topics: contracts as plain Java, and their adapters.
 *
 * <p>Must not know what a resource means: it carries bytes, names and versions.
 */
@NullMarked
package dev.gatehouse.events;

import org.jspecify.annotations.NullMarked;
