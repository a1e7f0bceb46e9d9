/**
 * Pages for the command line about the served resources and the subscribers ({@link dev.gatehouse.xds.http.XdsPages}).
 * Reads the snapshots and the view. It must not change either, and must not reveal secrets.
 */
@NullMarked
package dev.gatehouse.xds.http;

import org.jspecify.annotations.NullMarked;
