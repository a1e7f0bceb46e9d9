package dev.gatehouse.seclang.regex;

import dev.gatehouse.seclang.bytes.ByteSet;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32;

/**
 * The file format of compiled patterns: a checksum, a block of numbers, and a block of bytes. The blocks contain the id
 * of the engine that wrote them, and each pattern with its compiled form. A new JVM reads the file before any method is
 * compiled, so reading mainly copies arrays. The content is not trusted: every index that could lead a program out of
 * its arrays is an error.
 */
final class PreparedFile {
    private static final int MAGIC = 0x47485750;

    private static final int HEAD = 3 * Integer.BYTES;

    /**
     * The resource with a digest of the sources that compile patterns, which the build writes; empty: this class was
     * not built by the build.
     */
    private static final String ENGINE = "engine";

    /** The file cannot be used. */
    static final class Unusable extends Exception {
        private static final long serialVersionUID = 1;

        Unusable(String message) {
            super(message);
        }
    }

    /** A pattern, the bits of its flags, and its compiled form. */
    record Entry(byte[] pattern, int flags, CompiledPattern compiled) {}

    private PreparedFile() {}

    /** The id of this engine. */
    static String engine() {
        try (InputStream in = PreparedFile.class.getResourceAsStream(ENGINE)) {
            return in == null ? "" : new String(in.readAllBytes(), StandardCharsets.US_ASCII).strip();
        } catch (IOException e) {
            throw new UncheckedIOException("the library's resource " + ENGINE + " cannot be read", e);
        }
    }

    static int checksum(byte[] bytes, int from) {
        CRC32 sum = new CRC32();
        sum.update(bytes, from, bytes.length - from);
        return (int) sum.getValue();
    }

    static byte[] write(List<Entry> entries, String engine) {
        Writer out = new Writer();
        out.text(engine.getBytes(StandardCharsets.US_ASCII));
        Map<ByteSet, Integer> sets = new LinkedHashMap<>();
        for (Entry entry : entries) {
            sets.putIfAbsent(entry.compiled.requirement().bytes(), sets.size());
            for (ByteSet set : entry.compiled.program().sets) {
                sets.putIfAbsent(set, sets.size());
            }
        }
        out.number(sets.size());
        for (ByteSet set : sets.keySet()) {
            for (long word : new long[] {set.a(), set.b(), set.c(), set.d()}) {
                out.number((int) (word >>> Integer.SIZE));
                out.number((int) word);
            }
        }
        out.number(entries.size());
        for (Entry entry : entries) {
            out.number(entry.flags);
            out.text(entry.pattern);
            out.number(entry.compiled.groups());
            write(entry.compiled.requirement(), sets, out);
            write(entry.compiled.program(), sets, out);
        }
        return out.file();
    }

    private static void write(Requirement requirement, Map<ByteSet, Integer> sets, Writer out) {
        out.number(requirement.minLength());
        out.number(sets.getOrDefault(requirement.bytes(), 0));
        out.number(requirement.literals().size());
        for (String literal : requirement.literals()) {
            out.text(literal.getBytes(StandardCharsets.ISO_8859_1));
        }
    }

    private static void write(Program program, Map<ByteSet, Integer> sets, Writer out) {
        out.text(program.op);
        out.numbers(program.next);
        out.numbers(program.argument);
        out.number(program.sets.length);
        for (ByteSet set : program.sets) {
            out.number(sets.getOrDefault(set, 0));
        }
        out.number(program.starts[0]);
        out.number(program.anchored[0] ? 1 : 0);
        out.number(program.backtracking ? 1 : 0);
        out.number(program.registers);
        out.number(program.widths.size());
        new TreeMap<>(program.widths).forEach((step, width) -> {
            out.number(step);
            out.numbers(width);
        });
        out.number(program.exits.size());
        new TreeMap<>(program.exits).forEach((step, exit) -> {
            out.number(step);
            out.number(exit);
        });
    }

    private static final class Writer {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private int[] numbers = new int[1024];
        private int size;

        void number(int number) {
            if (size == numbers.length) {
                numbers = Arrays.copyOf(numbers, size * 2);
            }
            numbers[size++] = number;
        }

        /** Writes numbers without their count, which the reader must know. */
        void numbers(int[] all) {
            for (int each : all) {
                number(each);
            }
        }

        void text(byte[] text) {
            number(text.length);
            bytes.writeBytes(text);
        }

        byte[] file() {
            ByteBuffer file = ByteBuffer.allocate(HEAD + size * Integer.BYTES + bytes.size());
            file.position(2 * Integer.BYTES).putInt(size);
            file.asIntBuffer().put(numbers, 0, size);
            file.position(HEAD + size * Integer.BYTES).put(bytes.toByteArray());
            return file.putInt(0, MAGIC)
                    .putInt(Integer.BYTES, checksum(file.array(), 2 * Integer.BYTES))
                    .array();
        }
    }

    /** @param engine the id of the engine that must have written the file */
    static List<Entry> read(byte[] file, String engine) throws Unusable {
        Reader in = new Reader(file);
        String wroteIt = new String(in.text(), StandardCharsets.US_ASCII);
        if (engine.isEmpty() || !wroteIt.equals(engine)) {
            throw new Unusable("engine \"" + wroteIt + "\" wrote it (expected: \"" + engine + "\")");
        }
        ByteSet[] sets = new ByteSet[in.count(8)];
        for (int i = 0; i < sets.length; i++) {
            sets[i] = new ByteSet(in.word(), in.word(), in.word(), in.word());
        }
        int count = in.count(1);
        List<Entry> entries = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            int flags = in.number();
            byte[] pattern = in.text();
            int groups = in.number(0, Program.LARGEST);
            Requirement requirement = requirement(in, sets);
            entries.add(new Entry(pattern, flags, new CompiledPattern(groups, requirement, program(in, sets, groups))));
        }
        in.end();
        return entries;
    }

    private static Requirement requirement(Reader in, ByteSet[] sets) throws Unusable {
        int minLength = in.number(0, Integer.MAX_VALUE);
        ByteSet bytes = sets[in.number(0, sets.length)];
        List<String> literals = new ArrayList<>();
        for (int rest = in.count(1); rest > 0; rest--) {
            literals.add(new String(in.text(), StandardCharsets.ISO_8859_1));
        }
        return new Requirement(minLength, literals, bytes);
    }

    private static Program program(Reader in, ByteSet[] all, int groups) throws Unusable {
        byte[] op = in.text();
        int size = op.length;
        int[] next = in.numbers(size);
        int[] argument = in.numbers(size);
        ByteSet[] sets = new ByteSet[in.count(1)];
        for (int i = 0; i < sets.length; i++) {
            sets[i] = all[in.number(0, all.length)];
        }
        int start = in.number(0, size);
        boolean anchored = in.number(0, 2) == 1;
        boolean backtracking = in.number(0, 2) == 1;
        int registers = in.number(0, size + 1);
        Map<Integer, int[]> widths = new HashMap<>();
        for (int rest = in.count(4); rest > 0; rest--) {
            widths.put(in.number(), new int[] {
                in.number(0, Integer.MAX_VALUE), in.number(0, Integer.MAX_VALUE), in.number(0, registers)
            });
        }
        Map<Integer, Integer> exits = new HashMap<>();
        for (int rest = in.count(2); rest > 0; rest--) {
            exits.put(in.number(), in.number(0, size));
        }
        Program program =
                new Program(op, next, argument, sets, start, anchored, groups, registers, widths, exits, backtracking);
        check(program);
        return program;
    }

    private static void check(Program program) throws Unusable {
        int[] bounds = bounds(program);
        int size = program.size();
        for (int step = 0; step < size; step++) {
            int op = program.op[step];
            int next = program.next[step];
            int argument = program.argument[step];
            if (op < 0
                    || op >= bounds.length
                    || next < 0
                    || next >= size
                    || argument < 0
                    || argument >= bounds[op]
                    || ((op == Program.LOOK_BEHIND || op == Program.NOT_BEHIND) && !program.widths.containsKey(step))) {
                throw new Unusable("step " + step + " of a program: operation " + op + " with " + argument + ", then "
                        + next + " (expected: steps to " + size + ")");
            }
        }
    }

    /** The exclusive upper bound of each operation's argument; 0: the program must not contain the operation. */
    private static int[] bounds(Program program) {
        int[] bounds = new int[Program.OPERATIONS];
        bounds[Program.TAKE] = program.sets.length;
        bounds[Program.SPLIT] = program.size();
        bounds[Program.ASSERT] = program.backtracking ? Assertion.COUNT : Assertion.OF_TWO_BYTES;
        bounds[Program.SAVE] = program.slots;
        bounds[Program.MATCH] = 1;
        if (program.backtracking) {
            bounds[Program.REFERENCE] = program.slots / 2;
            bounds[Program.REFERENCE_IGNORING_CASE] = program.slots / 2;
            bounds[Program.ATOMIC] = program.size();
            bounds[Program.LOOK_AHEAD] = program.size();
            bounds[Program.NOT_AHEAD] = program.size();
            bounds[Program.LOOK_BEHIND] = program.size();
            bounds[Program.NOT_BEHIND] = program.size();
            bounds[Program.END] = 1;
            bounds[Program.END_HERE] = program.registers;
            bounds[Program.LOOP_MARK] = program.registers;
            bounds[Program.LOOP_CHECK] = program.registers;
        }
        return bounds;
    }

    private static final class Reader {
        private final byte[] file;
        private final int[] numbers;
        private int at;
        private int byteAt;

        Reader(byte[] file) throws Unusable {
            this.file = file;
            ByteBuffer head = ByteBuffer.wrap(file);
            if (file.length < HEAD || head.getInt() != MAGIC) {
                throw new Unusable("it is no file of prepared patterns");
            }
            if (head.getInt() != checksum(file, 2 * Integer.BYTES)) {
                throw new Unusable("its checksum is another");
            }
            int count = head.getInt();
            if (count < 0 || count > head.remaining() / Integer.BYTES) {
                throw new Unusable("it ends before its " + count + " numbers");
            }
            numbers = new int[count];
            head.asIntBuffer().get(numbers);
            byteAt = HEAD + count * Integer.BYTES;
        }

        int number() throws Unusable {
            if (at == numbers.length) {
                throw new Unusable("a number is missing");
            }
            return numbers[at++];
        }

        /** Reads a number from {@code low} inclusive to {@code end} exclusive. */
        int number(int low, int end) throws Unusable {
            int number = number();
            if (number < low || number >= end) {
                throw new Unusable("number " + number + " (expected: " + low + " to " + (end - 1) + ")");
            }
            return number;
        }

        /** Reads the count of items that take {@code each} numbers. */
        int count(int each) throws Unusable {
            return number(0, (numbers.length - at) / each + 1);
        }

        int[] numbers(int count) throws Unusable {
            if (count > numbers.length - at) {
                throw new Unusable("numbers are missing");
            }
            at += count;
            return Arrays.copyOfRange(numbers, at - count, at);
        }

        long word() throws Unusable {
            return (long) number() << Integer.SIZE | number() & 0xffff_ffffL;
        }

        byte[] text() throws Unusable {
            int length = number(0, file.length - byteAt + 1);
            byteAt += length;
            return Arrays.copyOfRange(file, byteAt - length, byteAt);
        }

        void end() throws Unusable {
            if (at < numbers.length || byteAt < file.length) {
                throw new Unusable("there is more after the last pattern");
            }
        }
    }
}
