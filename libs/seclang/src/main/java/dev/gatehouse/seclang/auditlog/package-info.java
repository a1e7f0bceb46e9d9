/**
 * Writes audit records where {@code SecAuditLog}, {@code SecAuditLogType} and {@code SecAuditLogStorageDir} say: files, standard
 * output, HTTPS. Records are written by one thread, and writing may take its time: whoever has requests that must not wait puts a queue in front.
 *
 * <p>Rules do not decide alone where this process writes: {@link dev.gatehouse.seclang.auditlog.AuditPlaces} says what they may name.
 */
@NullMarked
package dev.gatehouse.seclang.auditlog;

import org.jspecify.annotations.NullMarked;
