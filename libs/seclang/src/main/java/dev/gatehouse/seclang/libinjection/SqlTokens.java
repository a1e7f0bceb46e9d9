package dev.gatehouse.seclang.libinjection;

import dev.gatehouse.seclang.bytes.Ascii;

/**
 * Reads a value as SQL, token by token, with what MySQL, PostgreSQL, Oracle and SQL Server each have of their own: where they
 * disagree, the reading that an attacker profits from. Used by one thread.
 */
final class SqlTokens {
    private static final WordTable WORDS = Tables.READ.words();

    /** The type of token that a byte begins. */
    private enum Start {
        WHITE,
        OPERATOR,
        OPERATOR_OF_TWO,
        STRING,
        HASH,
        MONEY,
        ITSELF,
        DASH,
        NUMBER,
        SLASH,
        OTHER,
        VARIABLE,
        WORD,
        BITS,
        ESCAPED_STRING,
        NATIONAL_STRING,
        Q_STRING,
        UNICODE_STRING,
        HEX_STRING,
        BRACKETED,
        BACKSLASH,
        TICK
    }

    private static final Start[] STARTS = starts();
    private static final boolean[] ENDS_WORD = among(" []{}<>:\\?=@!#~+-*/&|^%(),';\t\n\013\f\r\"\240\0");
    private static final boolean[] ENDS_VARIABLE = among(" <>:\\?=@!#~+-*/&|^%(),';\t\n\013\f\r'`\"");
    private static final boolean[] HEX_DIGITS = among("0123456789ABCDEFabcdef");
    private static final boolean[] BINARY_DIGITS = among("01");
    private static final boolean[] OF_MONEY = among("0123456789.,");
    private static final boolean[] LETTERS = among("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

    /** The types of words of two ASCII characters, by the first and the second: signs follow each other in long rows. */
    private static final byte[] OPERATORS_OF_TWO = operatorsOfTwo();

    private final byte[] value;
    private final int from;
    private final int to;
    /** The words that are looked up, in capitals. */
    private final byte[] capitals = new byte[SqlToken.LONGEST + 1];

    private int quote;
    private boolean mysql;
    private int at;
    private long token;
    private int read;
    private boolean ambiguous;

    SqlTokens(byte[] value, int from, int to) {
        this.value = value;
        this.from = from;
        this.to = to;
    }

    /**
     * Begins anew.
     *
     * @param quote the quote in which the value is assumed to be, so that it begins with the rest of a string; 0: none
     * @param mysql true: comments are MySQL's; false: ANSI's
     */
    void restart(int quote, boolean mysql) {
        this.quote = quote;
        this.mysql = mysql;
        at = from;
        read = 0;
        ambiguous = false;
    }

    /** How many tokens have been read. */
    int read() {
        return read;
    }

    /** Whether MySQL would read other tokens: there are comments that are none there, or the reverse. */
    boolean isAmbiguous() {
        return ambiguous;
    }

    /** The next token; {@link SqlToken#NONE} at the end. */
    long next() {
        token = SqlToken.NONE;
        if (at == from && quote != 0 && from < to) {
            at = string(from, quote, 0);
            read++;
            return token;
        }
        while (at < to) {
            at = read(STARTS[value[at] & 0xff]);
            if (token != SqlToken.NONE) {
                read++;
                return token;
            }
        }
        return SqlToken.NONE;
    }

    /** Reads what begins here, answers where it ends. No token: it means nothing. */
    private int read(Start start) {
        return switch (start) {
            case WHITE -> at + 1;
            case OPERATOR -> one(SqlToken.OPERATOR);
            case OPERATOR_OF_TWO -> operator();
            case STRING -> string(at + 1, value[at], value[at]);
            case HASH -> hash();
            case MONEY -> money();
            case ITSELF -> one(value[at]);
            case DASH -> dash();
            case NUMBER -> number();
            case SLASH -> slash();
            case OTHER -> one(SqlToken.UNKNOWN);
            case VARIABLE -> variable();
            case WORD -> word();
            case BITS -> digitsInQuotes(BINARY_DIGITS);
            case ESCAPED_STRING -> escapedString();
            case NATIONAL_STRING -> at + 2 < to && value[at + 1] == '\'' ? escapedString() : oracleString(1);
            case Q_STRING -> oracleString(0);
            case UNICODE_STRING -> unicodeString();
            case HEX_STRING -> digitsInQuotes(HEX_DIGITS);
            case BRACKETED -> bracketed();
            case BACKSLASH -> backslash();
            case TICK -> tick(at);
        };
    }

    private int set(int type, int start, int end) {
        token = SqlToken.of(type, start, end - start);
        return end;
    }

    private int one(int type) {
        return set(type, at, at + 1);
    }

    /** {@code #}: an operator, or in MySQL a comment. */
    private int hash() {
        ambiguous = true;
        return mysql ? lineComment() : one(SqlToken.OPERATOR);
    }

    private int lineComment() {
        int end = indexOf('\n', at);
        set(SqlToken.COMMENT, at, end);
        return Math.min(end + 1, to);
    }

    /** Two dashes begin a comment if white space or nothing follows them, in ANSI's SQL always. */
    private int dash() {
        if (at + 1 < to && value[at + 1] == '-') {
            if (at + 2 == to || isWhite(value[at + 2])) {
                return lineComment();
            }
            if (!mysql) {
                ambiguous = true;
                return lineComment();
            }
        }
        return one(SqlToken.OPERATOR);
    }

    /** Reads a comment. It counts as evil if databases disagree on its end or MySQL runs its content. */
    private int slash() {
        if (at + 1 == to || value[at + 1] != '*') {
            return one(SqlToken.OPERATOR);
        }
        int close = indexOf('*', '/', at + 2);
        boolean nested = close < to && indexOf('/', '*', at + 2) < close;
        boolean conditional = at + 2 < to && value[at + 2] == '!';
        return set(nested || conditional ? SqlToken.EVIL : SqlToken.COMMENT, at, Math.min(close + 2, to));
    }

    /** {@code \N} is MySQL's null. */
    private int backslash() {
        return at + 1 < to && value[at + 1] == 'N' ? set(SqlToken.NUMBER, at, at + 2) : one(SqlToken.BACKSLASH);
    }

    private int operator() {
        if (at + 1 < to) {
            if (at + 2 < to && value[at] == '<' && value[at + 1] == '=' && value[at + 2] == '>') {
                return set(SqlToken.OPERATOR, at, at + 3);
            }
            int type = value[at + 1] < 0 ? 0 : OPERATORS_OF_TWO[value[at] << 7 | value[at + 1]];
            if (type != 0) {
                return set(type, at, at + 2);
            }
            if (value[at] == ':') {
                return one(SqlToken.COLON);
            }
        }
        return one(SqlToken.OPERATOR);
    }

    /**
     * A string that ends at the first quote which is neither after an odd number of backslashes nor doubled.
     *
     * @param open the quote before it; 0 if the quote is only assumed
     */
    private int string(int start, int delimiter, int open) {
        int end = indexOf(delimiter, start);
        while (end < to) {
            if (isEscaped(start, end)) {
                end = indexOf(delimiter, end + 1);
            } else if (end + 1 < to && value[end + 1] == delimiter) {
                end = indexOf(delimiter, end + 2);
            } else {
                set(SqlToken.STRING, start, end);
                token = SqlToken.quoted(token, open, delimiter);
                return end + 1;
            }
        }
        set(SqlToken.STRING, start, to);
        token = SqlToken.quoted(token, open, 0);
        return to;
    }

    private boolean isEscaped(int start, int quoteAt) {
        int first = quoteAt;
        while (first > start && value[first - 1] == '\\') {
            first--;
        }
        return (quoteAt - first) % 2 != 0;
    }

    /** PostgreSQL's {@code e'...'}, and {@code n'...'} of national characters. */
    private int escapedString() {
        return at + 2 < to && value[at + 1] == '\'' ? string(at + 2, '\'', '\'') : word();
    }

    /** {@code u&'...'}. */
    private int unicodeString() {
        if (at + 2 >= to || value[at + 1] != '&' || value[at + 2] != '\'') {
            return word();
        }
        int end = string(at + 3, '\'', '\'');
        token = SqlToken.quoted(token, 'u', SqlToken.close(token) == '\'' ? 'u' : 0);
        return end;
    }

    /** Oracle's {@code q'(...)'} with any delimiter, and {@code nq'(...)'}. */
    private int oracleString(int before) {
        int q = at + before;
        if (q + 2 >= to || (value[q] != 'q' && value[q] != 'Q') || value[q + 1] != '\'' || value[q + 2] < '!') {
            return word();
        }
        int close = switch (value[q + 2]) {
            case '(' -> ')';
            case '[' -> ']';
            case '{' -> '}';
            case '<' -> '>';
            default -> value[q + 2];
        };
        return delimited(q + 3, indexOf(close, '\'', q + 3), 2, 'q');
    }

    /** A string up to {@code end}, and past the {@code closing} bytes there. */
    private int delimited(int start, int end, int closing, int quoteMark) {
        set(SqlToken.STRING, start, end);
        token = SqlToken.quoted(token, quoteMark, end < to ? quoteMark : 0);
        return Math.min(end + closing, to);
    }

    /** {@code x'1f'} and {@code b'01'} are numbers, if only digits are in them. */
    private int digitsInQuotes(boolean[] digits) {
        if (at + 2 >= to || value[at + 1] != '\'') {
            return word();
        }
        int end = skip(digits, at + 2);
        return end < to && value[end] == '\'' ? set(SqlToken.NUMBER, at, end + 1) : word();
    }

    /** SQL Server's {@code [name]}. */
    private int bracketed() {
        return set(SqlToken.BARE_WORD, at, Math.min(indexOf(']', at) + 1, to));
    }

    private int word() {
        int end = skipUntil(ENDS_WORD, at);
        int seen = Math.min(end, at + SqlToken.LONGEST);
        for (int i = at; i < seen; i++) {
            if (value[i] == '.' || value[i] == '`') {
                if (isKeyword(value, at, i)) {
                    return set(typeOf(at, i), at, i);
                }
            }
        }
        int type = end - at <= SqlToken.LONGEST ? typeOf(at, end) : 0;
        return set(type == 0 ? SqlToken.BARE_WORD : type, at, end);
    }

    /** MySQL's {@code `name`}: a function if the name is one's, else any name. */
    private int tick(int begin) {
        int end = string(begin + 1, '`', '`');
        int start = SqlToken.start(token);
        boolean function = typeOf(start, start + SqlToken.length(token)) == SqlToken.FUNCTION;
        token = SqlToken.withType(token, function ? SqlToken.FUNCTION : SqlToken.BARE_WORD);
        return end;
    }

    /** {@code @name}, {@code @@name}, and in quotes as {@code @@`name`}. */
    private int variable() {
        int start = at + 1 < to && value[at + 1] == '@' ? at + 2 : at + 1;
        if (start < to && value[start] == '`') {
            int end = tick(start);
            token = SqlToken.withType(token, SqlToken.VARIABLE);
            return end;
        }
        if (start < to && (value[start] == '\'' || value[start] == '"')) {
            int end = string(start + 1, value[start], value[start]);
            token = SqlToken.withType(token, SqlToken.VARIABLE);
            return end;
        }
        return set(SqlToken.VARIABLE, start, skipUntil(ENDS_VARIABLE, start));
    }

    /** {@code $1,000.00}, PostgreSQL's {@code $$...$$} and {@code $tag$...$tag$}, or a dollar sign. */
    private int money() {
        if (at + 1 == to) {
            return one(SqlToken.BARE_WORD);
        }
        int end = skip(OF_MONEY, at + 1);
        if (end == at + 2 && value[at + 1] == '.') {
            return word();
        }
        if (end > at + 1) {
            return set(SqlToken.NUMBER, at, end);
        }
        if (value[at + 1] == '$') {
            return delimited(at + 2, indexOf('$', '$', at + 2), 2, '$');
        }
        int tagEnd = skip(LETTERS, at + 1);
        if (tagEnd == at + 1 || tagEnd == to || value[tagEnd] != '$') {
            return one(SqlToken.BARE_WORD);
        }
        int tag = tagEnd + 1 - at;
        return delimited(tagEnd + 1, indexOfTag(at, tag), tag, '$');
    }

    private int number() {
        if (value[at] == '0' && at + 1 < to) {
            int base = value[at + 1] | 0x20;
            if (base == 'x' || base == 'b') {
                int end = skip(base == 'x' ? HEX_DIGITS : BINARY_DIGITS, at + 2);
                return set(end == at + 2 ? SqlToken.BARE_WORD : SqlToken.NUMBER, at, end);
            }
        }
        int end = skipDigits(at);
        if (end < to && value[end] == '.') {
            end = skipDigits(end + 1);
            if (end == at + 1) {
                return set(SqlToken.DOT, at, end);
            }
        }
        if (end < to && (value[end] | 0x20) == 'e') {
            boolean signed = end + 1 < to && (value[end + 1] == '+' || value[end + 1] == '-');
            int exponent = signed ? end + 2 : end + 1;
            end = skipDigits(exponent);
            if (end == exponent) {
                // MySQL reads over "1.e": so do we, else "1.e(1)" would not be seen as "(1)".
                return end < to && endsNumber(end) ? end + 1 : end;
            }
        }
        return set(SqlToken.NUMBER, at, end < to && endsNumber(end) ? end + 1 : end);
    }

    /** Oracle's suffix for floating point numbers; {@code 1fUNION} is read as {@code 1f UNION}. */
    private boolean endsNumber(int suffix) {
        int letter = value[suffix] | 0x20;
        if (letter != 'd' && letter != 'f') {
            return false;
        }
        return suffix + 1 == to
                || isWhite(value[suffix + 1])
                || value[suffix + 1] == ';'
                || (value[suffix + 1] | 0x20) == 'u';
    }

    /** The type of the word in {@code [start, end)}; 0: it is none. */
    private int typeOf(int start, int end) {
        return WORDS.type(WORDS.find(value, start, end));
    }

    /** The number of the phrase that two tokens make, or {@link WordTable#NONE}. */
    private int phrase(long first, long second) {
        int length = SqlToken.length(first) + 1 + SqlToken.length(second);
        if (length > capitals.length) {
            return WordTable.NONE;
        }
        int space = copyCapitals(first, 0);
        capitals[space] = ' ';
        copyCapitals(second, space + 1);
        return WORDS.find(capitals, length);
    }

    /** The two tokens as one, if they are a phrase; else {@link SqlToken#NONE}. */
    long merged(long first, long second) {
        if (!SqlToken.beginsPhrase(SqlToken.type(first)) || !SqlToken.continuesPhrase(SqlToken.type(second))) {
            return SqlToken.NONE;
        }
        if (SqlToken.length(first) == 0
                || SqlToken.length(second) == 0
                || !WORDS.mayBePhrase(Ascii.upper(at(first, 0)), Ascii.upper(at(second, 0)))) {
            return SqlToken.NONE;
        }
        int number = phrase(first, second);
        return number == WordTable.NONE
                ? SqlToken.NONE
                : SqlToken.ofWord(WORDS.type(number), number, WORDS.word(number).length);
    }

    private int copyCapitals(long word, int offset) {
        int length = SqlToken.length(word);
        for (int i = 0; i < length; i++) {
            capitals[offset + i] = (byte) Ascii.upper(at(word, i));
        }
        return offset + length;
    }

    /** The byte at an index of a token's value. Signed. */
    int at(long word, int index) {
        return SqlToken.isWordByNumber(word)
                ? WORDS.word(SqlToken.start(word))[index]
                : value[SqlToken.start(word) + index];
    }

    /** Whether a token's value is the word, which is in capitals. */
    boolean is(long word, String capitalised) {
        if (SqlToken.length(word) != capitalised.length()) {
            return false;
        }
        for (int i = 0; i < capitalised.length(); i++) {
            if (Ascii.upper(at(word, i)) != capitalised.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** {@code + - ! ~ !! NOT}. */
    boolean isUnary(long operator) {
        if (SqlToken.type(operator) != SqlToken.OPERATOR) {
            return false;
        }
        return switch (SqlToken.length(operator)) {
            case 1 -> "+-!~".indexOf(at(operator, 0)) >= 0;
            case 2 -> at(operator, 0) == '!' && at(operator, 1) == '!';
            case 3 -> is(operator, "NOT");
            default -> false;
        };
    }

    boolean isArithmetic(long operator) {
        return SqlToken.type(operator) == SqlToken.OPERATOR
                && SqlToken.length(operator) == 1
                && "*/+-%".indexOf(at(operator, 0)) >= 0;
    }

    boolean contains(long word, int searched) {
        for (int i = 0; i < SqlToken.length(word); i++) {
            if (at(word, i) == searched) {
                return true;
            }
        }
        return false;
    }

    /** Where the byte is at or after an index; the end of the value without one. */
    private int indexOf(int searched, int start) {
        int i = start;
        while (i < to && value[i] != searched) {
            i++;
        }
        return Math.min(i, to);
    }

    private int indexOf(int first, int second, int start) {
        int i = start;
        while (i + 1 < to && (value[i] != first || value[i + 1] != second)) {
            i++;
        }
        return i + 1 < to ? i : to;
    }

    /** Where the bytes {@code [tag, tag + length)} are again; each failed comparison stops at the next dollar sign. */
    private int indexOfTag(int tag, int length) {
        int i = indexOf('$', tag + length);
        while (i + length <= to) {
            int same = 1;
            while (same < length && value[i + same] == value[tag + same]) {
                same++;
            }
            if (same == length) {
                return i;
            }
            i = indexOf('$', i + same);
        }
        return to;
    }

    private int skip(boolean[] accepted, int start) {
        int i = start;
        while (i < to && accepted[value[i] & 0xff]) {
            i++;
        }
        return i;
    }

    private int skipUntil(boolean[] end, int start) {
        int i = start;
        while (i < to && !end[value[i] & 0xff]) {
            i++;
        }
        return i;
    }

    private int skipDigits(int start) {
        int i = start;
        while (i < to && Ascii.isDigit(value[i])) {
            i++;
        }
        return i;
    }

    private static boolean isWhite(int b) {
        return Ascii.isSpace(b) || b == (byte) 0xa0 || b == 0;
    }

    /** Whether {@code value[start, end)} is a word of its own if a dot or a backtick follows, and not the beginning of a name. */
    static boolean isKeyword(byte[] value, int start, int end) {
        int type = WORDS.type(WORDS.find(value, start, end));
        return type != 0 && type != SqlToken.BARE_WORD;
    }

    /** Whether the byte, 0 to 255, ends a word. */
    static boolean endsWord(int b) {
        return ENDS_WORD[b];
    }

    private static boolean[] among(String characters) {
        boolean[] table = new boolean[256];
        characters.chars().forEach(c -> table[c] = true);
        return table;
    }

    private static byte[] operatorsOfTwo() {
        byte[] types = new byte[1 << 14];
        byte[] word = new byte[2];
        for (int pair = 0; pair < types.length; pair++) {
            word[0] = (byte) Ascii.upper(pair >> 7);
            word[1] = (byte) Ascii.upper(pair & 0x7f);
            types[pair] = (byte) WORDS.type(WORDS.find(word, word.length));
        }
        return types;
    }

    private static Start[] starts() {
        Start[] starts = new Start[256];
        for (int b = 0; b < starts.length; b++) {
            starts[b] = b <= ' ' || b == 0x7f || b == 0xa0 ? Start.WHITE : Ascii.isDigit(b) ? Start.NUMBER : Start.WORD;
        }
        mark(starts, "%+^~", Start.OPERATOR);
        mark(starts, "!&*:<=>|", Start.OPERATOR_OF_TWO);
        mark(starts, "\"'", Start.STRING);
        mark(starts, "#", Start.HASH);
        mark(starts, "$", Start.MONEY);
        mark(starts, "(),;{}", Start.ITSELF);
        mark(starts, "-", Start.DASH);
        mark(starts, ".", Start.NUMBER);
        mark(starts, "/", Start.SLASH);
        mark(starts, "?]", Start.OTHER);
        mark(starts, "@", Start.VARIABLE);
        mark(starts, "Bb", Start.BITS);
        mark(starts, "Ee", Start.ESCAPED_STRING);
        mark(starts, "Nn", Start.NATIONAL_STRING);
        mark(starts, "Qq", Start.Q_STRING);
        mark(starts, "Uu", Start.UNICODE_STRING);
        mark(starts, "Xx", Start.HEX_STRING);
        mark(starts, "[", Start.BRACKETED);
        mark(starts, "\\", Start.BACKSLASH);
        mark(starts, "`", Start.TICK);
        return starts;
    }

    private static void mark(Start[] starts, String bytes, Start start) {
        bytes.chars().forEach(b -> starts[b] = start);
    }
}
