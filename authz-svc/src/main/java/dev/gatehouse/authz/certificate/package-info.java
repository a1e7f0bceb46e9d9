/**
 * Who a client is by its certificate: of the TLS connection, or of the connection to a proxy in front that the policy trusts. Whether a certificate is valid is
 * the listener's matter: nothing here verifies a signature.
 */
@NullMarked
package dev.gatehouse.authz.certificate;

import org.jspecify.annotations.NullMarked;
