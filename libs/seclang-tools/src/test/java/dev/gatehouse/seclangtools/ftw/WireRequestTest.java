package dev.gatehouse.seclangtools.ftw;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class WireRequestTest {
    private static FtwTest.Input post(String type, String data, boolean autocomplete) {
        return new FtwTest.Input(
                "localhost",
                80,
                "http",
                "POST",
                "/",
                "HTTP/1.1",
                type.isEmpty() ? List.of() : List.of(new FtwTest.Header("Content-Type", type)),
                Optional.of(data),
                Optional.empty(),
                Optional.empty(),
                autocomplete,
                false,
                false,
                Optional.empty());
    }

    @Test
    void aPlainFormIsEncodedAndCounted() {
        assertThat(WireRequest.of(post("", "a=1 2&b", true)).toString())
                .isEqualTo("POST / HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\nConnection: close\r\n"
                        + "Content-Length: 7\r\n\r\na=1+2&b");
    }

    @Test
    void anEncodedFormStaysAsItIs() {
        assertThat(WireRequest.of(post("", "a=%31", true)).toString()).endsWith("\r\n\r\na=%31");
    }

    @Test
    void withoutMagicNothingIsAdded() {
        assertThat(WireRequest.of(post("", "a=1 2", false)).toString()).isEqualTo("POST / HTTP/1.1\r\n\r\na=1 2");
    }

    @Test
    void linesOfMultipartEndInCarriageReturns() {
        assertThat(WireRequest.of(post("multipart/form-data; boundary=x", "--x\n", false))
                        .toString())
                .endsWith("\r\n\r\n--x\r\n");
    }

    @Test
    void templatesAreExpandedAndWhatIsNoneSendsNothing() {
        assertThat(GoTemplate.expand("a={{ \"1\" | repeat 3 }}!")).contains("a=111!");
        assertThat(GoTemplate.expand("{{constructor.constructor('alert(1)')()}}"))
                .isEmpty();
    }
}
