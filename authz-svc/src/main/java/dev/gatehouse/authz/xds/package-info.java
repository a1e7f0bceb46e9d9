/**
 * Configuration by xDS: turns {@code gatehouse.authz.v1.AccessPolicy} resources into policies, and says what is wrong with those
 * that are not right.
 *
 * <p>Entry: {@link dev.gatehouse.authz.xds.PolicySubscriber}. Must not decide requests, nor put a secret into a message.
 */
@NullMarked
package dev.gatehouse.authz.xds;

import org.jspecify.annotations.NullMarked;
