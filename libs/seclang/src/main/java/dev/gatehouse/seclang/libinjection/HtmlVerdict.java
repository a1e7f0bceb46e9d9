package dev.gatehouse.seclang.libinjection;

import dev.gatehouse.seclang.bytes.Ascii;
import java.nio.charset.StandardCharsets;

/** Decides whether a value makes a browser run something, in any context that it may be put into. Used by one thread, once. */
final class HtmlVerdict {
    private static final WordTable ELEMENTS = Tables.READ.elements();
    private static final WordTable ATTRIBUTES = Tables.READ.attributes();
    private static final WordTable EVENTS = Tables.READ.events();

    /** No dangerous name is longer. */
    private static final int LONGEST_NAME = 64;

    /** As libinjection has it; all that are characters are below. */
    private static final int MAX_REFERENCE = 0x1000FF;

    /** Schemes that run what follows, or show what should not be seen; without the rest of their names and the colon. */
    private static final byte[][] SCHEMES = {
        ascii("DATA"), ascii("VIEW-SOURCE"), ascii("VBSCRIPT"), ascii("JAVA"),
    };

    /** The danger of an attribute's value. */
    private enum Danger {
        NONE,
        /** Its presence is enough. */
        ANY_VALUE,
        /** It is a style sheet, which could run scripts. */
        STYLE,
        /** It is a URL. */
        URL,
        /** It is the name of another attribute. */
        NAME
    }

    private static final HtmlTokens.Context[] CONTEXTS = HtmlTokens.Context.values();

    private final byte[] value;
    private final int from;
    private final int to;
    private final byte[] name = new byte[LONGEST_NAME];
    /** The readings that have neither reached the end nor met another reading. */
    private final Reading[] readings = new Reading[CONTEXTS.length];

    private int count;

    /** The value as it is read in one context. */
    private static final class Reading {
        final HtmlTokens tokens;
        /** Of the attribute whose name was read last. */
        Danger danger = Danger.NONE;

        Reading(HtmlTokens tokens) {
            this.tokens = tokens;
        }

        boolean meets(Reading other) {
            return danger == other.danger && tokens.meets(other.tokens);
        }
    }

    HtmlVerdict(byte[] value, int from, int to) {
        this.value = value;
        this.from = from;
        this.to = to;
    }

    static boolean isAttack(byte[] value, int from, int to) {
        boolean tag = contains(value, from, to, '<');
        if (!tag && !contains(value, from, to, '=')) {
            // Without a tag only an attribute's value is dangerous.
            return false;
        }
        HtmlVerdict verdict = new HtmlVerdict(value, from, to);
        for (HtmlTokens.Context context : CONTEXTS) {
            boolean possible = switch (context) {
                case TEXT -> tag;
                case IN_TAG -> true;
                case SINGLE_QUOTED -> contains(value, from, to, '\'');
                case DOUBLE_QUOTED -> contains(value, from, to, '"');
                case BACK_QUOTED -> contains(value, from, to, '`');
            };
            if (possible) {
                verdict.begin(context);
            }
        }
        return verdict.isAttack();
    }

    /** The value may stand there. */
    void begin(HtmlTokens.Context context) {
        readings[count++] = new Reading(new HtmlTokens(value, from, to, context));
    }

    /**
     * Reads the value in all contexts side by side. Two readings that meet are equal from there on and continue as one,
     * which happens soon in a value with tags.
     */
    boolean isAttack() {
        while (count > 1) {
            int behind = 0;
            for (int i = 1; i < count; i++) {
                behind = readings[i].tokens.at() < readings[behind].tokens.at() ? i : behind;
            }
            Reading reading = readings[behind];
            boolean goesOn = reading.tokens.next();
            if (goesOn && isAttack(reading.tokens, reading.danger)) {
                return true;
            }
            reading.danger = danger(reading.tokens);
            goesOn &= !reading.tokens.isAtEnd();
            for (int i = 0; i < count && goesOn; i++) {
                goesOn = i == behind || !reading.meets(readings[i]);
            }
            if (!goesOn) {
                readings[behind] = readings[--count];
            }
        }
        return count == 1 && isAttackAlone(readings[0]);
    }

    private boolean isAttackAlone(Reading reading) {
        HtmlTokens tokens = reading.tokens;
        Danger danger = reading.danger;
        while (tokens.next()) {
            if (isAttack(tokens, danger)) {
                return true;
            }
            danger = danger(tokens);
        }
        return false;
    }

    /**
     * Whether the last token is an attack.
     *
     * @param danger the danger of the attribute whose name was read before
     */
    private boolean isAttack(HtmlTokens tokens, Danger danger) {
        int start = tokens.start();
        int end = tokens.end();
        return switch (tokens.token()) {
            case DOCTYPE -> true;
            case TAG_NAME_OPEN -> isDangerousElement(start, end);
            case ATTRIBUTE_VALUE -> isDangerousValue(danger, start, end);
            case COMMENT -> isDangerousComment(start, end);
            case TEXT, TAG_NAME_CLOSE, TAG_NAME_SELF_CLOSE, TAG_CLOSE, ATTRIBUTE_NAME -> false;
        };
    }

    /** The danger of the value after the last token. */
    private Danger danger(HtmlTokens tokens) {
        return tokens.token() == HtmlTokens.Token.ATTRIBUTE_NAME ? danger(tokens.start(), tokens.end()) : Danger.NONE;
    }

    /** Copies a name in capitals and without null bytes. Answers its length; one over the longest if it is longer. */
    private int readName(int start, int end) {
        int length = 0;
        for (int i = start; i < end; i++) {
            if (value[i] != 0) {
                if (length == LONGEST_NAME) {
                    return LONGEST_NAME + 1;
                }
                name[length++] = (byte) Ascii.upper(value[i]);
            }
        }
        return length;
    }

    private boolean nameBegins(int length, int a, int b, int c) {
        return length >= 3 && name[0] == a && name[1] == b && name[2] == c;
    }

    /** All of SVG's and XSL's are. */
    private boolean isDangerousElement(int start, int end) {
        if (end - start < 3) {
            return false;
        }
        int length = readName(start, end);
        return nameBegins(length, 'S', 'V', 'G')
                || nameBegins(length, 'X', 'S', 'L')
                || ELEMENTS.find(name, length) != WordTable.NONE;
    }

    private Danger danger(int start, int end) {
        int length = readName(start, end);
        if (length < 2) {
            return Danger.NONE;
        }
        if (length >= 5
                && ((nameBegins(length, 'X', 'M', 'L') && name[3] == 'N' && name[4] == 'S')
                        || (nameBegins(length, 'X', 'L', 'I') && name[3] == 'N' && name[4] == 'K'))) {
            // A namespace can make any element.
            return Danger.ANY_VALUE;
        }
        if (length > 2 && name[0] == 'O' && name[1] == 'N') {
            System.arraycopy(name, 2, name, 0, Math.min(length, LONGEST_NAME) - 2);
            return EVENTS.find(name, length - 2) == WordTable.NONE ? Danger.NONE : Danger.ANY_VALUE;
        }
        return switch (ATTRIBUTES.type(ATTRIBUTES.find(name, length))) {
            case 'B' -> Danger.ANY_VALUE;
            case 'S' -> Danger.STYLE;
            case 'U' -> Danger.URL;
            case 'I' -> Danger.NAME;
            default -> Danger.NONE;
        };
    }

    private boolean isDangerousValue(Danger danger, int start, int end) {
        return switch (danger) {
            case NONE -> false;
            case ANY_VALUE, STYLE -> true;
            case URL -> isDangerousUrl(start, end);
            case NAME -> danger(start, end) == Danger.ANY_VALUE;
        };
    }

    /** What Internet Explorer makes of comments: the end of a tag, conditions, imports and entities. */
    private boolean isDangerousComment(int start, int end) {
        if (contains(value, start, end, '`')) {
            return true;
        }
        if (end - start > 3) {
            int second = value[start + 1] | 0x20;
            int third = value[start + 2] | 0x20;
            if ((value[start] == '[' && second == 'i' && third == 'f')
                    || ((value[start] | 0x20) == 'x' && second == 'm' && third == 'l')) {
                return true;
            }
        }
        int length = readName(start, end);
        return length >= 6
                && ((nameBegins(length, 'I', 'M', 'P') && name[3] == 'O' && name[4] == 'R' && name[5] == 'T')
                        || (nameBegins(length, 'E', 'N', 'T') && name[3] == 'I' && name[4] == 'T' && name[5] == 'Y'));
    }

    private boolean isDangerousUrl(int start, int end) {
        int first = start;
        while (first < end && (value[first] <= ' ' || value[first] == 0x7f)) {
            // Bytes over 127 too: some browsers read over them.
            first++;
        }
        for (byte[] scheme : SCHEMES) {
            if (beginsWith(first, end, scheme)) {
                return true;
            }
        }
        return false;
    }

    /** Whether text with character references in it begins so, with null bytes and line feeds left out. */
    private boolean beginsWith(int start, int end, byte[] capitals) {
        int matched = 0;
        boolean blank = true;
        int i = start;
        while (i < end && matched < capitals.length) {
            long decoded = decode(i, end);
            i = (int) (decoded >>> Integer.SIZE);
            int character = (int) decoded;
            if ((blank && character <= ' ') || character == 0 || character == '\n') {
                continue;
            }
            blank = false;
            // The character is truncated to 8 bits, like a C char.
            if ((byte) Ascii.upper(character) != capitals[matched]) {
                return false;
            }
            matched++;
        }
        return matched == capitals.length;
    }

    /** The character at an index, which may be written {@code &#100;} or {@code &#x64;}, and in the high half where it ends. */
    private long decode(int index, int end) {
        int b = value[index] & 0xff;
        if (b != '&' || index + 2 >= end || value[index + 1] != '#') {
            return at(index + 1, b);
        }
        boolean hex = (value[index + 2] | 0x20) == 'x';
        int base = hex ? 16 : 10;
        int i = hex ? index + 3 : index + 2;
        int digit = i < end ? digit(value[i], base) : -1;
        if (digit < 0) {
            return at(index + 1, '&');
        }
        int character = 0;
        while (digit >= 0) {
            character = character * base + digit;
            if (character > MAX_REFERENCE) {
                return at(index + 1, '&');
            }
            i++;
            digit = i < end ? digit(value[i], base) : -1;
        }
        return at(i < end && value[i] == ';' ? i + 1 : i, character);
    }

    private static long at(int next, int character) {
        return (long) next << Integer.SIZE | character;
    }

    private static int digit(int b, int base) {
        int digit = Ascii.hex(b);
        return digit < base ? digit : -1;
    }

    private static boolean contains(byte[] value, int from, int to, int searched) {
        for (int i = from; i < to; i++) {
            if (value[i] == searched) {
                return true;
            }
        }
        return false;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
