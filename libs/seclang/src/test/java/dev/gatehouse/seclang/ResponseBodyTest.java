package dev.gatehouse.seclang;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.seclang.bytes.Bytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ResponseBodyTest {
    private static final String RULES = """
            SecResponseBodyAccess On
            SecResponseBodyLimit 1000
            SecResponseBodyLimitAction %s
            SecRule RESPONSE_BODY "@contains leak" "id:1,phase:4,deny,status:501"
            """;

    private static Optional<Integer> status(String action, String coding, byte[] body) {
        Transaction transaction = Rules.begin(Rules.of(RULES.formatted(action)));
        transaction.requestHeaders();
        transaction.responseHeader(Bytes.latin1("content-type"), Bytes.latin1("text/html"));
        transaction.responseHeader(Bytes.latin1("content-encoding"), Bytes.latin1(coding));
        transaction.responseHeaders(200, "HTTP/1.1");
        transaction.responseBody(Bytes.of(body));
        return transaction.responseBody().map(Interruption::status);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] gzip(String text) throws IOException {
        ByteArrayOutputStream coded = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(coded)) {
            gzip.write(bytes(text));
        }
        return coded.toByteArray();
    }

    @ParameterizedTest
    @ValueSource(strings = {"utf-8", "none", "gzip", "br", "zstd", "deflate", "identity, x", "a,b,c,d,e,f"})
    void aBodyIsInspectedAsItIsWhereItsCodingIsNotKnownOrNotItsOwn(String coding) {
        assertThat(status("ProcessPartial", coding, bytes("a leak"))).contains(501);
        assertThat(status("ProcessPartial", coding, bytes("leak" + "x".repeat(2000))))
                .contains(501);
    }

    @Test
    void aBodyWhoseCodingBreaksIsInspectedBothWays() throws IOException {
        byte[] whole = gzip("leak");
        byte[] broken = Arrays.copyOf(whole, whole.length - 8);
        assertThat(status("ProcessPartial", "gzip", broken)).contains(501);
        byte[] behind = gzip("nothing");
        System.arraycopy(bytes("leak"), 0, behind, behind.length - 8, 4);
        assertThat(status("ProcessPartial", "gzip", behind)).contains(501);
    }

    @Test
    void theLimitIsOfTheDecodedBody() throws IOException {
        assertThat(status("Reject", "gzip", gzip("x".repeat(1001)))).contains(500);
        assertThat(status("Reject", "gzip", gzip("x".repeat(1000)))).isEmpty();
        assertThat(status("ProcessPartial", "gzip", gzip("x".repeat(1001)))).isEmpty();
        assertThat(status("ProcessPartial", "gzip", gzip("leak" + "x".repeat(1001))))
                .contains(501);
    }

    @ParameterizedTest
    @ValueSource(strings = {"image/png|text/html; charset=utf-8", "text/html|image/png", "image/png, text/html;x"})
    void aBodyIsInspectedWhereOneOfItsTypesIs(String types) {
        Transaction transaction = Rules.begin(Rules.of(RULES.formatted("Reject")));
        transaction.requestHeaders();
        for (String type : types.split("\\|", -1)) {
            transaction.responseHeader(Bytes.latin1("Content-Type"), Bytes.latin1(type));
        }
        transaction.responseHeaders(200, "HTTP/1.1");
        transaction.responseBody(Bytes.latin1("leak"));
        assertThat(transaction.responseBody().map(Interruption::status)).contains(501);
    }
}
