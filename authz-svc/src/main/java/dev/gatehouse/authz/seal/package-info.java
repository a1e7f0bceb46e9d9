/**
 * Sealed bytes: AES-256-GCM with a key of one session or with a ring of keys that replicas share.
 *
 * <p>Entry: {@link dev.gatehouse.authz.seal.KeyRing} and {@link dev.gatehouse.authz.seal.Seal}. Every failure to open is the same empty
 * answer: nothing tells an attacker which part was wrong. Must not know what the bytes mean.
 */
@NullMarked
package dev.gatehouse.authz.seal;

import org.jspecify.annotations.NullMarked;
