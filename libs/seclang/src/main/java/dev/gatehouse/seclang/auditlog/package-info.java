/**
 * Writes audit records where {@code SecAuditLog}, {@code SecAuditLogType} and {@code SecAuditLogStorageDir} say: files,
 * standard output, HTTPS. One thread writes the records, and writing may block. Callers whose requests must not wait
 * put a queue in front.
 *
 * <p>Rules do not decide alone where this process writes: {@link dev.gatehouse.seclang.auditlog.AuditPlaces} says what
 * they may name.
 */
@NullMarked
package dev.gatehouse.seclang.auditlog;

import org.jspecify.annotations.NullMarked;
