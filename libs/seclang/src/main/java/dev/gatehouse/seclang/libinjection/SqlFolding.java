package dev.gatehouse.seclang.libinjection;

import static dev.gatehouse.seclang.libinjection.SqlToken.BACKSLASH;
import static dev.gatehouse.seclang.libinjection.SqlToken.BARE_WORD;
import static dev.gatehouse.seclang.libinjection.SqlToken.COLLATE;
import static dev.gatehouse.seclang.libinjection.SqlToken.COMMA;
import static dev.gatehouse.seclang.libinjection.SqlToken.COMMENT;
import static dev.gatehouse.seclang.libinjection.SqlToken.DOT;
import static dev.gatehouse.seclang.libinjection.SqlToken.EVIL;
import static dev.gatehouse.seclang.libinjection.SqlToken.EXPRESSION;
import static dev.gatehouse.seclang.libinjection.SqlToken.FUNCTION;
import static dev.gatehouse.seclang.libinjection.SqlToken.GROUP;
import static dev.gatehouse.seclang.libinjection.SqlToken.KEYWORD;
import static dev.gatehouse.seclang.libinjection.SqlToken.LEFT_BRACE;
import static dev.gatehouse.seclang.libinjection.SqlToken.LEFT_PARENTHESIS;
import static dev.gatehouse.seclang.libinjection.SqlToken.LOGIC_OPERATOR;
import static dev.gatehouse.seclang.libinjection.SqlToken.NUMBER;
import static dev.gatehouse.seclang.libinjection.SqlToken.OPERATOR;
import static dev.gatehouse.seclang.libinjection.SqlToken.RIGHT_BRACE;
import static dev.gatehouse.seclang.libinjection.SqlToken.RIGHT_PARENTHESIS;
import static dev.gatehouse.seclang.libinjection.SqlToken.SEMICOLON;
import static dev.gatehouse.seclang.libinjection.SqlToken.SQL_TYPE;
import static dev.gatehouse.seclang.libinjection.SqlToken.STRING;
import static dev.gatehouse.seclang.libinjection.SqlToken.T_SQL;
import static dev.gatehouse.seclang.libinjection.SqlToken.VARIABLE;

import java.util.List;

/**
 * Reduces SQL to its first five significant tokens. Equivalent forms ({@code 1+1}, {@code -1}, {@code ((1))}, {@code
 * a.b}) become one token, so that few fingerprints identify many attacks. Used by one thread.
 *
 * <p>Tokens before {@code left} are settled; the two or three from there on are looked at; {@code size} tokens are
 * there.
 */
final class SqlFolding {
    /** The most tokens of a fingerprint. One more token is read to determine the fifth. */
    static final int MOST = 5;

    /** Names that are functions only before a parenthesis. */
    private static final List<String> FUNCTIONS = List.of(
            "USER_ID",
            "USER_NAME",
            "DATABASE",
            "PASSWORD",
            "USER",
            "CURRENT_USER",
            "CURRENT_DATE",
            "CURRENT_TIME",
            "CURRENT_TIMESTAMP",
            "LOCALTIME",
            "LOCALTIMESTAMP");

    /** The result of folding some tokens. */
    private enum Step {
        /** They have changed: look again from {@code left}. */
        FOLDED,
        /** There is nothing to fold. */
        KEPT,
        /** They are settled by what databases disagree on. */
        EVIL
    }

    private final SqlTokens input;
    private final long[] tokens = new long[MOST + 3];
    private int left;
    private int size;
    private boolean more;
    private long comment;

    SqlFolding(SqlTokens input) {
        this.input = input;
    }

    long token(int index) {
        return tokens[index];
    }

    /** Reads the input from where it is to its end, or to the fifth token. Answers how many tokens there are. */
    int fold() {
        left = 0;
        comment = SqlToken.NONE;
        size = readFirst() ? 1 : 0;
        if (size == 0) {
            return 0;
        }
        if (type(0) == EVIL) {
            // Nothing folds it with what follows.
            return 1;
        }
        while (true) {
            if (size >= MOST && isCommonExpression()) {
                foldExpression();
            }
            if (!more || left >= MOST) {
                left = size;
                break;
            }
            read(2);
            if (size - left < 2) {
                left = size;
                continue;
            }
            Step step = foldTwo();
            if (step == Step.EVIL) {
                return left + 2;
            }
            if (step == Step.FOLDED) {
                continue;
            }
            read(3);
            if (size - left < 3) {
                left = size;
                continue;
            }
            if (foldThree() == Step.KEPT) {
                left++;
            }
        }
        if (left < MOST && SqlToken.type(comment) == COMMENT) {
            tokens[left++] = comment;
        }
        return Math.min(left, MOST);
    }

    /** Comments, parentheses, types and signs before the first token mean nothing. */
    private boolean readFirst() {
        do {
            tokens[0] = input.next();
            more = tokens[0] != SqlToken.NONE;
        } while (more && isLeading(tokens[0]));
        return more;
    }

    private boolean isLeading(long token) {
        int type = SqlToken.type(token);
        return type == COMMENT || type == LEFT_PARENTHESIS || type == SQL_TYPE || input.isUnary(token);
    }

    /** Until so many tokens are there from {@code left} on. Of comments only the last is kept, if it is the end. */
    private void read(int wanted) {
        while (more && size <= MOST && size - left < wanted) {
            long token = input.next();
            tokens[size] = token;
            more = token != SqlToken.NONE;
            if (SqlToken.type(token) == COMMENT) {
                comment = token;
            } else if (more) {
                comment = SqlToken.NONE;
                size++;
            }
        }
    }

    private int type(int index) {
        return SqlToken.type(tokens[index]);
    }

    /** Five tokens that are as good as one. */
    private boolean isCommonExpression() {
        int a = type(0);
        int b = type(1);
        int c = type(2);
        int d = type(3);
        int e = type(4);
        return (a == NUMBER
                        && (b == OPERATOR || b == COMMA)
                        && c == LEFT_PARENTHESIS
                        && d == NUMBER
                        && e == RIGHT_PARENTHESIS)
                || (a == BARE_WORD
                        && b == OPERATOR
                        && c == LEFT_PARENTHESIS
                        && (d == BARE_WORD || d == NUMBER)
                        && e == RIGHT_PARENTHESIS)
                || (a == NUMBER && b == RIGHT_PARENTHESIS && c == COMMA && d == LEFT_PARENTHESIS && e == NUMBER)
                || (a == BARE_WORD
                        && b == RIGHT_PARENTHESIS
                        && c == OPERATOR
                        && d == LEFT_PARENTHESIS
                        && e == BARE_WORD);
    }

    /** Keeps the first of five, and a sixth token if that has been read. */
    private void foldExpression() {
        if (size > MOST) {
            tokens[1] = tokens[MOST];
            left = 1;
            size = 2;
        } else {
            left = 0;
            size = 1;
        }
    }

    /** Forgets the last tokens, and looks again from {@code from}. */
    private Step drop(int count, int from) {
        size -= count;
        left = from;
        return Step.FOLDED;
    }

    private Step again(int index, int newType) {
        tokens[index] = SqlToken.withType(tokens[index], newType);
        return Step.FOLDED;
    }

    private Step foldTwo() {
        long first = tokens[left];
        long second = tokens[left + 1];
        int a = SqlToken.type(first);
        int b = SqlToken.type(second);
        if (a == b && (a == STRING || a == SEMICOLON)) {
            return drop(1, left);
        }
        if ((a == OPERATOR || a == LOGIC_OPERATOR) && (input.isUnary(second) || b == SQL_TYPE)) {
            return drop(1, 0);
        }
        if (a == LEFT_PARENTHESIS && input.isUnary(second)) {
            return drop(1, Math.max(left - 1, 0));
        }
        long merged = input.merged(first, second);
        if (merged != SqlToken.NONE) {
            tokens[left] = merged;
            return drop(1, Math.max(left - 1, 0));
        }
        if (a == SEMICOLON && b == FUNCTION && isIf(second)) {
            return again(left + 1, T_SQL);
        }
        if ((a == BARE_WORD || a == VARIABLE) && b == LEFT_PARENTHESIS && isFunction(first)) {
            return again(left, FUNCTION);
        }
        if (a == KEYWORD && (input.is(first, "IN") || input.is(first, "NOT IN"))) {
            return again(left, b == LEFT_PARENTHESIS ? OPERATOR : BARE_WORD);
        }
        if (a == OPERATOR && (input.is(first, "LIKE") || input.is(first, "NOT LIKE"))) {
            if (b == LEFT_PARENTHESIS) {
                again(left, FUNCTION);
            }
            return Step.KEPT;
        }
        return switch (a) {
            case SQL_TYPE -> isTyped(b) ? replaceBySecond() : foldClosing(b);
            case COLLATE -> foldCollation(b);
            case BACKSLASH -> foldBackslash(second);
            case LEFT_PARENTHESIS, RIGHT_PARENTHESIS -> b == a ? drop(1, 0) : foldClosing(b);
            case LEFT_BRACE -> b == BARE_WORD ? foldBrace(second) : foldClosing(b);
            default -> foldClosing(b);
        };
    }

    private Step foldClosing(int second) {
        return second == RIGHT_BRACE ? drop(1, 0) : Step.KEPT;
    }

    /** {@code IF}, or a function whose name begins so: in Transact-SQL it can begin a statement. */
    private boolean isIf(long function) {
        return SqlToken.length(function) >= 2
                && (input.at(function, 0) | 0x20) == 'i'
                && (input.at(function, 1) | 0x20) == 'f';
    }

    private boolean isFunction(long name) {
        for (int i = 0; i < FUNCTIONS.size(); i++) {
            if (input.is(name, FUNCTIONS.get(i))) {
                return true;
            }
        }
        return false;
    }

    private static boolean isTyped(int type) {
        return switch (type) {
            case BARE_WORD, NUMBER, SQL_TYPE, LEFT_PARENTHESIS, FUNCTION, VARIABLE, STRING -> true;
            default -> false;
        };
    }

    private Step replaceBySecond() {
        tokens[left] = tokens[left + 1];
        return drop(1, 0);
    }

    /** There are too many collations to list: a name with an underscore is one. */
    private Step foldCollation(int second) {
        if (second != BARE_WORD) {
            return foldClosing(second);
        }
        if (input.contains(tokens[left + 1], '_')) {
            again(left + 1, SQL_TYPE);
            left = 0;
        }
        return Step.KEPT;
    }

    /** In Transact-SQL {@code \%1} is {@code 0 % 1}, and {@code \1} is 1. */
    private Step foldBackslash(long second) {
        if (!input.isArithmetic(second)) {
            return replaceBySecond();
        }
        again(left, NUMBER);
        left = 0;
        return Step.FOLDED;
    }

    /** Folds MySQL's {@code {name expression}}. An empty name in backticks cannot be interpreted and counts as evil. */
    private Step foldBrace(long name) {
        if (SqlToken.length(name) == 0) {
            again(left + 1, EVIL);
            return Step.EVIL;
        }
        return drop(2, 0);
    }

    private Step foldThree() {
        long second = tokens[left + 1];
        int a = type(left);
        int b = SqlToken.type(second);
        int c = type(left + 2);
        if (b == OPERATOR ? isOperation(a, second, c) : a == OPERATOR && b != LEFT_PARENTHESIS && c == OPERATOR) {
            return drop(2, 0);
        }
        if (a == LOGIC_OPERATOR && c == LOGIC_OPERATOR) {
            return drop(2, 0);
        }
        if (b == COMMA && isOperand(a) && isOperand(c)) {
            return drop(2, 0);
        }
        if (input.isUnary(second)) {
            if (isSigned(a, c)) {
                tokens[left + 1] = tokens[left + 2];
                return drop(1, 0);
            }
            if (a == COMMA && isOperand(c)) {
                return drop(3, 0);
            }
        }
        if (b == DOT && c == BARE_WORD) {
            if (a == BARE_WORD) {
                return drop(2, 0);
            }
            if (a == EXPRESSION) {
                tokens[left + 1] = tokens[left + 2];
                return drop(1, 0);
            }
        }
        if (a == FUNCTION && b == LEFT_PARENTHESIS && c != RIGHT_PARENTHESIS && input.is(tokens[left], "USER")) {
            // USER() has no arguments: it is a name.
            again(left, BARE_WORD);
        }
        return Step.KEPT;
    }

    /** Whether an operator between two tokens makes them one. */
    private boolean isOperation(int a, long operator, int c) {
        return switch (a) {
            case OPERATOR -> c == OPERATOR;
            case NUMBER, BARE_WORD -> c == NUMBER || c == BARE_WORD || isCast(operator, c);
            case VARIABLE -> c == VARIABLE || c == NUMBER || c == BARE_WORD || isCast(operator, c);
            case STRING -> isCast(operator, c);
            default -> false;
        };
    }

    private boolean isCast(long operator, int type) {
        return type == SQL_TYPE && input.is(operator, "::");
    }

    private static boolean isOperand(int type) {
        return type == NUMBER || type == BARE_WORD || type == STRING || type == VARIABLE;
    }

    /** Whether a sign between the two means nothing, as in {@code SELECT -1}, {@code LIMIT +(} or {@code ,-sin}. */
    private static boolean isSigned(int a, int c) {
        return switch (a) {
            case EXPRESSION, GROUP -> c == LEFT_PARENTHESIS || c == FUNCTION || isOperand(c);
            case KEYWORD -> c == FUNCTION || isOperand(c);
            case COMMA -> c == LEFT_PARENTHESIS || c == FUNCTION;
            default -> false;
        };
    }
}
