/**
 * Which policy a request has to pass, and what comes of it: let through with changes, or denied with a reason.
 *
 * <p>Entry: {@link dev.gatehouse.authz.policy.AccessControl}. Must not know how requests and policies arrive. Whatever is not clearly
 * allowed is denied.
 */
@NullMarked
package dev.gatehouse.authz.policy;

import org.jspecify.annotations.NullMarked;
