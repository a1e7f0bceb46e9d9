package dev.gatehouse.xds.stream;

/** Tells whether a subscriber's message names a resource: as a word of its own, not as a part of a longer name. */
final class NamedIn {
    private NamedIn() {}

    static boolean names(String message, String name) {
        for (int at = message.indexOf(name); at >= 0; at = message.indexOf(name, at + 1)) {
            if (isBoundary(message, at - 1, -1) && isBoundary(message, at + name.length(), 1)) {
                return true;
            }
        }
        return false;
    }

    /**
     * True for a character that ends a name. A full stop or colon ends a name only if no character of a name follows:
     * "listener a: no filter", but not "a.b" or "a:80".
     */
    private static boolean isBoundary(String message, int at, int step) {
        if (at < 0 || at >= message.length()) {
            return true;
        }
        char c = message.charAt(at);
        if (c == '.' || c == ':') {
            int beyond = at + step;
            return beyond < 0 || beyond >= message.length() || !isOfName(message.charAt(beyond));
        }
        return !isOfName(c);
    }

    private static boolean isOfName(char c) {
        return Character.isLetterOrDigit(c) || c == '-' || c == '_' || c == '/' || c == '|' || c == '~' || c == '*';
    }
}
