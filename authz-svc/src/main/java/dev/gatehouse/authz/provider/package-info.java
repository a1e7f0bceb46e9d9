/**
 * OpenID providers: what their documents say, their keys, and the calls of a client: tokens, pushed requests, claims of users.
 *
 * <p>Entry: {@link dev.gatehouse.authz.provider.Provider}. How a call travels is the port {@link dev.gatehouse.authz.provider.ProviderHttp}.
 * Must not know sessions or browsers. Nothing that a provider answers is trusted before it was checked, and all of it is bounded.
 */
@NullMarked
package dev.gatehouse.authz.provider;

import org.jspecify.annotations.NullMarked;
