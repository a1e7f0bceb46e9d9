package dev.gatehouse.gatewayapi.traffic;

import dev.gatehouse.gatewayapi.yaml.Syntax;

/** The forms of strings in these settings. Names and paths must not have white space, since settings are compared by their text form. */
final class Texts {
    static final Syntax WORD = Syntax.of("[^\\s\\x00-\\x1f\\x7f]+", 256, "a name without white space");

    static final Syntax URL_PATH = Syntax.of(
            "/[^\\s\\x00-\\x1f\\x7f]*", 1024, "a path that begins with \"/\", at most 1024 characters, no white space");

    static final Syntax FILE = Syntax.of("[^\\s\\x00]+", 4096, "the path of a file, without white space");

    private Texts() {}
}
