/**
 * The HTTP endpoints that envoyproxy/ratelimit has, for probes that were written for it.
 */
@NullMarked
package dev.gatehouse.ratelimit.http;

import org.jspecify.annotations.NullMarked;
