package dev.gatehouse.controller.wasm;

/** What came of a {@link WasmRequest}. */
public sealed interface WasmState {
    /**
     * The code is in the folder.
     *
     * @param sha256 of the code, by which proxies fetch it, and check it
     */
    record Ready(String sha256) implements WasmState {}

    /** The code could not be had; it is tried again. */
    record Failed(String message) implements WasmState {}
}
