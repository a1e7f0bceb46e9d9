package dev.gatehouse.seclangtools.peers;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;

/**
 * Makes inputs that are broken in the ways in which decoders and parsers break: pieces that mean something, cut short, doubled, and
 * with single bytes changed. The same seed makes the same inputs. A text here is a Latin-1 string: each character is one byte.
 */
final class MalformedInput {
    private static final List<String> PIECES = List.of(
            "a",
            "Z",
            "0",
            "7",
            " ",
            "\t",
            "\n",
            "\r\n",
            "\u000b",
            "\f",
            "\0",
            "\u00a0",
            "\u0085",
            "\u001b",
            "%",
            "%4",
            "%41",
            "%zz",
            "%2527",
            "%u0041",
            "%u00",
            "%U0041",
            "%uff1c",
            "%u2019",
            "%u01c2",
            "%u0000",
            "%00",
            "+",
            "&",
            "&#",
            "&#39",
            "&#39;",
            "&#x27;",
            "&#X27",
            "&#x110041;",
            "&#99999999999;",
            "&#0;",
            "&lt;",
            "&lt",
            "&LT;",
            "&nbsp;",
            "&quot",
            "&colon;",
            "&bogus;",
            "&amp;lt;",
            "\\",
            "\\x",
            "\\x4",
            "\\x41",
            "\\xzz",
            "\\u",
            "\\u00",
            "\\u0041",
            "\\uff41",
            "\\uD800",
            "\\0",
            "\\12",
            "\\377",
            "\\777",
            "\\8",
            "\\n",
            "\\\\",
            "\\'",
            "\\\n",
            "\\41 ",
            "\\000041",
            "\\1F600 ",
            "\\ff21",
            "/*",
            "*/",
            "/**/",
            "<!--",
            "-->",
            "--",
            "#",
            "/",
            "//",
            "/./",
            "/../",
            "..",
            ".",
            "\\..\\",
            "c:\\",
            "QQ==",
            "QUJD",
            "QU",
            "Q=U=",
            "=",
            "-",
            "_",
            "0x",
            "0x4",
            "0x41",
            "0x414",
            "0X4142",
            "'",
            "\"",
            "^",
            ";",
            ",",
            "(",
            ")",
            "{",
            "}",
            "[",
            "]",
            "<",
            ">",
            "`",
            "$",
            "\u00c3\u00a9",
            "\u00e2\u0082\u00ac",
            "\u00f0\u009f\u0098\u0080",
            "\u00ef\u00bc\u009c",
            "\u00c0\u00a7",
            "\u00c1\u00bf",
            "\u00e0\u0080\u00a7",
            "\u00f0\u0080\u0080\u00a7",
            "\u00c0\u00be",
            "\u00c3",
            "\u00e2\u0082",
            "\u00f0\u009f\u0098",
            "\u00ed\u00a0\u0080",
            "\u00ed\u00bf\u00bf",
            "\u00f4\u0090\u0080\u0080",
            "\u00f5\u0080\u0080\u0080",
            "\u00f8\u0088\u0080\u0080\u0080",
            "\u00fe",
            "\u00ff",
            "\u0080",
            "\u00bf",
            "\u00c0",
            "\u00e0\u00a7",
            "\u00ef\u00bb\u00bf",
            "\u00ef\u00bf\u00bd",
            "\u00ef\u00bf\u00bf");

    private final Random random;

    MalformedInput(long seed) {
        random = new Random(seed);
    }

    int below(int bound) {
        return random.nextInt(bound);
    }

    boolean oneIn(int many) {
        return random.nextInt(many) == 0;
    }

    <T> T any(List<T> of) {
        return of.get(random.nextInt(of.size()));
    }

    /** Up to that many pieces, and now and then any byte. */
    String value(int most) {
        StringBuilder value = new StringBuilder();
        for (int i = random.nextInt(most) + 1; i > 0; i--) {
            value.append(oneIn(8) ? Character.toString(random.nextInt(256)) : any(PIECES));
        }
        return value.toString();
    }

    /** Bytes of every kind. */
    String bytes(int most) {
        byte[] bytes = new byte[random.nextInt(most)];
        random.nextBytes(bytes);
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    /** The text with some of it changed, taken out, doubled or cut off: at most three times, most often not at all. */
    String broken(String text) {
        String broken = text;
        for (int i = random.nextInt(6) - 2; i > 0 && !broken.isEmpty(); i--) {
            int from = random.nextInt(broken.length());
            int to = Math.min(broken.length(), from + 1 + random.nextInt(4));
            broken = switch (random.nextInt(5)) {
                case 0 -> broken.substring(0, from) + broken.substring(to);
                case 1 -> broken.substring(0, from) + value(1) + broken.substring(from);
                case 2 -> broken.substring(0, from) + value(1) + broken.substring(to);
                case 3 -> broken.substring(0, to) + broken.substring(from);
                default -> broken.substring(0, from);
            };
        }
        return broken;
    }

    /** Every byte as {@code %hh}. */
    static String escaped(String value) {
        StringBuilder escaped = new StringBuilder();
        value.chars().forEach(b -> escaped.append("%%%02x".formatted(b)));
        return escaped.toString();
    }

    /** The bytes of a text in hexadecimal digits, as {@code t:hexEncode} writes them. */
    static String hex(String value) {
        StringBuilder hex = new StringBuilder();
        value.chars().forEach(b -> hex.append("%02x".formatted(b)));
        return hex.toString();
    }

    /** The text whose bytes hexadecimal digits are. */
    static String unhex(String hex) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = 0; i + 1 < hex.length(); i += 2) {
            bytes.write(Integer.parseInt(hex, i, i + 2, 16));
        }
        return bytes.toString(StandardCharsets.ISO_8859_1);
    }
}
