/**
 * What xds-svc serves and to whom, as pages for the command line ({@link dev.gatehouse.xds.http.XdsPages}). Reads the snapshots and the
 * view; must not change either, nor tell a secret.
 */
@NullMarked
package dev.gatehouse.xds.http;

import org.jspecify.annotations.NullMarked;
