package dev.gatehouse.seclang.body;

import dev.gatehouse.seclang.bytes.Bytes;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Decodes a document to UTF-8, by its byte order mark or its XML declaration (XML 1.0, appendix F), so that rules see the characters that
 * the server sees.
 */
final class XmlEncoding {
    private static final Bytes MARK = Bytes.latin1("\u00ef\u00bb\u00bf");
    private static final Bytes LITTLE_MARK = Bytes.latin1("\u00ff\u00fe");
    private static final Bytes BIG_MARK = Bytes.latin1("\u00fe\u00ff");
    private static final Bytes LITTLE_DECLARATION = Bytes.latin1("<\0?\0");
    private static final Bytes BIG_DECLARATION = Bytes.latin1("\0<\0?");
    private static final int LONGEST_DECLARATION = 256;
    private static final Pattern DECLARATION = Pattern.compile("<\\?xml\\s+version\\s*=\\s*([\"'])1\\.[0-9]+\\1"
            + "(?:\\s+encoding\\s*=\\s*([\"'])(?<encoding>[A-Za-z][A-Za-z0-9._-]*)\\2)?"
            + "(?:\\s+standalone\\s*=\\s*([\"'])(?:yes|no)\\4)?\\s*\\?>");
    private static final Set<String> NAMES_OF_UTF_8 = Set.of("utf-8", "utf8");
    private static final Set<String> NAMES_OF_UTF_16 =
            Set.of("utf-16", "utf-16le", "utf-16be", "ucs-2", "iso-10646-ucs-2");

    /**
     * A document in UTF-8.
     *
     * @param text the document as it was sent, if it cannot be decoded
     * @param error why a server may read other characters; empty: no error
     */
    record Decoded(Bytes text, Optional<String> error) {
        private static Decoded failed(Bytes text, String error) {
            return new Decoded(text, Optional.of(error));
        }
    }

    private XmlEncoding() {}

    /** @param cut whether the document is cut off, so that it may end inside of a character */
    static Decoded decode(Bytes document, boolean cut) {
        if (document.hasAt(0, LITTLE_MARK) || document.hasAt(0, LITTLE_DECLARATION)) {
            return utf16(document, StandardCharsets.UTF_16LE, cut);
        }
        if (document.hasAt(0, BIG_MARK) || document.hasAt(0, BIG_DECLARATION)) {
            return utf16(document, StandardCharsets.UTF_16BE, cut);
        }
        boolean marked = document.hasAt(0, MARK);
        Matcher declaration = declaration(marked ? document.slice(MARK.length()) : document);
        Optional<String> declared = declared(declaration).filter(name -> !NAMES_OF_UTF_8.contains(name));
        if (declared.isEmpty()) {
            return new Decoded(document, Optional.empty());
        }
        String name = declared.get();
        if (marked) {
            return Decoded.failed(document, "the encoding " + name + " after the byte order mark of UTF-8");
        }
        Optional<Charset> charset = charset(name);
        if (charset.isEmpty()) {
            return Decoded.failed(document, "the encoding " + name + " is not known");
        }
        Decoded decoded = decode(document, charset.get(), cut);
        return decoded.text().startsWith(Bytes.latin1(declaration.group()))
                ? decoded
                : Decoded.failed(document, "the document is not in its encoding, " + name);
    }

    /** Whether the text begins with an XML declaration as the specification has it. */
    static boolean isDeclaration(Bytes text) {
        return declaration(text).lookingAt();
    }

    private static Matcher declaration(Bytes text) {
        return DECLARATION.matcher(
                text.slice(0, Math.min(text.length(), LONGEST_DECLARATION)).toString());
    }

    private static Optional<String> declared(Matcher declaration) {
        return declaration.lookingAt()
                ? Optional.ofNullable(declaration.group("encoding")).map(name -> name.toLowerCase(Locale.ROOT))
                : Optional.empty();
    }

    private static Decoded utf16(Bytes document, Charset charset, boolean cut) {
        boolean marked = document.at(0) > 0x7f;
        Decoded decoded = decode(document.slice(marked ? 2 : 0), charset, cut);
        return declared(declaration(decoded.text()))
                .filter(name -> !NAMES_OF_UTF_16.contains(name))
                .map(name -> Decoded.failed(decoded.text(), "the encoding " + name + " of a document in UTF-16"))
                .orElse(decoded);
    }

    private static Optional<Charset> charset(String name) {
        try {
            return Optional.of(Charset.forName(name));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static Decoded decode(Bytes document, Charset charset, boolean cut) {
        byte[] bytes = document.toArray();
        CharsetDecoder decoder = charset.newDecoder();
        CharBuffer read = CharBuffer.allocate((int) Math.ceil(bytes.length * (double) decoder.maxCharsPerByte()));
        if (decoder.decode(ByteBuffer.wrap(bytes), read, !cut).isError()) {
            return Decoded.failed(
                    Bytes.utf8(new String(bytes, charset)), "bytes that are not of the encoding " + charset.name());
        }
        if (!cut) {
            decoder.flush(read);
        }
        return new Decoded(Bytes.utf8(read.flip().toString()), Optional.empty());
    }
}
