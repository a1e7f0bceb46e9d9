package dev.gatehouse.authz.introspection;

import dev.gatehouse.authz.provider.ConnectionSettings;
import dev.gatehouse.authz.seal.Secret;
import java.time.Duration;
import java.util.Optional;

/**
 * Who is asked about tokens, and this client of it.
 *
 * @param issuer what {@code iss} of an answer has to be; its discovery document (OpenID Connect's, or that of RFC 8414) has the endpoint where none is given
 * @param secretInForm the secret is sent in the form ({@code client_secret_post}), not in a header
 * @param signed answers must be signed (RFC 9701); then there is an issuer
 * @param longest how long an answer about an active token is used at most
 * @param longestInactive how long an answer about another token is used
 */
public record IntrospectionSettings(
        Optional<String> issuer,
        Optional<String> endpoint,
        String clientId,
        Secret clientSecret,
        boolean secretInForm,
        boolean signed,
        ConnectionSettings connection,
        Duration longest,
        Duration longestInactive) {}
