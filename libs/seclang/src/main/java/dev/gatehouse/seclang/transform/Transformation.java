package dev.gatehouse.seclang.transform;

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
    private static final Map<String, Transformation> BY_NAME = register();

    private final String name;
    private final UnaryOperator<Bytes> function;

    private Transformation(String name, UnaryOperator<Bytes> function) {
        this.name = name;
        this.function = function;
    }

    /** Without regard to case; British spellings too. {@code none} is not here: it ends what came before it. */
    public static Optional<Transformation> named(String name) {
        return Optional.ofNullable(BY_NAME.get(name.toLowerCase(Locale.ROOT)));
    }

    /** All names, for error messages. */
    public static Collection<String> names() {
        return Collections.unmodifiableCollection(
                BY_NAME.values().stream().map(Transformation::name).toList());
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

    private static Map<String, Transformation> register() {
        Map<String, Transformation> all = new TreeMap<>();
        add(all, "base64Decode", Encodings::base64Decode);
        add(all, "base64DecodeExt", Encodings::base64DecodeExt);
        add(all, "base64Encode", Encodings::base64Encode);
        add(all, "cmdLine", Spaces::cmdLine);
        add(all, "compressWhitespace", Spaces::compressWhitespace);
        add(all, "cssDecode", Escapes::cssDecode);
        add(all, "escapeSeqDecode", Escapes::escapeSeqDecode);
        add(all, "hexDecode", Encodings::hexDecode);
        add(all, "hexEncode", Encodings::hexEncode);
        add(all, "htmlEntityDecode", HtmlEntities::decode);
        add(all, "jsDecode", Escapes::jsDecode);
        add(all, "length", value -> Bytes.number(value.length()));
        add(all, "lowercase", Letters::lowercase);
        add(all, "md5", value -> Encodings.digest("MD5", value));
        add(all, "normalizePath", Paths::normalize);
        add(all, "normalisePath", Paths::normalize);
        add(all, "normalizePathWin", Paths::normalizeWindows);
        add(all, "normalisePathWin", Paths::normalizeWindows);
        add(all, "parityEven7bit", value -> Letters.parity(value, 0));
        add(all, "parityOdd7bit", value -> Letters.parity(value, 1));
        add(all, "parityZero7bit", Letters::zeroParity);
        add(all, "removeComments", Comments::remove);
        add(all, "removeCommentsChar", Comments::removeMarkers);
        add(all, "removeNulls", Spaces::removeNulls);
        add(all, "removeWhitespace", Spaces::removeWhitespace);
        add(all, "replaceComments", Comments::replace);
        add(all, "replaceNulls", Spaces::replaceNulls);
        add(all, "sha1", value -> Encodings.digest("SHA-1", value));
        add(all, "sqlHexDecode", Encodings::sqlHexDecode);
        add(all, "trim", value -> value.trim());
        add(all, "trimLeft", Spaces::trimLeft);
        add(all, "trimRight", Spaces::trimRight);
        add(all, "uppercase", Letters::uppercase);
        add(all, "urlDecode", UrlCodec::decode);
        add(all, "urlDecodeUni", UrlCodec::decodeUnicode);
        add(all, "urlEncode", UrlCodec::encode);
        add(all, "utf8toUnicode", Encodings::utf8ToUnicode);
        return Map.copyOf(all);
    }

    private static void add(Map<String, Transformation> all, String name, UnaryOperator<Bytes> function) {
        all.put(name.toLowerCase(Locale.ROOT), new Transformation(name, function));
    }
}
