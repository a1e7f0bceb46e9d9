/**
 * Spans of authorization: of the decision itself, and of the calls to providers and stores that it needs. No attribute has a token, a cookie, a code, a
 * password, a path or a query.
 */
@NullMarked
package dev.gatehouse.authz.spans;

import org.jspecify.annotations.NullMarked;
