package dev.gatehouse.gatewayapi.client;

import dev.gatehouse.gatewayapi.yaml.Fields;
import dev.gatehouse.gatewayapi.yaml.Syntax;

/** How a text is to be (StringMatch). */
public record StringMatch(Type type, String value) {
    private static final Syntax VALUE = Syntax.of("(?s).+", 1024, "1 to 1024 characters");

    /** How the value is compared. */
    public enum Type {
        Exact,
        Prefix,
        Suffix,
        RegularExpression
    }

    /** Reads it; without a type the whole text has to be equal. */
    public static StringMatch read(Fields f) {
        return new StringMatch(f.choice("type", Type.class).orElse(Type.Exact), f.requiredString("value", VALUE));
    }
}
