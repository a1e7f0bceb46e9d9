/**
 * What becomes of audit records in waf-svc: files, standard output and collectors as their rules say, and security events on Kafka
 * where it is there. Must not know of Envoy's messages.
 */
@NullMarked
package dev.gatehouse.waf.audit;

import org.jspecify.annotations.NullMarked;
