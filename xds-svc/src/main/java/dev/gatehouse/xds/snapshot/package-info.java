/**
 * What each fleet is to have: the config log's resources by type and name, as immutable snapshots whose unchanged parts are
 * shared from one to the next. Resources stay the bytes that the log carried; they are never serialised again.
 *
 * <p>Entry: {@link dev.gatehouse.xds.snapshot.SnapshotStore}. Must not know of streams or subscribers.
 */
@NullMarked
package dev.gatehouse.xds.snapshot;

import org.jspecify.annotations.NullMarked;
