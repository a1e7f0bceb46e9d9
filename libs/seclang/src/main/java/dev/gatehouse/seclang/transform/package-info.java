/**
 * Transformations ({@code t:name}): pure functions from bytes to bytes that undo what attackers do to hide.
 *
 * <p>They behave as ModSecurity's and Coraza's do, which {@code VectorsIT} shows by their own test vectors. Must not keep state, and must
 * take any input in linear time.
 */
@NullMarked
package dev.gatehouse.seclang.transform;

import org.jspecify.annotations.NullMarked;
