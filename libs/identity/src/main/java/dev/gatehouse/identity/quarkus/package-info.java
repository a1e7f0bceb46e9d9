/**
 * Mutual TLS for the gRPC of a Quarkus service, by configuration: its server asks for certificates, its channels show one, and
 * every RPC knows its caller. Without {@code gatehouse.tls.*} all is plain text.
 */
@NullMarked
package dev.gatehouse.identity.quarkus;

import org.jspecify.annotations.NullMarked;
