package dev.gatehouse.seclang.audit;

import dev.gatehouse.seclang.bytes.Bytes;
import java.util.List;
import java.util.Map;

/** Writes maps, lists, texts and numbers as JSON. Bytes are Latin-1 characters, so that any byte can be read back. */
final class JsonText {
    private JsonText() {}

    static String of(Object value) {
        StringBuilder text = new StringBuilder(1024);
        write(value, text);
        return text.toString();
    }

    private static void write(Object value, StringBuilder text) {
        switch (value) {
            case Map<?, ?> map -> {
                text.append('{');
                String comma = "";
                for (Map.Entry<?, ?> entry : map.entrySet()) {
                    text.append(comma);
                    quote(String.valueOf(entry.getKey()), text);
                    text.append(':');
                    write(entry.getValue(), text);
                    comma = ",";
                }
                text.append('}');
            }
            case List<?> list -> {
                text.append('[');
                String comma = "";
                for (Object item : list) {
                    text.append(comma);
                    write(item, text);
                    comma = ",";
                }
                text.append(']');
            }
            case Number number -> text.append(number);
            case Boolean flag -> text.append(flag);
            case Bytes bytes -> quote(bytes.toString(), text);
            default -> quote(value.toString(), text);
        }
    }

    private static void quote(String value, StringBuilder text) {
        text.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"' || c == '\\') {
                text.append('\\').append(c);
            } else if (c >= ' ' && c < 0x7f) {
                text.append(c);
            } else {
                text.append("\\u")
                        .append(Character.forDigit(c >> 12, 16))
                        .append(Character.forDigit(c >> 8 & 15, 16))
                        .append(Character.forDigit(c >> 4 & 15, 16))
                        .append(Character.forDigit(c & 15, 16));
            }
        }
        text.append('"');
    }
}
