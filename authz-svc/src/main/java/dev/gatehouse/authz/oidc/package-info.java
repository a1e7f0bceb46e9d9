/**
 * Sign-on of users by OpenID Connect Core 1.0: logins, sessions that go on by refreshed tokens, and three kinds of logout, as one check of a policy.
 *
 * <p>Entry: {@link dev.gatehouse.authz.oidc.SignOn}. A login keeps nothing on the server: its state is sealed and travels with the browser. What is not clearly
 * a session of this policy is none. Must not know how requests arrive, nor put a token into an answer, a page or a log.
 */
@NullMarked
package dev.gatehouse.authz.oidc;

import org.jspecify.annotations.NullMarked;
