package dev.gatehouse.gatewayapi;

import dev.gatehouse.gatewayapi.yaml.Fields;
import dev.gatehouse.gatewayapi.yaml.Syntax;
import java.util.List;

/** HTTPHeaderFilter: headers to set, add and remove, in this order. */
public record HeaderChange(List<Header> set, List<Header> add, List<String> remove) {
    public HeaderChange {
        set = List.copyOf(set);
        add = List.copyOf(add);
        remove = List.copyOf(remove);
    }

    /** A header with its value. */
    public record Header(String name, String value) {
        static Header read(Fields f) {
            return new Header(
                    f.requiredString("name", Syntax.HEADER_NAME),
                    f.requiredString(
                            "value", Syntax.of("[^\\r\\n\\x00]+", 4096, "a header value: one line, not empty")));
        }
    }

    public static HeaderChange read(Fields f) {
        return new HeaderChange(
                f.list("set", 0, 16, Header::read),
                f.list("add", 0, 16, Header::read),
                f.strings("remove", Syntax.HEADER_NAME));
    }
}
