package dev.gatehouse.seclang.libinjection;

import dev.gatehouse.seclang.bytes.Ascii;
import java.util.Optional;

/** Decides whether a value is an injection into SQL, by the contexts that it may be put into. Used by one thread, once. */
final class SqlVerdict {
    private static final Fingerprints ATTACKS = Tables.READ.fingerprints();

    private final byte[] value;
    private final int from;
    private final int to;
    private final SqlTokens input;
    private final SqlFolding folding;
    /** The types of the tokens, each in a byte, the first in the highest of those used. */
    private long types;

    private int length;

    SqlVerdict(byte[] value, int from, int to) {
        this.value = value;
        this.from = from;
        this.to = to;
        input = new SqlTokens(value, from, to);
        folding = new SqlFolding(input);
    }

    /** Whether the value can only be a single token, as most values are: no fingerprint has so few. */
    static boolean isOneWord(byte[] value, int from, int to) {
        if (from == to || Ascii.isDigit(value[from])) {
            int whole = skipDigits(value, from, to);
            return whole == to || (value[whole] == '.' && skipDigits(value, whole + 1, to) == to);
        }
        if (!Ascii.isWord(value[from])) {
            return false;
        }
        for (int i = from; i < to; i++) {
            boolean splits = value[i] == '.' || value[i] == '`';
            if (SqlTokens.endsWord(value[i] & 0xff) || (splits && SqlTokens.isKeyword(value, from, i))) {
                return false;
            }
        }
        return true;
    }

    private static int skipDigits(byte[] value, int from, int to) {
        int i = from;
        while (i < to && Ascii.isDigit(value[i])) {
            i++;
        }
        return i;
    }

    /** Empty: it is none. */
    Optional<String> fingerprint() {
        boolean attack = from < to
                && (isAttack(0)
                        || (contains('\'') && isAttack('\''))
                        // In double quotes only MySQL has strings.
                        || (contains('"') && isAttack('"', true)));
        return attack ? Optional.of(types()) : Optional.empty();
    }

    private boolean isAttack(int quote) {
        return isAttack(quote, false) || (input.isAmbiguous() && isAttack(quote, true));
    }

    private boolean isAttack(int quote, boolean mysql) {
        input.restart(quote, mysql);
        length = folding.fold();
        types = 0;
        long capitals = 0;
        for (int i = 0; i < length; i++) {
            int type = typeAt(i);
            if (type == SqlToken.EVIL) {
                types = type;
                length = 1;
                return true;
            }
            types = types << Byte.SIZE | type;
            capitals = Fingerprints.append(capitals, type);
        }
        return ATTACKS.contains(capitals) && !isHarmless();
    }

    /** PHP's comment: a backtick at the end, without a name and never closed. */
    private int typeAt(int index) {
        long token = folding.token(index);
        boolean comment = index == length - 1
                && length > 2
                && SqlToken.type(token) == SqlToken.BARE_WORD
                && SqlToken.open(token) == '`'
                && SqlToken.length(token) == 0
                && SqlToken.close(token) == 0;
        return comment ? SqlToken.COMMENT : SqlToken.type(token);
    }

    private String types() {
        StringBuilder text = new StringBuilder(length);
        for (int i = length - 1; i >= 0; i--) {
            text.append((char) (types >>> i * Byte.SIZE & 0xff));
        }
        return text.toString();
    }

    /** Whether a value with an attack's fingerprint is still most likely none. */
    private boolean isHarmless() {
        if (length > 1 && (types & 0xff) == SqlToken.COMMENT && containsPasswordMark()) {
            return false;
        }
        return switch (length) {
            case 2 -> isHarmlessPair();
            case 3 -> isHarmlessTriple();
            default -> false;
        };
    }

    /** SQL Server does not log a statement with this in it. */
    private boolean containsPasswordMark() {
        String mark = "sp_password";
        for (int i = from; i + mark.length() <= to; i++) {
            int same = 0;
            while (same < mark.length() && value[i + same] == mark.charAt(same)) {
                same++;
            }
            if (same == mark.length()) {
                return true;
            }
        }
        return false;
    }

    private boolean isHarmlessPair() {
        long first = folding.token(0);
        long second = folding.token(1);
        if (SqlToken.type(second) == SqlToken.UNION) {
            // "1 union" may be anything; folded or commented it is not by chance.
            return input.read() == 2;
        }
        int mark = SqlToken.length(second) == 0 ? 0 : input.at(second, 0);
        if (mark == '#') {
            return true;
        }
        if (SqlToken.type(second) == SqlToken.COMMENT) {
            if (SqlToken.type(first) == SqlToken.BARE_WORD && mark != '/') {
                return true;
            }
            if (SqlToken.type(first) == SqlToken.NUMBER) {
                return mark != '/' && input.read() <= 2 && !isPlainNumber(from + SqlToken.length(first));
            }
        }
        // Many write two dashes; only at the end they are an attack.
        return mark == '-' && SqlToken.length(second) > 2;
    }

    /** {@code 1234-ABCDEF--} is read as a number and a comment: only a comment right after the number counts. */
    private boolean isPlainNumber(int end) {
        if (end >= to || value[end] <= ' ') {
            return true;
        }
        int next = end + 1 < to ? value[end + 1] : 0;
        return (value[end] == '/' && next == '*') || (value[end] == '-' && next == '-');
    }

    private boolean isHarmlessTriple() {
        long first = folding.token(0);
        long second = folding.token(1);
        long third = folding.token(2);
        int a = SqlToken.type(first);
        int b = SqlToken.type(second);
        int c = SqlToken.type(third);
        if (a == SqlToken.STRING && c == SqlToken.STRING && (b == SqlToken.OPERATOR || b == SqlToken.LOGIC_OPERATOR)) {
            // Only foo' + 'bar, with neither the first nor the last quote, breaks out of a string.
            return SqlToken.open(first) != 0
                    || SqlToken.close(third) != 0
                    || SqlToken.close(first) != SqlToken.open(third);
        }
        if (isPhrase(a, b, c) && input.read() == 3) {
            return true;
        }
        // Of keywords in the middle only INTO OUTFILE and INTO DUMPFILE are an attack.
        return b == SqlToken.KEYWORD && !beginsWithInto(second);
    }

    /** As {@code sexy and 17}, which is none; {@code sexy and 17<18} is one. */
    private static boolean isPhrase(int a, int b, int c) {
        return switch (a) {
            case SqlToken.STRING -> b == SqlToken.LOGIC_OPERATOR && c == SqlToken.BARE_WORD;
            case SqlToken.BARE_WORD -> b == SqlToken.LOGIC_OPERATOR && c == SqlToken.NUMBER;
            case SqlToken.NUMBER ->
                b == SqlToken.LOGIC_OPERATOR
                        && (c == SqlToken.NUMBER || c == SqlToken.VARIABLE || c == SqlToken.STRING);
            default -> false;
        };
    }

    private boolean beginsWithInto(long keyword) {
        String into = "INTO";
        if (SqlToken.length(keyword) <= into.length()) {
            return false;
        }
        for (int i = 0; i < into.length(); i++) {
            if (Ascii.upper(input.at(keyword, i)) != into.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private boolean contains(int searched) {
        for (int i = from; i < to; i++) {
            if (value[i] == searched) {
                return true;
            }
        }
        return false;
    }
}
