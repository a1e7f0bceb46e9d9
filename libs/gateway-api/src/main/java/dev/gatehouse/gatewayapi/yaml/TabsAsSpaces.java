package dev.gatehouse.gatewayapi.yaml;

/**
 * Makes spaces of the tabs that separate tokens where kubectl's YAML allows them and SnakeYAML does not: in flow collections (so in
 * JSON), and on a line after its first token. A tab that indents stays, since it is an error there; a tab in a scalar stays, since it
 * is text. No other character is touched, so each place in the text stays where it is.
 *
 * <p>Tells tokens apart only as far as that needs: quoted scalars, block scalars, comments, and everything else.
 */
final class TabsAsSpaces {
    private final char[] text;
    private int at;
    private int flow;
    /** Column of the block collection that the token belongs to: a block scalar's lines are further in. */
    private int column;

    private TabsAsSpaces(String text) {
        this.text = text.toCharArray();
    }

    /** The text of one document with spaces for such tabs. */
    static String of(String document) {
        return document.indexOf('\t') < 0 ? document : new TabsAsSpaces(document).replace();
    }

    private String replace() {
        while (at < text.length) {
            line();
        }
        return new String(text);
    }

    /** One line, and the scalars that begin on it and go on below. */
    private void line() {
        int start = at;
        boolean mayBeKey = true;
        boolean separated = true;
        while (at < text.length) {
            char c = text[at];
            if (c == '\n') {
                at++;
                return;
            } else if (c == '\t' && (flow > 0 || !mayBeKey)) {
                text[at++] = ' ';
                separated = true;
                continue;
            } else if (c == ' ' || c == '\t' || c == '\r') {
                at++;
                separated = true;
                continue;
            } else if (c == '#' && separated) {
                toLineEnd();
                continue;
            } else if (flow == 0 && (c == '-' || c == '?') && blank(at + 1)) {
                column = at - start;
                at++;
                mayBeKey = true;
            } else if (flow == 0 && (c == '|' || c == '>') && separated) {
                blockScalar();
                return;
            } else if (c == '"' || c == '\'') {
                column = mayBeKey && flow == 0 ? at - start : column;
                quoted(c);
                mayBeKey = false;
            } else if (c == '{' || c == '[') {
                flow++;
                at++;
                mayBeKey = false;
            } else if (flow > 0 && (c == '}' || c == ']')) {
                flow--;
                at++;
            } else if (flow > 0 && c == ',' || c == ':') {
                at++;
            } else {
                column = mayBeKey && flow == 0 ? at - start : column;
                plain();
                mayBeKey = false;
            }
            separated = false;
        }
    }

    private boolean blank(int index) {
        return index >= text.length || Character.isWhitespace(text[index]);
    }

    private void toLineEnd() {
        while (at < text.length && text[at] != '\n') {
            at++;
        }
    }

    private void quoted(char quote) {
        at++;
        while (at < text.length) {
            if (text[at] == '\\' && quote == '"') {
                at++;
            } else if (text[at] == quote) {
                if (quote == '"' || at + 1 >= text.length || text[at + 1] != quote) {
                    at++;
                    return;
                }
                at++;
            }
            at++;
        }
    }

    /** Skips a plain scalar, or an anchor, alias, tag or document marker, up to a character that can end it. Inner white space stays. */
    private void plain() {
        while (at < text.length) {
            char c = text[at];
            if (c == ':' && (blank(at + 1) || flow > 0 && ",[]{}".indexOf(text[at + 1]) >= 0)
                    || flow > 0 && ",[]{}".indexOf(c) >= 0) {
                return;
            }
            if (!Character.isWhitespace(c)) {
                at++;
                continue;
            }
            int next = at;
            while (next < text.length && (text[next] == ' ' || text[next] == '\t' || text[next] == '\r')) {
                next++;
            }
            if (next >= text.length
                    || text[next] == '\n'
                    || text[next] == '#'
                    || text[next] == ':' && blank(next + 1)
                    || startsWithProperty()) {
                return;
            }
            at = Math.max(next, at + 1);
        }
    }

    /** True if the token that ends here is an anchor, an alias, a tag or {@code ---}: another token follows it. */
    private boolean startsWithProperty() {
        int start = at;
        while (start > 0 && !Character.isWhitespace(text[start - 1]) && ",[]{}".indexOf(text[start - 1]) < 0) {
            start--;
        }
        return start < at
                && ("&*!".indexOf(text[start]) >= 0 || at - start == 3 && text[start] == '-' && text[start + 1] == '-');
    }

    /** Skips a block scalar, which consists of the lines indented deeper than its collection, and of blank lines. */
    private void blockScalar() {
        toLineEnd();
        while (at < text.length) {
            int start = ++at;
            while (at < text.length && text[at] == ' ') {
                at++;
            }
            int indent = at - start;
            boolean empty = at >= text.length || text[at] == '\n' || text[at] == '\r';
            if (!empty && indent <= column) {
                at = start;
                return;
            }
            toLineEnd();
        }
    }
}
