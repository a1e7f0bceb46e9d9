package dev.gatehouse.seclang.transform;

import dev.gatehouse.seclang.bytes.ByteSet;
import dev.gatehouse.seclang.bytes.Bytes;
import java.util.Collection;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/** A transformation by its name. Stateless. */
public final class Transformation {
    private static final ByteSet SPACES = ByteSet.of(Spaces::isAnySpace);
    private static final ByteSet NULL = bytes("\0");
    private static final ByteSet BACKSLASH = bytes("\\");
    private static final ByteSet PERCENT_OR_PLUS = bytes("%+");
    private static final ByteSet COMMENT_MARKS = bytes("/*-<#");
    private static final ByteSet UPPERCASE = ByteSet.of(b -> b >= 'A' && b <= 'Z');
    private static final ByteSet ALL = ByteSet.of(b -> true);

    /** Changes nothing. */
    public static final Transformation NONE = new Transformation("none", value -> value, ByteSet.NONE, false);

    private static final Map<String, Transformation> BY_NAME = register();

    private final String name;
    private final UnaryOperator<Bytes> function;
    private final ByteSet touched;
    private final boolean always;

    private Transformation(String name, UnaryOperator<Bytes> function, ByteSet touched, boolean always) {
        this.name = name;
        this.function = function;
        this.touched = touched;
        this.always = always;
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
        return result.equals(value) ? value : result;
    }

    @Override
    public String toString() {
        return "t:" + name;
    }

    /** A text without any of them stays as it is, unless it {@link #changesAny}. */
    public ByteSet touched() {
        return touched;
    }

    /** Whether it may change any text, also an empty one. */
    public boolean changesAny() {
        return always;
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
        all.put(name.toLowerCase(Locale.ROOT), new Transformation(name, function, ALL, true));
    }

    /** @param touched a text without any of them stays as it is */
    private static void add(
            Map<String, Transformation> all, String name, UnaryOperator<Bytes> function, ByteSet touched) {
        all.put(name.toLowerCase(Locale.ROOT), new Transformation(name, function, touched, false));
    }
}
