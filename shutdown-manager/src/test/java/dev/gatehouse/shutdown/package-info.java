/** The drain of a real Envoy. */
@NullMarked
package dev.gatehouse.shutdown;

import org.jspecify.annotations.NullMarked;
