package dev.gatehouse.controller.extension;

import java.util.Set;

/** The tokens of a Lua script as LuaJIT 2.1 reads it: Lua 5.1 with the escapes, numbers and words of 5.2, and the
 * numbers of the FFI. */
final class LuaLexer {
    /** The type of a token. */
    enum Type {
        NAME,
        KEYWORD,
        STRING,
        NUMBER,
        SYMBOL,
        END
    }

    /**
     * A token.
     *
     * @param text the token's text; of a string literal it is not used
     * @param line the line in which the token ends, from 1
     */
    record Token(Type type, String text, int line) {
        boolean is(String symbol) {
            return (type == Type.SYMBOL || type == Type.KEYWORD) && text.equals(symbol);
        }

        /** The token as shown in messages. */
        String shown() {
            return type == Type.END ? "the end of the script" : "\"" + text + "\"";
        }
    }

    /** The script is not valid Lua. */
    static final class LuaError extends Exception {
        private static final long serialVersionUID = 1;

        LuaError(int line, String message) {
            super("line " + line + ": " + message);
        }
    }

    private static final Set<String> KEYWORDS = Set.of(
            "and",
            "break",
            "do",
            "else",
            "elseif",
            "end",
            "false",
            "for",
            "function",
            "goto",
            "if",
            "in",
            "local",
            "nil",
            "not",
            "or",
            "repeat",
            "return",
            "then",
            "true",
            "until",
            "while");

    private static final char NOTHING = '\0';

    private static final int LARGEST_BYTE = 255;
    private static final int SHOWN = 40;

    private final String code;
    private int at;
    private int line = 1;

    LuaLexer(String code) {
        this.code = code;
        if (code.startsWith("#")) {
            skipLine();
        }
    }

    /** The next token; after the last token always {@link Type#END}. */
    Token next() throws LuaError {
        skipBlanks();
        if (at >= code.length()) {
            return new Token(Type.END, "", line);
        }
        char c = code.charAt(at);
        int begin = at;
        if (isNameStart(c)) {
            while (at < code.length() && isNamePart(code.charAt(at))) {
                at++;
            }
            String word = code.substring(begin, at);
            return new Token(KEYWORDS.contains(word) ? Type.KEYWORD : Type.NAME, word, line);
        }
        if (isDigit(c) || c == '.' && isDigit(peek(1))) {
            return number();
        }
        if (c == '"' || c == '\'') {
            return quoted(c);
        }
        if (c == '[') {
            int level = longBracket();
            if (level >= 0) {
                skipLong(level, "string");
                return new Token(Type.STRING, shortened(begin), line);
            }
        }
        for (String symbol : new String[] {"...", "..", "==", "~=", "<=", ">=", "::"}) {
            if (code.startsWith(symbol, at)) {
                at += symbol.length();
                return new Token(Type.SYMBOL, symbol, line);
            }
        }
        if ("+-*/%^#<>=(){}[];:,.".indexOf(c) < 0) {
            throw new LuaError(line, "unexpected \"" + c + "\"");
        }
        at++;
        return new Token(Type.SYMBOL, String.valueOf(c), line);
    }

    private String shortened(int begin) {
        return code.substring(begin, Math.min(at, begin + SHOWN))
                .lines()
                .findFirst()
                .orElse("");
    }

    private char peek(int ahead) {
        return at + ahead < code.length() ? code.charAt(at + ahead) : NOTHING;
    }

    private void skipBlanks() throws LuaError {
        while (at < code.length()) {
            char c = code.charAt(at);
            if (c == '\n') {
                line++;
                at++;
            } else if (c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\u000b') {
                at++;
            } else if (c == '-' && peek(1) == '-') {
                at += 2;
                int level = peek(0) == '[' ? longBracket() : -1;
                if (level >= 0) {
                    skipLong(level, "comment");
                } else {
                    skipLine();
                }
            } else {
                return;
            }
        }
    }

    private void skipLine() {
        while (at < code.length() && code.charAt(at) != '\n') {
            at++;
        }
    }

    /** The number of "=" in the long bracket at this position, which is not consumed; -1: there is no long bracket. */
    private int longBracket() {
        int level = 0;
        while (peek(1 + level) == '=') {
            level++;
        }
        return peek(1 + level) == '[' ? level : -1;
    }

    private void skipLong(int level, String what) throws LuaError {
        int begun = line;
        String end = "]" + "=".repeat(level) + "]";
        int close = code.indexOf(end, at + level + 2);
        if (close < 0) {
            throw new LuaError(begun, "the long " + what + " has no end (expected: \"" + end + "\")");
        }
        line += (int) code.substring(at, close).chars().filter(c -> c == '\n').count();
        at = close + end.length();
    }

    private Token number() throws LuaError {
        int begin = at;
        while (at < code.length()) {
            char c = code.charAt(at);
            boolean signed = c == '+' || c == '-';
            if (isNamePart(c) || c == '.' || signed && isExponent(begin)) {
                at++;
            } else {
                break;
            }
        }
        String text = code.substring(begin, at);
        boolean valid = text.matches(
                "(?i)(0x([0-9a-f]+\\.?[0-9a-f]*|\\.[0-9a-f]+)(p[+-]?[0-9]+)?|([0-9]+\\.?[0-9]*|\\.[0-9]+)(e[+-]?[0-9]+)?)i?"
                        + "|(?i)(0x[0-9a-f]+|[0-9]+)u?ll");
        if (!valid) {
            throw new LuaError(line, "malformed number \"" + text + "\"");
        }
        return new Token(Type.NUMBER, text, line);
    }

    /** Whether the previous character is the exponent's letter, so that a sign continues the number. */
    private boolean isExponent(int begin) {
        boolean hexadecimal = code.startsWith("0x", begin) || code.startsWith("0X", begin);
        char before = Character.toLowerCase(code.charAt(at - 1));
        return at > begin && before == (hexadecimal ? 'p' : 'e');
    }

    private Token quoted(char quote) throws LuaError {
        int begin = at;
        at++;
        while (peek(0) != quote || at >= code.length()) {
            char c = peek(0);
            if (at >= code.length() || c == '\n' || c == '\r') {
                throw new LuaError(line, "unfinished string " + shortened(begin));
            }
            at++;
            if (c == '\\') {
                escape(begin);
            }
        }
        at++;
        return new Token(Type.STRING, shortened(begin), line);
    }

    private void escape(int begin) throws LuaError {
        char c = peek(0);
        at++;
        switch (c) {
            case 'a', 'b', 'f', 'n', 'r', 't', 'v', '\\', '"', '\'' -> {}
            case '\n' -> line++;
            case '\r' -> {
                if (peek(0) == '\n') {
                    at++;
                }
                line++;
            }
            case 'z' -> {
                while (at < code.length() && Character.isWhitespace(code.charAt(at))) {
                    line += code.charAt(at) == '\n' ? 1 : 0;
                    at++;
                }
            }
            case 'x' -> {
                if (!isHexadecimal(peek(0)) || !isHexadecimal(peek(1))) {
                    throw invalidEscape(begin);
                }
                at += 2;
            }
            case 'u' -> {
                int close = code.indexOf('}', at);
                boolean valid = peek(0) == '{'
                        && close > at + 1
                        && code.substring(at + 1, close).matches("[0-9a-fA-F]{1,6}");
                if (!valid) {
                    throw invalidEscape(begin);
                }
                at = close + 1;
            }
            default -> {
                if (!isDigit(c)) {
                    throw invalidEscape(begin);
                }
                int value = c - '0';
                for (int i = 0; i < 2 && isDigit(peek(0)); i++) {
                    value = value * 10 + (peek(0) - '0');
                    at++;
                }
                if (value > LARGEST_BYTE) {
                    throw invalidEscape(begin);
                }
            }
        }
    }

    private LuaError invalidEscape(int begin) {
        return new LuaError(line, "invalid escape sequence in " + shortened(begin));
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static boolean isHexadecimal(char c) {
        return isDigit(c) || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F';
    }

    /** LuaJIT accepts every non-ASCII character in a name. */
    private static boolean isNameStart(char c) {
        return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c > '\u007f';
    }

    private static boolean isNamePart(char c) {
        return isNameStart(c) || isDigit(c);
    }
}
