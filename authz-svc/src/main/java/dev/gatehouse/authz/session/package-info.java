/**
 * Sessions of users, and the cookies that they are found by.
 *
 * <p>Entry: {@link dev.gatehouse.authz.session.Sessions}. With a store the cookie is a ticket, an id and a key: the store has the session sealed by that
 * key, under a hash of that id, so that a copy of the store opens nothing. Without a store the session itself is sealed in cookies. Must not know providers,
 * nor when tokens are refreshed; it sees to it that one replica does.
 */
@NullMarked
package dev.gatehouse.authz.session;

import org.jspecify.annotations.NullMarked;
