/**
 * The callout services, which a proxy calls for each request: their fleets, addresses and clusters. Must not know of
 * routes or policies.
 */
@NullMarked
package dev.gatehouse.controller.callout;

import org.jspecify.annotations.NullMarked;
