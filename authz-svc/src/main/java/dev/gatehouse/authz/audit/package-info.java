/**
 * The audit log: an event for each login, refresh and logout, and for each request that authz-svc refuses, as a line of the log and as a security event on Kafka
 * where that is there. Events are made while a request is decided, with nothing secret in them, and written afterwards by threads of their own.
 *
 * <p>Entry: {@link dev.gatehouse.authz.audit.AuditTrail}. Must not know of Envoy's messages.
 */
@NullMarked
package dev.gatehouse.authz.audit;

import org.jspecify.annotations.NullMarked;
