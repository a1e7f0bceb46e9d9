/**
 * Argon2 by a library: the adapter of {@link dev.gatehouse.authz.basic.Argon2Check}.
 */
@NullMarked
package dev.gatehouse.authz.argon2;

import org.jspecify.annotations.NullMarked;
