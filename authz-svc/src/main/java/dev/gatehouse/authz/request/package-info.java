/**
 * A request as Envoy asks about it, and the parsers of what credentials come in: the Authorization and Cookie headers and the query.
 *
 * <p>Parsers never throw on what a client sent: what cannot be read is not there. Must not know policies.
 */
@NullMarked
package dev.gatehouse.authz.request;

import org.jspecify.annotations.NullMarked;
