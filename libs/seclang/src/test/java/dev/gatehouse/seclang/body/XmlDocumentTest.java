package dev.gatehouse.seclang.body;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.seclang.bytes.Bytes;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class XmlDocumentTest {
    private static XmlDocument read(String text) {
        return read(text.getBytes(StandardCharsets.UTF_8));
    }

    private static XmlDocument read(byte[] bytes) {
        return XmlDocument.read(Bytes.of(bytes), false);
    }

    private static List<String> texts(XmlDocument document) {
        List<String> texts = new ArrayList<>();
        XmlPath.everyText()
                .select(document, (name, value) -> texts.add(new String(value.toArray(), StandardCharsets.UTF_8)));
        return texts;
    }

    private static final String DECLARED = "<?xml version=\"1.0\" encoding=\"%s\"?><a>%s</a>";

    @ParameterizedTest
    @CsvSource({
        "ISO-8859-1,\u00e9",
        "windows-1252,\u20ac",
        "US-ASCII,e",
        "Shift_JIS,\u8868",
        "GB18030,\u00e9",
        "ISO-2022-JP,\u8868"
    })
    void charactersAreDecodedByTheDeclaredEncoding(String encoding, String character) {
        XmlDocument document = read(DECLARED.formatted(encoding, character).getBytes(Charset.forName(encoding)));
        assertThat(document.error()).isEmpty();
        assertThat(texts(document)).containsExactly(character);
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-16LE", "UTF-16BE"})
    void utf16IsDecodedWithItsMarkAndWithoutOne(String encoding) {
        for (String mark : List.of("", "\ufeff")) {
            XmlDocument document =
                    read((mark + DECLARED.formatted("UTF-16", "\u00e9")).getBytes(Charset.forName(encoding)));
            assertThat(document.error()).isEmpty();
            assertThat(texts(document)).containsExactly("\u00e9");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-7", "x-none", "UTF-16", "utf-16le", "UTF-32", "IBM037", "UTF-8859"})
    void anEncodingThatIsNotKnownOrNotTheDocumentsIsAnError(String encoding) {
        XmlDocument document = read(DECLARED.formatted(encoding, "text"));
        assertThat(document.error())
                .hasValueSatisfying(error -> assertThat(error).contains(encoding.toLowerCase(Locale.ROOT)));
        assertThat(texts(document)).containsExactly("text");
    }

    @Test
    void bytesThatAreNotOfTheEncodingAreAnErrorAndTheRestIsRead() {
        XmlDocument document = read(DECLARED.formatted("US-ASCII", "\u00e9vil"));
        assertThat(document.error()).isPresent();
        assertThat(texts(document)).containsExactly("\ufffd\ufffdvil");
        byte[] cut = DECLARED.formatted("Shift_JIS", "\u8868").getBytes(Charset.forName("Shift_JIS"));
        assertThat(XmlDocument.read(Bytes.of(cut, 0, cut.length - 5), true).error())
                .isEmpty();
    }

    @Test
    void marksThatContradictTheDeclarationAreAnError() {
        assertThat(read("\ufeff" + DECLARED.formatted("ISO-8859-1", "b")).error())
                .isPresent();
        assertThat(read(("\ufeff" + DECLARED.formatted("utf-8", "b")).getBytes(StandardCharsets.UTF_16LE))
                        .error())
                .isPresent();
        assertThat(read("\ufeff" + DECLARED.formatted("utf-8", "b")).error()).isEmpty();
    }
}
