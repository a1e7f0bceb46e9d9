package dev.gatehouse.standalone.httpbin;

import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * JSON as httpbin prints it: two spaces of indentation, sorted keys where the map is sorted, all but ASCII escaped, a line's end
 * at the end.
 */
final class PrettyJson {
    private PrettyJson() {}

    /** @param value of maps with string keys, lists, strings, numbers, booleans and null */
    static String of(@Nullable Object value) {
        StringBuilder out = new StringBuilder();
        write(value, "\n", out);
        return out.append('\n').toString();
    }

    /** Without indentation, as {@code /stream} prints one a line. */
    static String line(@Nullable Object value) {
        StringBuilder out = new StringBuilder();
        write(value, " ", out);
        return out.append('\n').toString();
    }

    private static void write(@Nullable Object value, String newLine, StringBuilder out) {
        switch (value) {
            case null -> out.append("null");
            case Map<?, ?> map -> writeMap(map, newLine, out);
            case List<?> list -> writeList(list, newLine, out);
            case Number number -> out.append(number);
            case Boolean bool -> out.append(bool);
            default -> writeString(value.toString(), out);
        }
    }

    private static void writeMap(Map<?, ?> map, String newLine, StringBuilder out) {
        String inner = deeper(newLine);
        out.append('{');
        Iterator<? extends Map.Entry<?, ?>> entries = map.entrySet().iterator();
        while (entries.hasNext()) {
            Map.Entry<?, ?> entry = entries.next();
            out.append(start(inner, out));
            writeString(String.valueOf(entry.getKey()), out);
            out.append(": ");
            write(entry.getValue(), inner, out);
            out.append(entries.hasNext() ? "," : end(newLine));
        }
        out.append('}');
    }

    private static void writeList(List<?> list, String newLine, StringBuilder out) {
        String inner = deeper(newLine);
        out.append('[');
        Iterator<?> items = list.iterator();
        while (items.hasNext()) {
            out.append(start(inner, out));
            write(items.next(), inner, out);
            out.append(items.hasNext() ? "," : end(newLine));
        }
        out.append(']');
    }

    private static String deeper(String newLine) {
        return newLine.startsWith("\n") ? newLine + "  " : newLine;
    }

    /** On one line there is a space after a comma, and none after a bracket. */
    private static String start(String inner, StringBuilder out) {
        return inner.startsWith("\n") || out.charAt(out.length() - 1) == ',' ? inner : "";
    }

    private static String end(String newLine) {
        return newLine.startsWith("\n") ? newLine : "";
    }

    private static void writeString(String text, StringBuilder out) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (c < 0x20 || c > 0x7e) {
                        out.append(String.format("\\u%04x", (int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }
}
