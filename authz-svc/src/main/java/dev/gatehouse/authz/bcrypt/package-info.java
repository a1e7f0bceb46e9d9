/**
 * bcrypt by a library: the adapter of {@link dev.gatehouse.authz.basic.BcryptCheck}.
 */
@NullMarked
package dev.gatehouse.authz.bcrypt;

import org.jspecify.annotations.NullMarked;
