package dev.gatehouse.standalone.wasm;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Assembles a module of WebAssembly 1.0 with the bulk memory operations, as far as tests need it: all parameters and results are {@code i32},
 * a function has no locals of its own, and there is one memory. Functions are imported before any is defined.
 */
final class WasmAssembler {
    private static final byte[] HEADER = {0, 'a', 's', 'm', 1, 0, 0, 0};
    private static final int TYPE = 1;
    private static final int IMPORT = 2;
    private static final int FUNCTION = 3;
    private static final int MEMORY = 5;
    private static final int GLOBAL = 6;
    private static final int EXPORT = 7;
    private static final int CODE = 10;
    private static final int DATA = 11;
    private static final byte I32 = 0x7f;
    private static final byte FUNC = 0x60;
    private static final byte END = 0x0b;
    private static final byte CONST = 0x41;
    private static final int SEVEN_BITS = 0x7f;
    private static final int MORE = 0x80;
    private static final int SIGN = 0x40;
    private static final int PAGES = 64;

    /** A global variable. */
    record Variable(int index) {}

    /** A function that can be called. */
    record Function(int index) {}

    /** A text in the memory. */
    record Text(int address, int length) {}

    private final List<byte[]> types = new ArrayList<>();
    private final List<byte[]> imports = new ArrayList<>();
    private final List<byte[]> functions = new ArrayList<>();
    private final List<byte[]> globals = new ArrayList<>();
    private final List<byte[]> exports = new ArrayList<>();
    private final List<byte[]> bodies = new ArrayList<>();
    private final List<byte[]> data = new ArrayList<>();
    private int free;

    /** @param start the address of the first text */
    WasmAssembler(int start) {
        free = start;
        exports.add(bytes(name("memory"), new byte[] {2, 0}));
    }

    /** A function of the host. */
    Function imported(String module, String name, int parameters) {
        imports.add(bytes(name(module), name(name), new byte[] {0}, number(type(parameters, 1))));
        return new Function(imports.size() - 1);
    }

    /** Defines a function, which has the name {@code export} for the host; empty: the host does not see the function. */
    Function function(String export, int parameters, int results, byte[]... instructions) {
        functions.add(number(type(parameters, results)));
        byte[] code = bytes(new byte[] {0}, bytes(instructions), new byte[] {END});
        bodies.add(bytes(number(code.length), code));
        Function function = new Function(imports.size() + functions.size() - 1);
        if (!export.isEmpty()) {
            exports.add(bytes(name(export), new byte[] {0}, number(function.index())));
        }
        return function;
    }

    Variable variable(int value) {
        globals.add(bytes(new byte[] {I32, 1}, constant(value), new byte[] {END}));
        return new Variable(globals.size() - 1);
    }

    Text text(String content) {
        byte[] encoded = content.getBytes(StandardCharsets.UTF_8);
        data.add(bytes(new byte[] {0}, constant(free), new byte[] {END}, number(encoded.length), encoded));
        Text text = new Text(free, encoded.length);
        free += encoded.length;
        return text;
    }

    byte[] module() {
        return bytes(
                HEADER,
                section(TYPE, types),
                section(IMPORT, imports),
                section(FUNCTION, functions),
                section(MEMORY, List.of(bytes(new byte[] {0}, number(PAGES)))),
                section(GLOBAL, globals),
                section(EXPORT, exports),
                section(CODE, bodies),
                section(DATA, data));
    }

    static byte[] constant(int value) {
        ByteArrayOutputStream signed = new ByteArrayOutputStream();
        signed.write(CONST);
        int rest = value;
        while (true) {
            int low = rest & SEVEN_BITS;
            rest >>= 7;
            if (rest == 0 && (low & SIGN) == 0 || rest == -1 && (low & SIGN) != 0) {
                signed.write(low);
                return signed.toByteArray();
            }
            signed.write(low | MORE);
        }
    }

    static byte[] parameter(int index) {
        return bytes(new byte[] {0x20}, number(index));
    }

    static byte[] get(Variable variable) {
        return bytes(new byte[] {0x23}, number(variable.index()));
    }

    /** Takes a value off the stack. */
    static byte[] set(Variable variable) {
        return bytes(new byte[] {0x24}, number(variable.index()));
    }

    /** The number at a constant address. */
    static byte[] load(int address) {
        return bytes(constant(address), new byte[] {0x28, 2, 0});
    }

    static byte[] store(int address, int value) {
        return bytes(constant(address), constant(value), new byte[] {0x36, 2, 0});
    }

    static byte[] call(Function function) {
        return bytes(new byte[] {0x10}, number(function.index()));
    }

    static byte[] add() {
        return new byte[] {0x6a};
    }

    static byte[] drop() {
        return new byte[] {0x1a};
    }

    /** Takes a destination, a source and a length off the stack. */
    static byte[] copy() {
        return new byte[] {(byte) 0xfc, 10, 0, 0};
    }

    static byte[] bytes(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    private int type(int parameters, int results) {
        byte[] type = bytes(new byte[] {FUNC}, values(parameters), values(results));
        for (int i = 0; i < types.size(); i++) {
            if (Arrays.equals(types.get(i), type)) {
                return i;
            }
        }
        types.add(type);
        return types.size() - 1;
    }

    private static byte[] values(int count) {
        byte[] values = new byte[count];
        Arrays.fill(values, I32);
        return bytes(number(count), values);
    }

    private static byte[] section(int id, List<byte[]> entries) {
        byte[] content = bytes(number(entries.size()), bytes(entries.toArray(byte[][]::new)));
        return bytes(new byte[] {(byte) id}, number(content.length), content);
    }

    private static byte[] name(String text) {
        byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
        return bytes(number(encoded.length), encoded);
    }

    /** An unsigned number in LEB128. */
    private static byte[] number(int value) {
        ByteArrayOutputStream unsigned = new ByteArrayOutputStream();
        int rest = value;
        while (rest > SEVEN_BITS) {
            unsigned.write(rest & SEVEN_BITS | MORE);
            rest >>>= 7;
        }
        unsigned.write(rest);
        return unsigned.toByteArray();
    }
}
