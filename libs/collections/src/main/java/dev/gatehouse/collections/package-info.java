/**
 * Incremental collections: keyed sources, and collections derived from them by pure functions that record which keys they
 * read. A change recomputes what read it, in one pass, and an unchanged result stops the wave.
 *
 * <p>Knows nothing of Kubernetes or Envoy, does no I/O, and is confined to the thread that runs a transaction.
 */
@NullMarked
package dev.gatehouse.collections;

import org.jspecify.annotations.NullMarked;
