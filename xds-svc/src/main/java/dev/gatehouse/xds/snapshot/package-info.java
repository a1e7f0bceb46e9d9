/**
 * The desired resources of each fleet: the config log's resources by type and name, as immutable snapshots that share
 * unchanged parts. Resources stay the bytes that the log carried; they are never serialised again.
 *
 * <p>Entry: {@link dev.gatehouse.xds.snapshot.SnapshotStore}. Must not know of streams or subscribers.
 */
@NullMarked
package dev.gatehouse.xds.snapshot;

import org.jspecify.annotations.NullMarked;
