/**
 * The audit log: what is written of a transaction, and in which form (ModSecurity's native one, JSON, OCSF).
 *
 * <p>A transaction makes a record; a form makes bytes of it; who writes them where is the caller's. Must not know of rules.
 */
@NullMarked
package dev.gatehouse.seclang.audit;

import org.jspecify.annotations.NullMarked;
