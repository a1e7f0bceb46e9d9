/**
 * API keys ({@code SecurityPolicy.spec.apiKeyAuth}).
 *
 * <p>Entry: {@link dev.gatehouse.authz.apikey.ApiKeys}. Knows hashes of keys only, and compares them in constant time.
 */
@NullMarked
package dev.gatehouse.authz.apikey;

import org.jspecify.annotations.NullMarked;
