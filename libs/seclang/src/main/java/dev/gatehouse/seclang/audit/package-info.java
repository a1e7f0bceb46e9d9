/**
 * The audit log: the content of a transaction's record, and its formats (ModSecurity's native format, JSON, OCSF).
 *
 * <p>A transaction makes a record; a form makes bytes of it; who writes them where is the caller's. Must not know of
 * rules.
 */
@NullMarked
package dev.gatehouse.seclang.audit;

import org.jspecify.annotations.NullMarked;
