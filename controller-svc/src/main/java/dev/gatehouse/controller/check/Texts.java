package dev.gatehouse.controller.check;

/** Formats values for messages. */
final class Texts {
    private static final int SHOWN = 100;

    private Texts() {}

    /** {@code value} in quotes, shortened if it is long, with control characters as escapes. */
    static String quoted(String value) {
        StringBuilder text = new StringBuilder("\"");
        int end = Math.min(value.length(), SHOWN);
        for (int i = 0; i < end; i++) {
            char c = value.charAt(i);
            switch (c) {
                case '\n' -> text.append("\\n");
                case '\r' -> text.append("\\r");
                case '\t' -> text.append("\\t");
                default -> {
                    if (Character.isISOControl(c)) {
                        text.append(String.format("\\x%02x", (int) c));
                    } else {
                        text.append(c);
                    }
                }
            }
        }
        return text.append(end < value.length() ? "…\"" : "\"").toString();
    }
}
