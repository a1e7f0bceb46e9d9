package dev.gatehouse.seclang.libinjection;

import dev.gatehouse.seclang.bytes.Ascii;

/**
 * Reads HTML as browsers do (and old ones did), token by token, from a context that the value is put into. No document is built.
 * Numbers in comments are the sections of "HTML5, A vocabulary and associated APIs". Used by one thread.
 */
final class HtmlTokens {
    /** Where in a page a value may stand. */
    enum Context {
        TEXT,
        IN_TAG,
        SINGLE_QUOTED,
        DOUBLE_QUOTED,
        BACK_QUOTED
    }

    enum Token {
        TEXT,
        TAG_NAME_OPEN,
        TAG_NAME_CLOSE,
        TAG_NAME_SELF_CLOSE,
        TAG_CLOSE,
        ATTRIBUTE_NAME,
        ATTRIBUTE_VALUE,
        COMMENT,
        DOCTYPE
    }

    private enum State {
        TEXT,
        TAG_OPEN,
        TAG_END,
        SELF_CLOSING,
        BEFORE_ATTRIBUTE_NAME,
        AFTER_ATTRIBUTE_NAME,
        BEFORE_ATTRIBUTE_VALUE,
        AFTER_QUOTED_VALUE,
        SINGLE_QUOTED,
        DOUBLE_QUOTED,
        BACK_QUOTED,
        END
    }

    private final byte[] value;
    private final int from;
    private final int to;
    private int at;
    private State state;
    private boolean closing;
    private Token token = Token.TEXT;
    private int start;
    private int end;

    HtmlTokens(byte[] value, int from, int to, Context context) {
        this.value = value;
        this.from = from;
        this.to = to;
        at = from;
        state = switch (context) {
            case TEXT -> State.TEXT;
            case IN_TAG -> State.BEFORE_ATTRIBUTE_NAME;
            case SINGLE_QUOTED -> State.SINGLE_QUOTED;
            case DOUBLE_QUOTED -> State.DOUBLE_QUOTED;
            case BACK_QUOTED -> State.BACK_QUOTED;
        };
    }

    /** How far it has read. */
    int at() {
        return at;
    }

    /** Whether the whole input was read. */
    boolean isAtEnd() {
        return state == State.END;
    }

    /** Whether the other reads the same from here on, whatever context each began in. */
    boolean meets(HtmlTokens other) {
        return at == other.at && state == other.state && closing == other.closing;
    }

    /** The last token. */
    Token token() {
        return token;
    }

    /** Where its value starts. */
    int start() {
        return start;
    }

    /** Before which its value ends. */
    int end() {
        return end;
    }

    /** Reads a token. False: there is none. */
    boolean next() {
        return switch (state) {
            case TEXT -> text();
            case TAG_OPEN -> tagOpen();
            case TAG_END -> tagEnd();
            case SELF_CLOSING -> selfClosing();
            case BEFORE_ATTRIBUTE_NAME -> beforeAttributeName();
            case AFTER_ATTRIBUTE_NAME -> afterAttributeName();
            case BEFORE_ATTRIBUTE_VALUE -> beforeAttributeValue();
            case AFTER_QUOTED_VALUE -> afterQuotedValue();
            case SINGLE_QUOTED -> quotedValue('\'');
            case DOUBLE_QUOTED -> quotedValue('"');
            case BACK_QUOTED -> quotedValue('`');
            case END -> false;
        };
    }

    private boolean found(Token type, int first, int last, State next, int rest) {
        token = type;
        start = first;
        end = last;
        state = next;
        at = rest;
        return true;
    }

    /** A token up to the end of the value. */
    private boolean rest(Token type) {
        return found(type, at, to, State.END, to);
    }

    private boolean text() {
        int open = indexOf('<', at);
        if (open == to) {
            return rest(Token.TEXT) && start < end;
        }
        if (open > at) {
            return found(Token.TEXT, at, open, State.TAG_OPEN, open + 1);
        }
        at = open + 1;
        return tagOpen();
    }

    private boolean tagOpen() {
        if (at >= to) {
            return false;
        }
        int b = value[at];
        if (isLetter(b) || b == 0) {
            // Old Internet Explorers read over null bytes.
            return tagName();
        }
        switch (b) {
            case '!' -> {
                at++;
                return declaration();
            }
            case '/' -> {
                at++;
                closing = true;
                return endTagOpen();
            }
            case '?' -> {
                at++;
                return bogusComment();
            }
            case '%' -> {
                // Not in the standard: a comment in Internet Explorer before 10 and Safari before 4.0.3.
                at++;
                return percentComment();
            }
            default -> {
                return found(Token.TEXT, at - 1, at, State.TEXT, at);
            }
        }
    }

    /** 12.2.4.9. */
    private boolean endTagOpen() {
        if (at >= to) {
            return false;
        }
        if (value[at] == '>') {
            return text();
        }
        if (isLetter(value[at])) {
            return tagName();
        }
        closing = false;
        return bogusComment();
    }

    /** 12.2.4.10. */
    private boolean tagName() {
        int i = at;
        while (i < to && !isWhite(value[i]) && value[i] != '/' && value[i] != '>') {
            i++;
        }
        if (i == to) {
            return rest(Token.TAG_NAME_OPEN);
        }
        if (value[i] != '>') {
            State next = value[i] == '/' ? State.SELF_CLOSING : State.BEFORE_ATTRIBUTE_NAME;
            return found(Token.TAG_NAME_OPEN, at, i, next, i + 1);
        }
        if (closing) {
            closing = false;
            return found(Token.TAG_CLOSE, at, i, State.TEXT, i + 1);
        }
        return found(Token.TAG_NAME_OPEN, at, i, State.TAG_END, i);
    }

    private boolean tagEnd() {
        closing = false;
        return found(Token.TAG_NAME_CLOSE, at, at + 1, at + 1 < to ? State.TEXT : State.END, at + 1);
    }

    private boolean selfClosing() {
        if (at >= to) {
            return false;
        }
        return value[at] == '>'
                ? found(Token.TAG_NAME_SELF_CLOSE, at - 1, at + 1, State.TEXT, at + 1)
                : beforeAttributeName();
    }

    private boolean beforeAttributeName() {
        skipWhite();
        while (at < to && value[at] == '/') {
            at++;
            if (at >= to || value[at] == '>') {
                return selfClosing();
            }
            skipWhite();
        }
        if (at >= to) {
            return false;
        }
        return value[at] == '>' ? found(Token.TAG_NAME_CLOSE, at, at + 1, State.TEXT, at + 1) : attributeName();
    }

    /** Any first byte belongs to the name. */
    private boolean attributeName() {
        int i = at + 1;
        while (i < to && !isWhite(value[i]) && value[i] != '/' && value[i] != '=' && value[i] != '>') {
            i++;
        }
        if (i == to) {
            return rest(Token.ATTRIBUTE_NAME);
        }
        return switch (value[i]) {
            case '/' -> found(Token.ATTRIBUTE_NAME, at, i, State.SELF_CLOSING, i + 1);
            case '=' -> found(Token.ATTRIBUTE_NAME, at, i, State.BEFORE_ATTRIBUTE_VALUE, i + 1);
            case '>' -> found(Token.ATTRIBUTE_NAME, at, i, State.TAG_END, i);
            default -> found(Token.ATTRIBUTE_NAME, at, i, State.AFTER_ATTRIBUTE_NAME, i + 1);
        };
    }

    private boolean afterAttributeName() {
        skipWhite();
        if (at >= to) {
            return false;
        }
        return switch (value[at]) {
            case '/' -> {
                at++;
                yield selfClosing();
            }
            case '=' -> {
                at++;
                yield beforeAttributeValue();
            }
            case '>' -> tagEnd();
            default -> attributeName();
        };
    }

    /** 12.2.4.37. */
    private boolean beforeAttributeValue() {
        skipWhite();
        if (at >= to) {
            state = State.END;
            return false;
        }
        return switch (value[at]) {
            case '"', '\'', '`' -> quotedValue(value[at]);
            default -> plainValue();
        };
    }

    private boolean plainValue() {
        int i = at;
        while (i < to && !isWhite(value[i]) && value[i] != '>') {
            i++;
        }
        if (i == to) {
            return rest(Token.ATTRIBUTE_VALUE);
        }
        return value[i] == '>'
                ? found(Token.ATTRIBUTE_VALUE, at, i, State.TAG_END, i)
                : found(Token.ATTRIBUTE_VALUE, at, i, State.BEFORE_ATTRIBUTE_NAME, i + 1);
    }

    /** At the very beginning there is no quote to pass over: the page has it. */
    private boolean quotedValue(int quote) {
        if (at > from) {
            at++;
        }
        int close = indexOf(quote, at);
        return close == to
                ? rest(Token.ATTRIBUTE_VALUE)
                : found(Token.ATTRIBUTE_VALUE, at, close, State.AFTER_QUOTED_VALUE, close + 1);
    }

    /** 12.2.4.41. */
    private boolean afterQuotedValue() {
        if (at >= to) {
            return false;
        }
        if (value[at] == '/') {
            at++;
            return selfClosing();
        }
        return beforeAttributeName();
    }

    private boolean declaration() {
        if (hasAt(at, "DOCTYPE")) {
            int close = indexOf('>', at);
            return close == to ? rest(Token.DOCTYPE) : found(Token.DOCTYPE, at, close, State.TEXT, close + 1);
        }
        if (hasExactlyAt(at, "[CDATA[")) {
            at += 7;
            return characterData();
        }
        if (hasExactlyAt(at, "--")) {
            at += 2;
            return comment();
        }
        return bogusComment();
    }

    /** 12.2.4.44. */
    private boolean bogusComment() {
        int close = indexOf('>', at);
        return close == to ? rest(Token.COMMENT) : found(Token.COMMENT, at, close, State.TEXT, close + 1);
    }

    private boolean percentComment() {
        int i = indexOf('%', at);
        while (i + 1 < to && value[i + 1] != '>') {
            i = indexOf('%', i + 1);
        }
        return i + 1 < to ? found(Token.COMMENT, at, i, State.TEXT, i + 2) : rest(Token.COMMENT);
    }

    /** 12.2.4.48 to 51: to {@code -->} or {@code -!>}, where null bytes may follow the first dash. */
    private boolean comment() {
        int dash = indexOf('-', at);
        while (dash + 3 <= to) {
            int i = dash + 1;
            while (i < to && value[i] == 0) {
                i++;
            }
            if (i + 1 >= to) {
                break;
            }
            if ((value[i] == '-' || value[i] == '!') && value[i + 1] == '>') {
                return found(Token.COMMENT, at, dash, State.TEXT, i + 2);
            }
            dash = indexOf('-', dash + 1);
        }
        return rest(Token.COMMENT);
    }

    private boolean characterData() {
        int bracket = indexOf(']', at);
        while (bracket + 3 <= to) {
            if (value[bracket + 1] == ']' && value[bracket + 2] == '>') {
                return found(Token.TEXT, at, bracket, State.TEXT, bracket + 3);
            }
            bracket = indexOf(']', bracket + 1);
        }
        return rest(Token.TEXT);
    }

    private void skipWhite() {
        while (at < to && (isWhite(value[at]) || value[at] == 0)) {
            at++;
        }
    }

    private int indexOf(int searched, int first) {
        int i = first;
        while (i < to && value[i] != searched) {
            i++;
        }
        return Math.min(i, to);
    }

    private boolean hasExactlyAt(int index, String text) {
        if (index + text.length() > to) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            if (value[index + i] != text.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private boolean hasAt(int index, String capitals) {
        if (index + capitals.length() > to) {
            return false;
        }
        for (int i = 0; i < capitals.length(); i++) {
            if (Ascii.upper(value[index + i]) != capitals.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isLetter(int b) {
        int lower = b | 0x20;
        return lower >= 'a' && lower <= 'z';
    }

    private static boolean isWhite(int b) {
        return Ascii.isSpace(b);
    }
}
