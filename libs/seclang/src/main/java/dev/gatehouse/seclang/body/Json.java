package dev.gatehouse.seclang.body;

import dev.gatehouse.seclang.bytes.Ascii;
import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.bytes.BytesBuilder;
import java.util.Arrays;
import java.util.Optional;

/**
 * Flattens JSON (RFC 8259): {@code {"a":[1,{"b":"x"}]}} is {@code json.a.0=1}, {@code json.a.1.b=x} and {@code json.a=2}, the length of
 * the array. A null is empty. Nesting is held in a list of places, not on the stack.
 */
public final class Json {
    private static final Bytes ROOT = Bytes.latin1("json");

    /**
     * The bytes of a name and its value that cost nothing. The arrays of ordinary documents have short names and many
     * short values: {@code json.features.0.geometry.coordinates.0.449.1}.
     */
    private static final int FREE = 96;

    /** How many names have free bytes, as a multiple of the most leaves; arrays have a name of their own. */
    private static final int FREE_NAMES = 2;

    private static final int MOST_FREE_NAMES = 100_000;

    /**
     * The most bytes beyond the free ones, as a multiple of the body's size. A leaf repeats the names of its parents,
     * so a few kilobytes of long names and many leaves would become gigabytes.
     */
    private static final int GROWTH = 8;

    private static final int LEAST_BUDGET = 64 * 1024;

    private static final class Malformed extends Exception {
        private static final long serialVersionUID = 1L;

        private final String reason;

        Malformed(String reason) {
            super(reason, null, false, false);
            this.reason = reason;
        }
    }

    private static final class Full extends Exception {
        private static final long serialVersionUID = 1L;

        Full() {
            super("", null, false, false);
        }
    }

    private final Bytes text;
    private final int depthLimit;
    private final int argumentLimit;
    private final FieldSink sink;
    private final BytesBuilder path = new BytesBuilder(64).append(ROOT);

    /** Of each open array or object: the length of its path. */
    private int[] pathLengths = new int[16];

    /** Of each open array how many members have been read; -1 for an object. */
    private int[] members = new int[16];

    private int depth;
    private int at;
    private int arguments;
    private int freeNames;
    private long budget;

    private Json(Bytes text, int depthLimit, int argumentLimit, FieldSink sink) {
        this.text = text;
        this.depthLimit = depthLimit;
        this.argumentLimit = argumentLimit;
        this.sink = sink;
        this.freeNames = argumentLimit > 0
                ? Math.min(argumentLimit, MOST_FREE_NAMES / FREE_NAMES) * FREE_NAMES
                : MOST_FREE_NAMES;
        this.budget = budget(text);
    }

    private static long budget(Bytes text) {
        return Math.max((long) text.length() * GROWTH, LEAST_BUDGET);
    }

    /**
     * Reads one value.
     *
     * @param depthLimit the greatest nesting depth of arrays and objects
     * @param argumentLimit the most leaves; 0: no limit
     */
    public static Outcome read(Bytes text, int depthLimit, int argumentLimit, FieldSink sink) {
        return new Json(text, depthLimit, argumentLimit, sink).read(false);
    }

    /** Reads values one after the other, as NDJSON has them: {@code json.0.a}, {@code json.1.a} and so on. */
    public static Outcome readStream(Bytes text, int depthLimit, int argumentLimit, FieldSink sink) {
        return new Json(text, depthLimit, argumentLimit, sink).read(true);
    }

    private Outcome read(boolean stream) {
        try {
            skipSpace();
            if (at >= text.length()) {
                return stream ? Outcome.COMPLETE : Outcome.failed("JSON: the body is empty");
            }
            if (stream) {
                int number = 0;
                while (at < text.length()) {
                    path.truncate(ROOT.length());
                    path.append('.').append(Bytes.number(number++));
                    value();
                    skipSpace();
                }
            } else {
                value();
                skipSpace();
                if (at < text.length()) {
                    throw new Malformed("JSON: there is more after the value, at byte " + at);
                }
            }
            return Outcome.COMPLETE;
        } catch (Malformed e) {
            return Outcome.failed(closeAll().orElse(e).reason);
        } catch (Full e) {
            return Outcome.TRUNCATED;
        }
    }

    private void value() throws Malformed, Full {
        int base = depth;
        boolean expectsValue = true;
        while (true) {
            if (expectsValue) {
                expectsValue = begin();
            } else if (depth == base) {
                return;
            } else {
                expectsValue = next();
            }
        }
    }

    /** A value: a leaf is given out; an array or object is opened. Whether a value follows at once. */
    private boolean begin() throws Malformed, Full {
        skipSpace();
        int first = at < text.length() ? text.at(at) : -1;
        if (first == '{' || first == '[') {
            at++;
            open(first == '[');
            return continued(first == '[' ? ']' : '}', false);
        }
        if (first == '"') {
            emit(string());
        } else if (first == '-' || Ascii.isDigit(first)) {
            emit(number());
        } else if (literal("true")) {
            emit(Bytes.latin1("true"));
        } else if (literal("false")) {
            emit(Bytes.latin1("false"));
        } else if (literal("null")) {
            emit(Bytes.EMPTY);
        } else {
            throw new Malformed(
                    first < 0 ? "JSON: the body ends too early" : "JSON: no value begins so, at byte " + at);
        }
        return false;
    }

    private void open(boolean array) throws Malformed {
        if (depth == depthLimit) {
            throw new Malformed("JSON: nested more than " + depthLimit + " deep (SecRequestBodyJsonDepthLimit)");
        }
        if (depth == members.length) {
            members = Arrays.copyOf(members, depth * 2);
            pathLengths = Arrays.copyOf(pathLengths, depth * 2);
        }
        members[depth] = array ? 0 : -1;
        pathLengths[depth] = path.length();
        depth++;
    }

    /** After a member: the next, or the end of what holds it. */
    private boolean next() throws Malformed, Full {
        path.truncate(pathLengths[depth - 1]);
        if (members[depth - 1] >= 0) {
            members[depth - 1]++;
        }
        return continued(members[depth - 1] >= 0 ? ']' : '}', true);
    }

    /** Whether another member follows; else the array or object is closed. */
    private boolean continued(int close, boolean after) throws Malformed, Full {
        skipSpace();
        int found = at < text.length() ? text.at(at) : -1;
        if (found == close) {
            at++;
            close();
            return false;
        }
        if (after) {
            if (found != ',') {
                throw new Malformed(
                        found < 0 ? "JSON: the body ends too early" : "JSON: a comma is missing, at byte " + at);
            }
            at++;
        }
        if (members[depth - 1] >= 0) {
            path.append('.').append(Bytes.number(members[depth - 1]));
        } else {
            skipSpace();
            if (at >= text.length() || text.at(at) != '"') {
                throw new Malformed("JSON: the name of a member is missing, at byte " + at);
            }
            path.append('.').append(string());
            skipSpace();
            if (at >= text.length() || text.at(at) != ':') {
                throw new Malformed("JSON: a colon is missing, at byte " + at);
            }
            at++;
        }
        return true;
    }

    /** Closes open arrays and objects at the end or at an error of the text, so that their counts include the elements read so far. */
    private Optional<Malformed> closeAll() {
        try {
            while (depth > 0) {
                close();
            }
            return Optional.empty();
        } catch (Malformed e) {
            return Optional.of(e);
        }
    }

    private void close() throws Malformed {
        depth--;
        path.truncate(pathLengths[depth]);
        if (members[depth] > 0) {
            give(Bytes.number(members[depth]));
        }
    }

    private void emit(Bytes value) throws Malformed, Full {
        if (argumentLimit > 0 && arguments == argumentLimit) {
            throw new Full();
        }
        arguments++;
        give(value);
    }

    private void give(Bytes value) throws Malformed {
        int bytes = path.length() + value.length();
        if (freeNames > 0) {
            freeNames--;
            bytes = Math.max(bytes - FREE, 0);
        }
        budget -= bytes;
        if (budget < 0) {
            throw new Malformed("JSON: flattened form exceeds the " + budget(text) + " byte budget for a "
                    + text.length() + " byte body");
        }
        sink.take(path.copy(), value);
    }

    private void skipSpace() {
        while (at < text.length()) {
            int b = text.at(at);
            if (b != ' ' && b != '\n' && b != '\r' && b != '\t') {
                return;
            }
            at++;
        }
    }

    private boolean literal(String word) {
        if (!text.hasAt(at, Bytes.latin1(word))) {
            return false;
        }
        at += word.length();
        return true;
    }

    private Bytes number() throws Malformed {
        int from = at;
        if (text.at(at) == '-') {
            at++;
        }
        int whole = digits();
        if (whole == 0 || (whole > 1 && text.at(at - whole) == '0')) {
            throw new Malformed("JSON: no number is written so, at byte " + from);
        }
        if (at < text.length() && text.at(at) == '.') {
            at++;
            if (digits() == 0) {
                throw new Malformed("JSON: no number is written so, at byte " + from);
            }
        }
        if (at < text.length() && (text.at(at) | 0x20) == 'e') {
            at++;
            if (at < text.length() && (text.at(at) == '+' || text.at(at) == '-')) {
                at++;
            }
            if (digits() == 0) {
                throw new Malformed("JSON: no number is written so, at byte " + from);
            }
        }
        return text.slice(from, at);
    }

    private int digits() {
        int from = at;
        while (at < text.length() && Ascii.isDigit(text.at(at))) {
            at++;
        }
        return at - from;
    }

    private Bytes string() throws Malformed {
        int from = ++at;
        while (at < text.length() && text.at(at) != '"' && text.at(at) != '\\') {
            if (text.at(at) < ' ') {
                throw new Malformed("JSON: a control character inside of a string, at byte " + at);
            }
            at++;
        }
        if (at < text.length() && text.at(at) == '"') {
            return text.slice(from, at++);
        }
        BytesBuilder decoded = new BytesBuilder(at - from + 32).append(text.slice(from, at));
        while (at < text.length() && text.at(at) != '"') {
            int b = text.at(at);
            if (b < ' ') {
                throw new Malformed("JSON: a control character inside of a string, at byte " + at);
            }
            if (b == '\\') {
                escape(decoded);
            } else {
                decoded.append(b);
                at++;
            }
        }
        if (at >= text.length()) {
            throw new Malformed("JSON: a string does not end");
        }
        at++;
        return decoded.build();
    }

    private void escape(BytesBuilder decoded) throws Malformed {
        int escaped = at + 1 < text.length() ? text.at(at + 1) : -1;
        int plain = "\"\\/bfnrt".indexOf(escaped);
        if (escaped == 'u') {
            int unit = unit(at + 2);
            at += 6;
            if (Character.isHighSurrogate((char) unit)
                    && at + 1 < text.length()
                    && text.at(at) == '\\'
                    && text.at(at + 1) == 'u') {
                int low = unit(at + 2);
                if (Character.isLowSurrogate((char) low)) {
                    decoded.appendUtf8(Character.toCodePoint((char) unit, (char) low));
                    at += 6;
                    return;
                }
            }
            decoded.appendUtf8(unit);
        } else if (escaped >= 0 && plain >= 0) {
            decoded.append("\"\\/\b\f\n\r\t".charAt(plain));
            at += 2;
        } else {
            throw new Malformed("JSON: no escape is written so, at byte " + at);
        }
    }

    private int unit(int from) throws Malformed {
        int unit = 0;
        for (int i = from; i < from + 4; i++) {
            int digit = i < text.length() ? Ascii.hex(text.at(i)) : -1;
            if (digit < 0) {
                throw new Malformed("JSON: no escape is written so, at byte " + at);
            }
            unit = unit * 16 + digit;
        }
        return unit;
    }
}
