package dev.gatehouse.seclang.regex;

import dev.gatehouse.seclang.bytes.ByteSet;
import dev.gatehouse.seclang.bytes.Bytes;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.zip.CRC32;

/**
 * Compiled patterns as bytes: the engine that wrote them, a checksum, and then each pattern with what it became. What is read is believed
 * in nothing: whatever could lead a program out of its arrays is an error.
 */
final class PreparedFile {
    private static final int MAGIC = 0x47485750;

    /** What the build wrote down of the sources that compile patterns; empty: this was not built by it. */
    private static final String ENGINE = "engine";

    private static final Regex.Flag[] FLAGS = Regex.Flag.values();

    /** Why a file is of no use. */
    static final class Unusable extends Exception {
        private static final long serialVersionUID = 1;

        Unusable(String message) {
            super(message);
        }
    }

    private PreparedFile() {}

    private static String engine() {
        try (InputStream in = PreparedFile.class.getResourceAsStream(ENGINE)) {
            return in == null ? "" : new String(in.readAllBytes(), StandardCharsets.US_ASCII).strip();
        } catch (IOException e) {
            throw new UncheckedIOException("the library's resource " + ENGINE + " cannot be read", e);
        }
    }

    private static int checksum(ByteBuffer of) {
        CRC32 sum = new CRC32();
        sum.update(of.duplicate());
        return (int) sum.getValue();
    }

    static byte[] write(List<Regex> patterns) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeUTF(engine());
            out.writeInt(patterns.size());
            for (Regex each : patterns) {
                write(each.source(), out);
                write(each.compiled(), out);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("an array cannot be written to", e);
        }
        byte[] body = bytes.toByteArray();
        return ByteBuffer.allocate(2 * Integer.BYTES + body.length)
                .putInt(MAGIC)
                .putInt(checksum(ByteBuffer.wrap(body)))
                .put(body)
                .array();
    }

    private static void write(Regex.Source source, DataOutputStream out) throws IOException {
        int flags = 0;
        for (Regex.Flag flag : source.flags()) {
            flags |= 1 << flag.ordinal();
        }
        out.writeByte(flags);
        out.writeInt(source.pattern().length());
        out.write(source.pattern().toArray());
    }

    private static void write(CompiledPattern pattern, DataOutputStream out) throws IOException {
        out.writeInt(pattern.groups());
        out.writeInt(pattern.requirement().minLength());
        write(pattern.requirement().bytes(), out);
        out.writeInt(pattern.requirement().literals().size());
        for (String literal : pattern.requirement().literals()) {
            out.writeByte(literal.length());
            out.write(literal.getBytes(StandardCharsets.ISO_8859_1));
        }
        Program program = pattern.program();
        out.writeInt(program.size());
        out.write(program.op);
        write(program.next, out);
        write(program.argument, out);
        out.writeInt(program.sets.length);
        for (ByteSet set : program.sets) {
            write(set, out);
        }
        out.writeInt(program.starts[0]);
        out.writeBoolean(program.anchored[0]);
        out.writeBoolean(program.backtracking);
        out.writeInt(program.registers);
        out.writeInt(program.widths.size());
        for (Map.Entry<Integer, int[]> width : new TreeMap<>(program.widths).entrySet()) {
            out.writeInt(width.getKey());
            write(width.getValue(), out);
        }
        out.writeInt(program.exits.size());
        for (Map.Entry<Integer, Integer> exit : new TreeMap<>(program.exits).entrySet()) {
            out.writeInt(exit.getKey());
            out.writeInt(exit.getValue());
        }
    }

    private static void write(int[] numbers, DataOutputStream out) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(numbers.length * Integer.BYTES);
        bytes.asIntBuffer().put(numbers);
        out.write(bytes.array());
    }

    private static void write(ByteSet set, DataOutputStream out) throws IOException {
        out.writeLong(set.a());
        out.writeLong(set.b());
        out.writeLong(set.c());
        out.writeLong(set.d());
    }

    static Map<Regex.Source, CompiledPattern> read(byte[] file) throws Unusable {
        ByteBuffer in = ByteBuffer.wrap(file);
        try {
            check(in.getInt() == MAGIC, "it is no file of prepared patterns");
            check(in.getInt() == checksum(in), "its checksum is another");
            byte[] engine = bytes(in, in.getShort());
            check(
                    engine.length > 0 && new String(engine, StandardCharsets.US_ASCII).equals(engine()),
                    "another version of the engine wrote it");
            int count = in.getInt();
            Map<Regex.Source, CompiledPattern> patterns = new HashMap<>();
            for (int i = 0; i < count; i++) {
                Set<Regex.Flag> flags = flags(in.get());
                Bytes pattern = Bytes.of(bytes(in, in.getInt()));
                patterns.put(new Regex.Source(pattern, flags), pattern(in));
            }
            check(!in.hasRemaining(), "there is more after the last pattern");
            return patterns;
        } catch (BufferUnderflowException e) {
            throw new Unusable("it ends too early");
        }
    }

    private static void check(boolean holds, String otherwise) throws Unusable {
        if (!holds) {
            throw new Unusable(otherwise);
        }
    }

    private static void inside(int number, int from, int to, String what) throws Unusable {
        if (number < from || number >= to) {
            throw new Unusable(what + " " + number + " (expected: " + from + " to " + (to - 1) + ")");
        }
    }

    /** What is announced has to be there before an array is made for it. */
    private static int count(ByteBuffer in, int size) throws Unusable {
        int count = in.getInt();
        inside(count, 0, in.remaining() / size + 1, "a number of entries of");
        return count;
    }

    private static byte[] bytes(ByteBuffer in, int length) throws Unusable {
        inside(length, 0, in.remaining() + 1, "a length of");
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }

    private static int[] numbers(ByteBuffer in, int count) throws Unusable {
        inside(count, 0, in.remaining() / Integer.BYTES + 1, "a number of entries of");
        int[] numbers = new int[count];
        in.asIntBuffer().get(numbers);
        in.position(in.position() + count * Integer.BYTES);
        return numbers;
    }

    private static Set<Regex.Flag> flags(int bits) throws Unusable {
        inside(bits, 0, 1 << FLAGS.length, "flags");
        Set<Regex.Flag> flags = EnumSet.noneOf(Regex.Flag.class);
        for (Regex.Flag flag : FLAGS) {
            if ((bits >> flag.ordinal() & 1) != 0) {
                flags.add(flag);
            }
        }
        return flags;
    }

    private static ByteSet set(ByteBuffer in) {
        return new ByteSet(in.getLong(), in.getLong(), in.getLong(), in.getLong());
    }

    private static CompiledPattern pattern(ByteBuffer in) throws Unusable {
        int groups = in.getInt();
        inside(groups, 0, Program.LARGEST, "a number of groups of");
        int minLength = in.getInt();
        inside(minLength, 0, Integer.MAX_VALUE, "a length of");
        ByteSet bytes = set(in);
        List<String> literals = new ArrayList<>();
        for (int rest = count(in, 1); rest > 0; rest--) {
            literals.add(new String(bytes(in, in.get()), StandardCharsets.ISO_8859_1));
        }
        return new CompiledPattern(groups, new Requirement(minLength, literals, bytes), program(in, groups));
    }

    private static Program program(ByteBuffer in, int groups) throws Unusable {
        int size = in.getInt();
        inside(size, 1, Program.LARGEST + 1, "a number of steps of");
        byte[] op = bytes(in, size);
        int[] next = numbers(in, size);
        int[] argument = numbers(in, size);
        ByteSet[] sets = new ByteSet[count(in, 4 * Long.BYTES)];
        for (int i = 0; i < sets.length; i++) {
            sets[i] = set(in);
        }
        int start = in.getInt();
        inside(start, 0, size, "a start at");
        boolean anchored = in.get() != 0;
        boolean backtracking = in.get() != 0;
        int registers = in.getInt();
        inside(registers, 0, size + 1, "a number of registers of");
        Map<Integer, int[]> widths = new HashMap<>();
        for (int rest = count(in, 4 * Integer.BYTES); rest > 0; rest--) {
            int step = in.getInt();
            int[] width = numbers(in, 3);
            inside(width[0], 0, Integer.MAX_VALUE, "a width of");
            inside(width[2], 0, registers, "register");
            widths.put(step, width);
        }
        Map<Integer, Integer> exits = new HashMap<>();
        for (int rest = count(in, 2 * Integer.BYTES); rest > 0; rest--) {
            int step = in.getInt();
            int exit = in.getInt();
            inside(exit, 0, size, "an exit to");
            exits.put(step, exit);
        }
        Program program = new Program(
                op, next, argument, sets, start, anchored, groups, registers, widths, exits, backtracking);
        for (int step = 0; step < size; step++) {
            check(program, step);
        }
        return program;
    }

    private static void check(Program program, int step) throws Unusable {
        int size = program.size();
        int argument = program.argument[step];
        byte op = program.op[step];
        inside(program.next[step], 0, size, "a step to");
        if (op > Program.MATCH && !program.backtracking) {
            throw new Unusable("operation " + op + " in the program of an automaton");
        }
        switch (op) {
            case Program.TAKE -> inside(argument, 0, program.sets.length, "set");
            case Program.SPLIT, Program.ATOMIC, Program.LOOK_AHEAD, Program.NOT_AHEAD ->
                inside(argument, 0, size, "a step to");
            case Program.ASSERT -> {
                inside(argument, 0, Assertion.COUNT, "assertion");
                if (!program.backtracking && program.assertion(step) == Assertion.END_TEXT_OR_LAST_NEWLINE) {
                    throw new Unusable("an assertion that no automaton tells");
                }
            }
            case Program.SAVE -> inside(argument, 0, program.slots, "slot");
            case Program.MATCH -> inside(argument, 0, 1, "pattern");
            case Program.REFERENCE, Program.REFERENCE_IGNORING_CASE ->
                inside(argument, 1, program.slots / 2, "a reference to group");
            case Program.LOOK_BEHIND, Program.NOT_BEHIND -> {
                inside(argument, 0, size, "a step to");
                if (!program.widths.containsKey(step)) {
                    throw new Unusable("a look-behind without a width");
                }
            }
            case Program.END_HERE, Program.LOOP_MARK, Program.LOOP_CHECK ->
                inside(argument, 0, program.registers, "register");
            case Program.END -> {}
            default -> throw new Unusable("operation " + op);
        }
    }
}
