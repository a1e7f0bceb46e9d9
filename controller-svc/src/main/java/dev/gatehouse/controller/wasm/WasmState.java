package dev.gatehouse.controller.wasm;

/** The outcome of a {@link WasmRequest}. */
public sealed interface WasmState {
    /**
     * The code is in the folder.
     *
     * @param sha256 the SHA-256 of the code, by which proxies fetch and verify it
     */
    record Ready(String sha256) implements WasmState {}

    /** The code could not be fetched; the fetcher tries again. */
    record Failed(String message) implements WasmState {}
}
