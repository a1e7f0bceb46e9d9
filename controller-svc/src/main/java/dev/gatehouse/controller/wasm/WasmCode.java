package dev.gatehouse.controller.wasm;

import java.util.Map;
import java.util.function.BiConsumer;

/** Fetches the code of Wasm extensions. */
@FunctionalInterface
public interface WasmCode {
    /** Fetches no code, for a translation without a data plane. */
    WasmCode NOBODY = (_, _) -> {};

    /**
     * Sets the requests to fetch, by their keys. Earlier requests that are absent are dropped. Returns at once.
     *
     * @param news receives the outcome of each request, on a thread of the fetcher
     */
    void want(Map<String, WasmRequest> requests, BiConsumer<WasmRequest, WasmState> news);
}
