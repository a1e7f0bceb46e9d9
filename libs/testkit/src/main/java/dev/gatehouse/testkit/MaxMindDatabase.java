package dev.gatehouse.testkit;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes small databases in MaxMind's format 2.0 (https://maxmind.github.io/MaxMind-DB/): a binary tree of address bits, the values that its leaves
 * point to, and a description. Not thread-safe.
 */
public final class MaxMindDatabase {
    private static final int TEXT = 2;
    private static final int UINT16 = 5;
    private static final int UINT32 = 6;
    private static final int MAP = 7;
    private static final int UINT64 = 9;
    private static final int ARRAY = 11;
    private static final int BOOLEAN = 14;

    /** Sizes from this one on take a byte more. */
    private static final int LONG = 29;

    /** An IPv4 address is behind as many zeros. */
    private static final int IPV4_PREFIX = 96;

    private static final class Node {
        private final @Nullable Node[] nodes = new Node[2];
        private final int[] values = {-1, -1};
    }

    private final String type;
    private final List<Node> nodes = new ArrayList<>(List.of(new Node()));
    private final ByteArrayOutputStream values = new ByteArrayOutputStream();

    /** @param type the database type, by which readers interpret the values, such as "GeoLite2-City" */
    public MaxMindDatabase(String type) {
        this.type = type;
    }

    /**
     * Adds the value of an IPv4 network. Networks must not overlap.
     *
     * @param value of texts, numbers, booleans, lists and maps
     */
    public MaxMindDatabase with(String network, Map<String, ?> value) {
        String[] parts = network.split("/");
        byte[] address = InetAddress.ofLiteral(parts[0]).getAddress();
        int length = IPV4_PREFIX + Integer.parseInt(parts[1]);
        Node node = nodes.getFirst();
        for (int i = 0; i < length - 1; i++) {
            int bit = bit(address, i);
            Node next = node.nodes[bit];
            if (next == null) {
                next = new Node();
                nodes.add(next);
                node.nodes[bit] = next;
            }
            node = next;
        }
        node.values[bit(address, length - 1)] = values.size();
        values.writeBytes(encoded(value));
        return this;
    }

    private static int bit(byte[] address, int index) {
        int at = index - IPV4_PREFIX;
        return at < 0 ? 0 : address[at / 8] >> (7 - at % 8) & 1;
    }

    /** Writes the database into a file. */
    public void write(Path file) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (Node node : nodes) {
            for (int side = 0; side < 2; side++) {
                int record = node.nodes[side] != null
                        ? nodes.indexOf(node.nodes[side])
                        : node.values[side] < 0 ? nodes.size() : nodes.size() + 16 + node.values[side];
                out.writeBytes(new byte[] {(byte) (record >> 16), (byte) (record >> 8), (byte) record});
            }
        }
        out.writeBytes(new byte[16]);
        out.writeBytes(values.toByteArray());
        out.writeBytes("\u00ab\u00cd\u00efMaxMind.com".getBytes(StandardCharsets.ISO_8859_1));
        out.writeBytes(control(MAP, 9));
        entry(out, "node_count", number(UINT32, nodes.size()));
        entry(out, "record_size", number(UINT16, 24));
        entry(out, "ip_version", number(UINT16, 6));
        entry(out, "database_type", encoded(type));
        entry(out, "languages", encoded(List.of("en")));
        entry(out, "binary_format_major_version", number(UINT16, 2));
        entry(out, "binary_format_minor_version", number(UINT16, 0));
        entry(out, "build_epoch", number(UINT64, 1_700_000_000));
        entry(out, "description", encoded(Map.of("en", "test")));
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.write(file, out.toByteArray());
    }

    private static void entry(ByteArrayOutputStream out, String key, byte[] value) {
        out.writeBytes(encoded(key));
        out.writeBytes(value);
    }

    private static byte[] encoded(Object value) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        switch (value) {
            case String text -> {
                byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
                out.writeBytes(control(TEXT, bytes.length));
                out.writeBytes(bytes);
            }
            case Boolean flag -> out.writeBytes(control(BOOLEAN, flag ? 1 : 0));
            case Integer number -> out.writeBytes(number(UINT32, number));
            case List<?> list -> {
                out.writeBytes(control(ARRAY, list.size()));
                list.forEach(each -> out.writeBytes(encoded(each)));
            }
            case Map<?, ?> map -> {
                out.writeBytes(control(MAP, map.size()));
                map.forEach((key, each) -> entry(out, key.toString(), encoded(each)));
            }
            default -> throw new IllegalArgumentException(value + " (expected: text, number, boolean, list or map)");
        }
        return out.toByteArray();
    }

    private static byte[] number(int type, int value) {
        int bytes = (Integer.SIZE - Integer.numberOfLeadingZeros(value) + 7) / 8;
        byte[] encoded = Arrays.copyOf(control(type, bytes), control(type, bytes).length + bytes);
        for (int i = 0; i < bytes; i++) {
            encoded[encoded.length - 1 - i] = (byte) (value >> 8 * i);
        }
        return encoded;
    }

    private static byte[] control(int type, int size) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int small = Math.min(size, LONG);
        out.write(type <= MAP ? type << 5 | small : small);
        if (type > MAP) {
            out.write(type - MAP);
        }
        if (small == LONG) {
            out.write(size - LONG);
        }
        return out.toByteArray();
    }
}
