package dev.gatehouse.seclang.body;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.seclang.bytes.Bytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is decoded was coded by the reference implementations: brotli 1.2, zstd 1.5 and zlib. */
class ContentCodingTest {
    private static final long LIMIT = 1 << 20;

    private static Bytes file(String name) throws IOException {
        try (InputStream in = Objects.requireNonNull(ContentCodingTest.class.getResourceAsStream(name), name)) {
            return Bytes.of(in.readAllBytes());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "page.html.br, br",
        "page.html.q1.br, br",
        "page.html.zst, zstd",
        "page.html.stream.zst, ZSTD",
        "page.html.gz, gzip",
        "page.html.gz, x-gzip",
        "page.html.zlib, deflate",
        "page.html.deflate, deflate",
        "page.html, identity"
    })
    void aPageIsWhatTheServerWrote(String file, String coding) throws IOException {
        ContentCoding.Decoded decoded = ContentCoding.decode(file(file), Bytes.latin1(coding), LIMIT);
        assertThat(decoded.error()).isEmpty();
        assertThat(decoded.cut()).isFalse();
        assertThat(decoded.bytes()).isEqualTo(file("page.html"));
    }

    @Test
    void framesOfZstdFollowEachOther() throws IOException {
        Bytes page = file("page.html");
        assertThat(ContentCoding.decode(file("page.html.two.zst"), Bytes.latin1("zstd"), LIMIT)
                        .bytes()
                        .toString())
                .isEqualTo(page + page.slice(0, 100).toString());
    }

    @Test
    void codingsAreTakenOffOneAfterTheOther() throws IOException {
        ByteArrayOutputStream twice = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(twice)) {
            gzip.write(file("page.html.br").toArray());
        }
        assertThat(ContentCoding.decode(Bytes.of(twice.toByteArray()), Bytes.latin1("br, gzip"), LIMIT)
                        .bytes())
                .isEqualTo(file("page.html"));
    }

    @ParameterizedTest
    @CsvSource({"zeros.br, br", "zeros.zst, zstd"})
    void sixtyFourMegabytesOfZerosEndAtTheLimit(String file, String coding) throws IOException {
        assertThat(file(file).length()).isLessThan(16_384);
        ContentCoding.Decoded decoded = ContentCoding.decode(file(file), Bytes.latin1(coding), LIMIT);
        assertThat(decoded.cut()).isTrue();
        assertThat(decoded.error()).isEmpty();
        assertThat((long) decoded.bytes().length()).isEqualTo(LIMIT);
    }

    @Test
    void aWindowThatHttpDoesNotAllowIsAnErrorNotMemory() throws IOException {
        // RFC 9659: at most 8 MB.
        ContentCoding.Decoded decoded = ContentCoding.decode(file("zeros.wide.zst"), Bytes.latin1("zstd"), LIMIT);
        assertThat(decoded.error()).isPresent();
    }

    @ParameterizedTest
    @CsvSource({"page.html.br, br", "page.html.zst, zstd", "page.html.gz, gzip", "page.html.zlib, deflate"})
    void whatIsCutOrBrokenIsReadAsFarAsItGoesAndNeverThrows(String file, String coding) throws IOException {
        Bytes whole = file(file);
        Bytes page = file("page.html");
        for (int length = 0; length < whole.length(); length += 7) {
            Bytes sent = whole.slice(0, length);
            Bytes decoded =
                    ContentCoding.decode(sent, Bytes.latin1(coding), LIMIT).bytes();
            // Brotli's decoder finds out late that its input has ended.
            assertThat(coding.equals("br") || page.startsWith(decoded) || decoded.equals(sent))
                    .isTrue();
        }
        Random random = new Random(7);
        for (int i = 0; i < 2000; i++) {
            byte[] broken = whole.toArray();
            broken[random.nextInt(broken.length)] ^= (byte) (1 << random.nextInt(8));
            assertThat((long) ContentCoding.decode(Bytes.of(broken), Bytes.latin1(coding), LIMIT)
                            .bytes()
                            .length())
                    .isLessThanOrEqualTo(LIMIT);
        }
    }

    @Test
    void anUnknownCodingIsAnErrorAndTheBodyStaysAsItIs() throws IOException {
        ContentCoding.Decoded unknown = ContentCoding.decode(file("page.html"), Bytes.latin1("rot13"), LIMIT);
        assertThat(unknown.error())
                .hasValueSatisfying(error -> assertThat(error).contains("rot13"));
        assertThat(unknown.bytes()).isEqualTo(file("page.html"));
        assertThat(ContentCoding.decode(file("page.html.gz"), Bytes.latin1("none, gzip"), LIMIT)
                        .bytes())
                .isEqualTo(file("page.html"));
    }
}
