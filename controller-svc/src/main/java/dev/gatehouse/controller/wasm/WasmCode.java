package dev.gatehouse.controller.wasm;

import java.util.Map;
import java.util.function.BiConsumer;

/** Who fetches code. */
@FunctionalInterface
public interface WasmCode {
    /** Nobody: for a translation without a data plane. */
    WasmCode NOBODY = (_, _) -> {};

    /**
     * Has all of {@code requests} fetched, by their keys, and nothing else any more; returns at once.
     *
     * @param news gets what came of each, on a thread of the fetcher's
     */
    void want(Map<String, WasmRequest> requests, BiConsumer<WasmRequest, WasmState> news);
}
