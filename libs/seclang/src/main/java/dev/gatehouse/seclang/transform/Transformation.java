package dev.gatehouse.seclang.transform;

import dev.gatehouse.seclang.bytes.ByteSet;
import dev.gatehouse.seclang.bytes.Bytes;
import java.util.Collection;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** A transformation by its name. Stateless. */
public final class Transformation {
    private static final ByteSet SPACES = ByteSet.of(Spaces::isAnySpace);
    private static final ByteSet NULL = bytes("\0");
    private static final ByteSet BACKSLASH = bytes("\\");
    private static final ByteSet PERCENT_OR_PLUS = bytes("%+");
    private static final ByteSet COMMENT_MARKS = bytes("/*-<#");
    private static final ByteSet UPPERCASE = ByteSet.of(b -> b >= 'A' && b <= 'Z');

    /** Changes nothing. */
    public static final Transformation NONE = new Transformation("none", value -> value, ByteSet.NONE, 0);

    private static final Map<String, Transformation> BY_NAME = register();

    /** The bits of the transformations that may change every text, even an empty one. */
    private static final long CHANGING_ANY = bits(transformation -> transformation.changesAny);

    /** For each byte, the bits of the transformations that may change a text with this byte. */
    private static final long[] TOUCHING = touching();

    private final String name;
    private final UnaryOperator<Bytes> function;
    /**
     * The bytes that the transformation changes. A text without any of them stays unchanged, unless the transformation
     * {@link #changesAny}.
     */
    private final ByteSet touched;

    private final boolean changesAny;
    private final long bit;

    private Transformation(String name, UnaryOperator<Bytes> function, ByteSet touched, long bit) {
        this.name = name;
        this.function = function;
        this.touched = touched;
        this.changesAny = touched.equals(ByteSet.ALL);
        this.bit = bit;
    }

    /** Without regard to case; British spellings too. {@code none} is not here: it ends what came before it. */
    public static Optional<Transformation> named(String name) {
        return Optional.ofNullable(BY_NAME.get(name.toLowerCase(Locale.ROOT)));
    }

    /** All names, for error messages. */
    public static Collection<String> names() {
        return Collections.unmodifiableCollection(BY_NAME.values().stream()
                .map(Transformation::name)
                .sorted(String.CASE_INSENSITIVE_ORDER)
                .toList());
    }

    /** As it is commonly spelled. */
    public String name() {
        return name;
    }

    /** The very same object where nothing changes. */
    public Bytes apply(Bytes value) {
        Bytes result = function.apply(value);
        return result == value || result.equals(value) ? value : result;
    }

    @Override
    public String toString() {
        return "t:" + name;
    }

    /** Its bit in sets of transformations; none of {@link #NONE}. */
    public long bit() {
        return bit;
    }

    /** The bits of the transformations that may change a text with these bytes. All other transformations leave it unchanged. */
    public static long mayChange(ByteSet present) {
        return CHANGING_ANY
                | touching(present.a(), 0)
                | touching(present.b(), Long.SIZE)
                | touching(present.c(), 2 * Long.SIZE)
                | touching(present.d(), 3 * Long.SIZE);
    }

    private static long touching(long word, int first) {
        long bits = 0;
        for (long rest = word; rest != 0; rest &= rest - 1) {
            bits |= TOUCHING[first + Long.numberOfTrailingZeros(rest)];
        }
        return bits;
    }

    private static long[] touching() {
        long[] touching = new long[256];
        for (int b = 0; b < touching.length; b++) {
            int value = b;
            touching[b] = bits(transformation -> transformation.touched.has(value));
        }
        return touching;
    }

    private static long bits(Predicate<Transformation> those) {
        long bits = 0;
        for (Transformation each : BY_NAME.values()) {
            bits |= those.test(each) ? each.bit : 0;
        }
        return bits;
    }

    private static ByteSet bytes(String bytes) {
        return ByteSet.of(b -> bytes.indexOf(b) >= 0);
    }

    private static Map<String, Transformation> register() {
        Map<String, Transformation> all = new TreeMap<>();
        add(all, "base64Decode", Encodings::base64Decode);
        add(all, "base64DecodeExt", Encodings::base64DecodeExt);
        add(all, "base64Encode", Encodings::base64Encode);
        add(
                all,
                "cmdLine",
                Spaces::cmdLine,
                ByteSet.of(b -> (b >= 'A' && b <= 'Z') || "\\\"'^,; \t\r\n".indexOf(b) >= 0));
        add(all, "compressWhitespace", Spaces::compressWhitespace, SPACES);
        add(all, "cssDecode", Escapes::cssDecode, BACKSLASH);
        add(all, "escapeSeqDecode", Escapes::escapeSeqDecode, BACKSLASH);
        add(all, "hexDecode", Encodings::hexDecode);
        add(all, "hexEncode", Encodings::hexEncode);
        add(all, "htmlEntityDecode", HtmlEntities::decode, bytes("&"));
        add(all, "jsDecode", Escapes::jsDecode, BACKSLASH);
        add(all, "length", value -> Bytes.number(value.length()));
        add(all, "lowercase", Letters::lowercase, UPPERCASE);
        add(all, "md5", value -> Encodings.digest("MD5", value));
        add(all, "normalizePath", Paths::normalize, bytes("/."));
        add(all, "normalisePath", Paths::normalize, bytes("/."));
        add(all, "normalizePathWin", Paths::normalizeWindows, bytes("/.\\"));
        add(all, "normalisePathWin", Paths::normalizeWindows, bytes("/.\\"));
        add(all, "parityEven7bit", Letters::evenParity);
        add(all, "parityOdd7bit", Letters::oddParity);
        add(all, "parityZero7bit", Letters::zeroParity, ByteSet.of(b -> b > 0x7f));
        add(all, "removeComments", Comments::remove, COMMENT_MARKS);
        add(all, "removeCommentsChar", Comments::removeMarkers, COMMENT_MARKS);
        add(all, "removeNulls", Spaces::removeNulls, NULL);
        add(all, "removeWhitespace", Spaces::removeWhitespace, SPACES);
        add(all, "replaceComments", Comments::replace, bytes("/"));
        add(all, "replaceNulls", Spaces::replaceNulls, NULL);
        add(all, "sha1", value -> Encodings.digest("SHA-1", value));
        add(all, "sqlHexDecode", Encodings::sqlHexDecode, bytes("0"));
        add(all, "trim", value -> value.trim(), SPACES);
        add(all, "trimLeft", Spaces::trimLeft, SPACES);
        add(all, "trimRight", Spaces::trimRight, SPACES);
        add(all, "uppercase", Letters::uppercase, ByteSet.of(b -> b >= 'a' && b <= 'z'));
        add(all, "urlDecode", UrlCodec::decode, PERCENT_OR_PLUS);
        add(all, "urlDecodeUni", UrlCodec::decodeUnicode, PERCENT_OR_PLUS);
        add(all, "urlEncode", UrlCodec::encode);
        add(all, "utf8toUnicode", Encodings::utf8ToUnicode, ByteSet.of(b -> b > 0x7f));
        return Map.copyOf(all);
    }

    /** Of which nothing is known: it may change any text, also an empty one. */
    private static void add(Map<String, Transformation> all, String name, UnaryOperator<Bytes> function) {
        add(all, name, function, ByteSet.ALL);
    }

    /** @param touched a text without any of these bytes stays unchanged */
    private static void add(
            Map<String, Transformation> all, String name, UnaryOperator<Bytes> function, ByteSet touched) {
        if (all.size() == Long.SIZE) {
            throw new IllegalStateException(name + " is one more transformation than a long has bits");
        }
        all.put(name.toLowerCase(Locale.ROOT), new Transformation(name, function, touched, 1L << all.size()));
    }
}
