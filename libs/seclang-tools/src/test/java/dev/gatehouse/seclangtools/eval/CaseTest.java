package dev.gatehouse.seclangtools.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CaseTest {
    private static final String ONE =
            "{\"name\":\"a\",\"request\":{\"method\":\"POST\",\"uri\":\"/\",\"protocol\":\"HTTP/2.0\","
                    + "\"headers\":[[\"X\",\"1\"],[\"x\",\"\\u00ff\"]],\"body\":\"\\u00e9\"}}";

    private static List<Case> read(String text) throws IOException {
        return Case.read(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void anArrayAndLinesAreTheSame() throws IOException {
        assertThat(read("[" + ONE + "," + ONE + "]"))
                .isEqualTo(read(ONE + "\n\n" + ONE + "\n"))
                .hasSize(2);
        assertThat(read("")).isEmpty();
        assertThat(read("[]")).isEmpty();
    }

    @Test
    void eachCharacterIsOneByteAndHeadersKeepTheirOrder() throws IOException {
        Case.Request request = read(ONE).getFirst().request();
        assertThat(request.body().toArray()).containsExactly(0xe9);
        assertThat(request.headers())
                .extracting(header -> header.name().toString())
                .containsExactly("X", "x");
        assertThat(request.headers().getLast().value().toArray()).containsExactly(0xff);
    }

    @Test
    void whatIsLeftOutOrNullHasItsDefault() throws IOException {
        Case test = read("{\"request\":{\"body\":null,\"headers\":null},\"response\":null}")
                .getFirst();
        assertThat(test.name()).isEqualTo("case-1");
        assertThat(test.request().method().toString()).isEqualTo("GET");
        assertThat(test.request().body().length()).isZero();
        assertThat(test.response()).isEmpty();
        assertThat(read("{\"request\":{},\"response\":{\"status\":404}}")
                        .getFirst()
                        .response())
                .hasValueSatisfying(response -> assertThat(response.status()).isEqualTo(404));
    }

    @Test
    void whatIsNoCaseIsToldByItsNumberAndPlace() {
        assertThatThrownBy(() -> read(ONE + "\n{\"name\": "))
                .hasMessageContaining("case 2 is not JSON: line 2, column");
        assertThatThrownBy(() -> read("{\"name\":\"x\"}")).hasMessageContaining("case 1 has no request");
        assertThatThrownBy(() -> read("[[]]")).hasMessageContaining("case 1 is a list");
        assertThatThrownBy(() -> read("{\"request\":{\"headers\":{\"a\":\"b\"}}}"))
                .hasMessageContaining("case 1 headers: OBJECT (expected: [[name, value]...])");
        assertThatThrownBy(() -> read("{\"request\":{\"headers\":[[\"a\"]]}}"))
                .hasMessageContaining("headers[0]: [\"a\"] (expected: [name, value])");
        assertThatThrownBy(() -> read("{\"request\":{\"body\":\"\u20ac\"}}"))
                .hasMessageContaining("body: character U+20AC at 0 (expected: up to U+00FF");
    }

    @Test
    void aCaseIsHandedOnBeforeTheNextIsRead() {
        List<Case> before = new ArrayList<>();
        assertThatThrownBy(() -> Case.read(
                        new ByteArrayInputStream((ONE + "\n}").getBytes(StandardCharsets.UTF_8)), before::add))
                .hasMessageContaining("case 2 is not JSON");
        assertThat(before).hasSize(1);
    }
}
