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

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<!DOCTYPE a [<!ENTITY x 'ev'><!ENTITY y 'il'>]><a>&x;&y;</a>",
                "<!DOCTYPE a [<!ENTITY x 'evil'>]><a b='&x;'/>",
                "<!DOCTYPE a [<!ENTITY x 'ev'><!ATTLIST a b CDATA '&x;il'>]><a/>",
                "<!DOCTYPE a [<!ENTITY % x '<!ATTLIST a b CDATA \"evil\">'> %x;]><a/>",
                "<!DOCTYPE a SYSTEM 'a.dtd'><a>&aNameThatIsVeryLong;</a>",
                "<a>&nbsp;</a>",
                "<a>&#;</a>",
                "<a>&#x;</a>",
                "<a>&#12a;</a>"
            })
    void aReferenceToAnEntityIsAnError(String text) {
        assertThat(read(text).error()).isPresent();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<!DOCTYPE a SYSTEM 'http://h/a.dtd?x=1&y=100%25&z=%20'><a/>",
                "<!DOCTYPE a [<!ENTITY % x 'y'><!ENTITY z SYSTEM 'z'>]><a>b</a>",
                "<a>&lt;&gt;&amp;&apos;&quot;&#9;&#x10FFFF;</a>"
            })
    void documentsWithoutOneAreWellFormed(String text) {
        assertThat(read(text).error()).isEmpty();
    }

    @Test
    void charactersOfReferencesAreShownWhereverTheyAre() {
        assertThat(texts(read("<a>&#x00000000000000000041;&#0000000000000066;</a>")))
                .containsExactly("AB");
        assertThat(texts(read("<!DOCTYPE a [<!ATTLIST a b CDATA '1&#39; UNI&#79;N'>]><a>c</a>")))
                .containsExactly("1' UNION", "c");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<a>1 UNI<b/>ON SEL<b/>ECT</a>",
                "<a>1 UNI<b>ON</b> SELECT</a>",
                "<a>1 <b>UNI</b>ON SELECT</a>",
                "<a><c>1 UNI<b/>ON SEL</c><c>ECT</c></a>",
                "<a><b>1 UNI</b>ON <b/> <b/>SELECT</a>"
            })
    void aTextWithElementsInItIsShownAsAWholeToo(String text) {
        XmlDocument document = read(text);
        assertThat(texts(document).getFirst().replaceAll(" +", " ")).isEqualTo("1 UNION SELECT");
        assertThat(texts(document).size()).isGreaterThan(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<a> <b>UNION</b>\n <b>SELECT</b> </a>",
                "<!DOCTYPE a 'UNION'><a>SELECT</a>",
                "<!DOCTYPE a 'UNION'><a><b/>SELECT <b/> </a>",
                "<a><b>UNION</b><b><c>SELECT</c></b></a>"
            })
    void textsOfElementsWithoutOthersAreShownOnce(String text) {
        assertThat(texts(read(text))).extracting(String::strip).containsExactly("UNION", "SELECT");
    }

    @Test
    void manyAmpersandsAreReadInLinearTime() {
        assertThat(read("<a>" + "&".repeat(4_000_000) + "</a>").error()).isPresent();
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
