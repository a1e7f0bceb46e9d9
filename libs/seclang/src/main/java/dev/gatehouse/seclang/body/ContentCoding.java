package dev.gatehouse.seclang.body;

import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.bytes.BytesBuilder;
import io.airlift.compress.v3.zstd.ZstdInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import org.brotli.dec.BrotliInputStream;

/** Decodes the codings of {@code Content-Encoding}, so that rules see the same body as the client. */
public final class ContentCoding {
    private static final int MOST_CODINGS = 4;

    /**
     * A decoded body.
     *
     * @param cut whether the decoded body exceeds the limit, or the coded body was cut off
     * @param error the error in the coding; the bytes before the error are decoded, and without such bytes the body stays as it is
     */
    public record Decoded(Bytes bytes, boolean cut, Optional<String> error) {}

    private ContentCoding() {}

    /**
     * Decodes gzip, deflate, br and zstd, also one after the other.
     *
     * @param codings the header's value; empty: no coding
     * @param limit the most decoded bytes, since a small body may decode to a huge one
     */
    public static Decoded decode(Bytes body, Bytes codings, long limit) {
        String[] names = codings.toString().toLowerCase(Locale.ROOT).split(",", -1);
        if (names.length > MOST_CODINGS) {
            return new Decoded(body, false, Optional.of("more than " + MOST_CODINGS + " content codings"));
        }
        Decoded decoded = new Decoded(body, false, Optional.empty());
        for (int i = names.length - 1; i >= 0; i--) {
            String name = names[i].strip();
            if (name.isEmpty() || name.equals("identity")) {
                continue;
            }
            decoded = once(decoded.bytes(), name, limit);
            if (decoded.error().isPresent()) {
                return decoded;
            }
        }
        return decoded;
    }

    private static Decoded once(Bytes body, String coding, long limit) {
        BytesBuilder decoded = new BytesBuilder(Math.max(64, body.length()));
        try (InputStream in = open(body, coding)) {
            byte[] buffer = new byte[8192];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                long room = limit - decoded.length();
                decoded.append(Bytes.of(buffer, 0, (int) Math.min(read, room)));
                if (read > room) {
                    return new Decoded(decoded.build(), true, Optional.empty());
                }
            }
            return new Decoded(decoded.build(), false, Optional.empty());
        } catch (IOException | RuntimeException e) {
            // The decoders report bad input by both exceptions. The bytes decoded before are kept, since a client may
            // see them.
            return new Decoded(
                    decoded.length() == 0 ? body : decoded.build(),
                    false,
                    Optional.of("the body is not " + coding + ": " + e.getMessage()));
        }
    }

    private static InputStream open(Bytes body, String coding) throws IOException {
        InputStream coded = new ByteArrayInputStream(body.toArray());
        return switch (coding) {
            case "gzip", "x-gzip" -> new GZIPInputStream(coded);
            case "deflate" -> inflate(coded, new Inflater(!isZlib(body)));
            case "br" -> new BrotliInputStream(coded);
            case "zstd" -> new ZstdInputStream(coded);
            default -> throw new IOException("this coding is not known");
        };
    }

    /** The stream's end frees the inflater's memory, which is not on the heap. */
    private static InputStream inflate(InputStream coded, Inflater inflater) {
        return new InflaterInputStream(coded, inflater) {
            @Override
            public void close() throws IOException {
                inflater.end();
                super.close();
            }
        };
    }

    /** RFC 9110 says zlib's format; many send deflate's bare one. */
    private static boolean isZlib(Bytes body) {
        return body.length() > 1 && (body.at(0) & 0x0f) == 8 && (body.at(0) * 256 + body.at(1)) % 31 == 0;
    }
}
