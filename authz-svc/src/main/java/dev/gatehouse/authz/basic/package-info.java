/**
 * Basic authentication, RFC 7617 ({@code SecurityPolicy.spec.basicAuth}).
 *
 * <p>Entry: {@link dev.gatehouse.authz.basic.BasicUsers}. Must not keep a password, nor do slow hashing on the thread of a request.
 */
@NullMarked
package dev.gatehouse.authz.basic;

import org.jspecify.annotations.NullMarked;
