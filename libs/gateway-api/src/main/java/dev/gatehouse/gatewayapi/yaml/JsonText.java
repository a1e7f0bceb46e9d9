package dev.gatehouse.gatewayapi.yaml;

import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The JSON text (RFC 8259) of a tree of {@link Trees}, without white space, the fields in their order. */
public final class JsonText {
    private static final int FIRST_PRINTABLE = 0x20;

    private JsonText() {}

    public static String of(@Nullable Object tree) {
        StringBuilder text = new StringBuilder();
        append(text, tree);
        return text.toString();
    }

    private static void append(StringBuilder text, @Nullable Object tree) {
        switch (tree) {
            case null -> text.append("null");
            case Map<?, ?> map -> {
                text.append('{');
                for (Iterator<? extends Map.Entry<?, ?>> fields = map.entrySet().iterator(); fields.hasNext(); ) {
                    Map.Entry<?, ?> field = fields.next();
                    quote(text, String.valueOf(field.getKey()));
                    text.append(':');
                    append(text, field.getValue());
                    text.append(fields.hasNext() ? "," : "");
                }
                text.append('}');
            }
            case List<?> list -> {
                text.append('[');
                for (Iterator<?> items = list.iterator(); items.hasNext(); ) {
                    append(text, items.next());
                    text.append(items.hasNext() ? "," : "");
                }
                text.append(']');
            }
            case Number number -> text.append(number);
            case Boolean flag -> text.append(flag);
            default -> quote(text, tree.toString());
        }
    }

    private static void quote(StringBuilder text, String string) {
        text.append('"');
        for (int i = 0; i < string.length(); i++) {
            char c = string.charAt(i);
            switch (c) {
                case '"' -> text.append("\\\"");
                case '\\' -> text.append("\\\\");
                case '\n' -> text.append("\\n");
                case '\r' -> text.append("\\r");
                case '\t' -> text.append("\\t");
                default -> {
                    if (c < FIRST_PRINTABLE) {
                        text.append(String.format("\\u%04x", (int) c));
                    } else {
                        text.append(c);
                    }
                }
            }
        }
        text.append('"');
    }
}
