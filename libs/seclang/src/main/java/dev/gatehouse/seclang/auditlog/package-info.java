/**
 * Writes audit records where {@code SecAuditLog}, {@code SecAuditLogType} and {@code SecAuditLogStorageDir} say: files, standard
 * output, HTTPS. Records are handed over to a bounded queue and written by one thread: a request never waits for a disk or a
 * collector, and what there is no room for is counted.
 *
 * <p>Rules do not decide alone where this process writes: {@link dev.gatehouse.seclang.auditlog.AuditPlaces} says what they may name.
 */
@NullMarked
package dev.gatehouse.seclang.auditlog;

import org.jspecify.annotations.NullMarked;
