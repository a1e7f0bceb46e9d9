package dev.gatehouse.gatewayapi.security;

import dev.gatehouse.gatewayapi.yaml.Syntax;

/** The form of origins: Envoy Gateway's {@code Origin}. */
final class Origins {
    static final Syntax SYNTAX = Syntax.of(
            "\\*|[A-Za-z][A-Za-z0-9+.-]*://(\\*|(\\*\\.)?(([\\w-]+\\.?)+)?[\\w-]+)(:\\d{1,5})?",
            253,
            "\"*\", or scheme://host[:port], where host may be \"*\" or begin with \"*.\"");

    private Origins() {}
}
