/**
 * What the sign-on of users needs of Vert.x: calls to providers, and time that passes.
 *
 * <p>Entry: {@link dev.gatehouse.authz.vertx.VertxProviderHttp}. Must not know what is called for.
 */
@NullMarked
package dev.gatehouse.authz.vertx;

import org.jspecify.annotations.NullMarked;
