package dev.gatehouse.authz.introspection;

import dev.gatehouse.authz.provider.ConnectionSettings;
import dev.gatehouse.authz.seal.Secret;
import java.time.Duration;
import java.util.Optional;

/**
 * Who is asked about tokens, and this client of it.
 *
 * @param issuer what {@code iss} of an answer has to be; its discovery document (RFC 8414) has the endpoint where none is given
 * @param longest how long an answer about an active token is used at most
 * @param longestInactive how long an answer about another token is used
 */
public record IntrospectionSettings(
        Optional<String> issuer,
        Optional<String> endpoint,
        String clientId,
        Secret clientSecret,
        ConnectionSettings connection,
        Duration longest,
        Duration longestInactive) {}
