package dev.gatehouse.authz.seal;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;

/** The fields of a record one after the other, each with its length: compact, and read only by the code that wrote it. */
public final class Fields {
    private Fields() {}

    /** Writes fields. */
    public static final class Writer {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final DataOutputStream out = new DataOutputStream(bytes);

        public Writer number(long value) {
            return write(() -> out.writeLong(value));
        }

        /** @param value 0 to 255 */
        public Writer small(int value) {
            return write(() -> out.writeByte(value));
        }

        public Writer bytes(byte[] value) {
            return write(() -> {
                if (value.length < 0xff) {
                    out.writeByte(value.length);
                } else {
                    out.writeByte(0xff);
                    out.writeInt(value.length);
                }
                out.write(value);
            });
        }

        public Writer text(String value) {
            return bytes(value.getBytes(StandardCharsets.UTF_8));
        }

        public Writer text(Optional<String> value) {
            small(value.isPresent() ? 1 : 0);
            return value.isPresent() ? text(value.get()) : this;
        }

        /** To the second. */
        public Writer time(Instant value) {
            return number(value.getEpochSecond());
        }

        public Writer time(Optional<Instant> value) {
            small(value.isPresent() ? 1 : 0);
            return value.isPresent() ? time(value.get()) : this;
        }

        public byte[] done() {
            return bytes.toByteArray();
        }

        private Writer write(Step step) {
            try {
                step.run();
                return this;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private interface Step {
            void run() throws IOException;
        }
    }

    /** Reads fields in the order in which they were written. Throws {@link IOException} where there are none. */
    public static final class Reader {
        private final DataInputStream in;

        public Reader(byte[] bytes) {
            in = new DataInputStream(new ByteArrayInputStream(bytes));
        }

        /** Whether all fields have been read. A later release may have written more of them. */
        public boolean isAtEnd() throws IOException {
            return in.available() == 0;
        }

        public long number() throws IOException {
            return in.readLong();
        }

        public int small() throws IOException {
            return in.readUnsignedByte();
        }

        public byte[] bytes() throws IOException {
            int length = in.readUnsignedByte();
            if (length == 0xff) {
                length = in.readInt();
            }
            if (length < 0 || length > in.available()) {
                throw new IOException("a field of " + length + " bytes (expected: at most " + in.available() + ")");
            }
            return in.readNBytes(length);
        }

        public String text() throws IOException {
            return new String(bytes(), StandardCharsets.UTF_8);
        }

        public Optional<String> optionalText() throws IOException {
            return small() == 0 ? Optional.empty() : Optional.of(text());
        }

        public Instant time() throws IOException {
            return Instant.ofEpochSecond(number());
        }

        public Optional<Instant> optionalTime() throws IOException {
            return small() == 0 ? Optional.empty() : Optional.of(time());
        }
    }
}
