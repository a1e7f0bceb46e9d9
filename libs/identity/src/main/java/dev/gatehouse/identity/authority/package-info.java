/**
 * The certificate authority of an installation: it makes the certificates by which its processes know each other, and says when
 * to make new ones. Its entry is {@link dev.gatehouse.identity.authority.CertificateAuthority}. Must not know where
 * certificates are kept.
 */
@NullMarked
package dev.gatehouse.identity.authority;

import org.jspecify.annotations.NullMarked;
