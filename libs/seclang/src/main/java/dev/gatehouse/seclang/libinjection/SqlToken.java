package dev.gatehouse.seclang.libinjection;

/**
 * A token packed into a {@code long}, so that tokens cost no allocation. It holds the start of the value (or the number
 * of a word that was combined from several words and does not occur in the input), the value's length, the type, and
 * the quotes around the value.
 */
final class SqlToken {
    static final int KEYWORD = 'k';
    static final int UNION = 'U';
    static final int GROUP = 'B';
    static final int EXPRESSION = 'E';
    static final int SQL_TYPE = 't';
    static final int FUNCTION = 'f';
    static final int BARE_WORD = 'n';
    static final int NUMBER = '1';
    static final int VARIABLE = 'v';
    static final int STRING = 's';
    static final int OPERATOR = 'o';
    static final int LOGIC_OPERATOR = '&';
    static final int COMMENT = 'c';
    static final int COLLATE = 'A';
    static final int LEFT_PARENTHESIS = '(';
    static final int RIGHT_PARENTHESIS = ')';
    static final int LEFT_BRACE = '{';
    static final int RIGHT_BRACE = '}';
    static final int DOT = '.';
    static final int COMMA = ',';
    static final int COLON = ':';
    static final int SEMICOLON = ';';
    static final int T_SQL = 'T';
    static final int UNKNOWN = '?';
    static final int EVIL = 'X';
    static final int BACKSLASH = '\\';

    /** No token. Its type is 0. */
    static final long NONE = 0;

    /** Values are cut to this length. */
    static final int LONGEST = 31;

    private static final int LENGTH_AT = 32;
    private static final int TYPE_AT = 40;
    private static final int OPEN_AT = 48;
    private static final int CLOSE_AT = 56;

    /** In the place of the opening quote: the start is the number of a word. */
    private static final int NUMBERED = 1;

    private SqlToken() {}

    static long of(int type, int start, int length) {
        return (long) type << TYPE_AT | (long) Math.min(length, LONGEST) << LENGTH_AT | start;
    }

    /** A phrase, as {@code UNION ALL}, by its number among the words. */
    static long ofWord(int type, int number, int length) {
        return of(type, number, length) | (long) NUMBERED << OPEN_AT;
    }

    /** A copy of the token with quotes; 0 stands for a missing quote. */
    static long quoted(long token, int open, int close) {
        return token & (1L << OPEN_AT) - 1 | (long) open << OPEN_AT | (long) close << CLOSE_AT;
    }

    static long withType(long token, int type) {
        return token & ~(0xffL << TYPE_AT) | (long) type << TYPE_AT;
    }

    static int start(long token) {
        return (int) token;
    }

    static int length(long token) {
        return (int) (token >>> LENGTH_AT) & 0xff;
    }

    static int type(long token) {
        return (int) (token >>> TYPE_AT) & 0xff;
    }

    /** The quote before the value; 0: none. */
    static int open(long token) {
        int open = (int) (token >>> OPEN_AT) & 0xff;
        return open == NUMBERED ? 0 : open;
    }

    /** The quote after the value; 0: none. */
    static int close(long token) {
        return (int) (token >>> CLOSE_AT) & 0xff;
    }

    static boolean isWordByNumber(long token) {
        return ((int) (token >>> OPEN_AT) & 0xff) == NUMBERED;
    }

    /** Whether words of this type may be the first of a phrase. */
    static boolean beginsPhrase(int type) {
        return switch (type) {
            case KEYWORD, BARE_WORD, OPERATOR, UNION, FUNCTION, EXPRESSION, T_SQL, SQL_TYPE -> true;
            default -> false;
        };
    }

    /** Whether words of this type may go on a phrase. */
    static boolean continuesPhrase(int type) {
        return type == LOGIC_OPERATOR || beginsPhrase(type);
    }
}
