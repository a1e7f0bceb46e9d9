/**
 * Persistent collections: values that outlive a transaction ({@code initcol:ip=%{REMOTE_ADDR}}).
 *
 * <p>The engine speaks to a {@link dev.gatehouse.seclang.collection.CollectionStore}; this package has the one that keeps them in the
 * process' memory. Must not know of rules or transactions.
 */
@NullMarked
package dev.gatehouse.seclang.collection;

import org.jspecify.annotations.NullMarked;
