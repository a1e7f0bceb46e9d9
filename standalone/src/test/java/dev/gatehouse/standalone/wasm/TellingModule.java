package dev.gatehouse.standalone.wasm;

import static dev.gatehouse.standalone.wasm.WasmAssembler.add;
import static dev.gatehouse.standalone.wasm.WasmAssembler.bytes;
import static dev.gatehouse.standalone.wasm.WasmAssembler.call;
import static dev.gatehouse.standalone.wasm.WasmAssembler.constant;
import static dev.gatehouse.standalone.wasm.WasmAssembler.copy;
import static dev.gatehouse.standalone.wasm.WasmAssembler.drop;
import static dev.gatehouse.standalone.wasm.WasmAssembler.get;
import static dev.gatehouse.standalone.wasm.WasmAssembler.load;
import static dev.gatehouse.standalone.wasm.WasmAssembler.parameter;
import static dev.gatehouse.standalone.wasm.WasmAssembler.set;
import static dev.gatehouse.standalone.wasm.WasmAssembler.store;

import dev.gatehouse.standalone.wasm.WasmAssembler.Function;
import dev.gatehouse.standalone.wasm.WasmAssembler.Text;
import dev.gatehouse.standalone.wasm.WasmAssembler.Variable;

/**
 * A Wasm extension (proxy-wasm 0.2.1) that answers each request with what the proxy gave it: lines with its version, its name, the id of its
 * root context, its configuration, and its environment, whose variables end with NUL.
 */
public final class TellingModule {
    /** {@code MapType} and {@code BufferType} of proxy-wasm's ABI. */
    private static final int PLUGIN_CONFIGURATION = 7;

    private static final int PAUSE = 1;
    private static final int OK = 200;

    // Where functions of the host put what they return.
    private static final int POINTER = 16;
    private static final int SIZE = 20;
    private static final int CONFIGURATION = 24;
    private static final int CONFIGURATION_SIZE = 28;

    private static final int TEXTS = 1024;
    private static final int ANSWER = 0x10000;
    private static final int VARIABLES = 0x20000;
    private static final int ENVIRONMENT = 0x21000;
    private static final int HEAP = 0x40000;

    private final WasmAssembler assembler = new WasmAssembler(TEXTS);
    private final Function sendResponse = assembler.imported("env", "proxy_send_local_response", 8);
    private final Function property = assembler.imported("env", "proxy_get_property", 4);
    private final Function buffer = assembler.imported("env", "proxy_get_buffer_bytes", 5);
    private final Function environmentSizes = assembler.imported("wasi_snapshot_preview1", "environ_sizes_get", 2);
    private final Function environment = assembler.imported("wasi_snapshot_preview1", "environ_get", 2);
    private final Variable heap = assembler.variable(HEAP);
    private final Variable end = assembler.variable(ANSWER);

    /** Takes an address and a length, and adds what is there to the answer. */
    private final Function append = assembler.function(
            "", 2, 0, get(end), parameter(0), parameter(1), copy(), get(end), parameter(1), add(), set(end));

    private TellingModule() {}

    /** @param version what its first line says, so that two versions are two modules */
    public static byte[] of(String version) {
        return new TellingModule().assemble(version);
    }

    private byte[] assemble(String version) {
        assembler.function("proxy_abi_version_0_2_1", 0, 0);
        // Memory is never freed: a test sends few requests.
        assembler.function("proxy_on_memory_allocate", 1, 1, get(heap), get(heap), parameter(0), add(), set(heap));
        assembler.function("proxy_on_context_create", 2, 0);
        assembler.function(
                "proxy_on_configure",
                2,
                1,
                constant(PLUGIN_CONFIGURATION),
                constant(0),
                parameter(1),
                constant(CONFIGURATION),
                constant(CONFIGURATION_SIZE),
                call(buffer),
                drop(),
                constant(1));
        Text details = assembler.text("telling");
        assembler.function(
                "proxy_on_request_headers",
                3,
                1,
                constant(ANSWER),
                set(end),
                line("version=" + version),
                told("plugin_name", "name="),
                told("plugin_root_id", "root="),
                line("config="),
                load(CONFIGURATION),
                load(CONFIGURATION_SIZE),
                call(append),
                line("environment="),
                constant(POINTER),
                constant(SIZE),
                call(environmentSizes),
                drop(),
                constant(VARIABLES),
                constant(ENVIRONMENT),
                call(environment),
                drop(),
                constant(ENVIRONMENT),
                load(SIZE),
                call(append),
                constant(OK),
                constant(details.address()),
                constant(details.length()),
                constant(ANSWER),
                get(end),
                constant(-ANSWER),
                add(),
                constant(0),
                constant(0),
                constant(-1),
                call(sendResponse),
                drop(),
                constant(PAUSE));
        return assembler.module();
    }

    private byte[] line(String text) {
        Text line = assembler.text("\n" + text);
        return bytes(constant(line.address()), constant(line.length()), call(append));
    }

    private byte[] told(String name, String text) {
        Text path = assembler.text(name);
        return bytes(
                line(text),
                store(SIZE, 0),
                constant(path.address()),
                constant(path.length()),
                constant(POINTER),
                constant(SIZE),
                call(property),
                drop(),
                load(POINTER),
                load(SIZE),
                call(append));
    }
}
