package dev.gatehouse.gatewayapi;

import dev.gatehouse.gatewayapi.yaml.Fields;
import dev.gatehouse.gatewayapi.yaml.Syntax;

/** A match on a named value: a header (HTTPHeaderMatch) or a query parameter (HTTPQueryParamMatch). */
public record ValueMatch(Type type, String name, String value) {
    /** How the value is compared. */
    public enum Type {
        Exact,
        RegularExpression
    }

    static ValueMatch read(Fields f) {
        return new ValueMatch(
                f.choice("type", Type.class).orElse(Type.Exact),
                f.requiredString("name", Syntax.HEADER_NAME),
                f.requiredString("value", Syntax.NOT_EMPTY));
    }
}
