package dev.gatehouse.gatewayapi.extension;

import dev.gatehouse.gatewayapi.yaml.Fields;
import java.util.List;

/**
 * The extensions of an EnvoyExtensionPolicy. Requests pass first the scripts, then the processors, the Wasm extensions,
 * and the dynamic modules, each list in its order.
 */
public record ExtensionSettings(
        List<ExtProc> processors, List<Lua> scripts, List<Wasm> wasms, List<DynamicModule> modules) {
    /** No extension. */
    public static final ExtensionSettings NONE = new ExtensionSettings(List.of(), List.of(), List.of(), List.of());

    public ExtensionSettings {
        processors = List.copyOf(processors);
        scripts = List.copyOf(scripts);
        wasms = List.copyOf(wasms);
        modules = List.copyOf(modules);
    }

    /** Whether there is an extension that must not be left out. */
    public boolean closes() {
        return !scripts.isEmpty()
                || !modules.isEmpty()
                || processors.stream().anyMatch(each -> !each.failOpen())
                || wasms.stream().anyMatch(each -> !each.failOpen());
    }

    /** Reads the extensions of a policy's {@code spec}. */
    public static ExtensionSettings read(Fields spec) {
        return new ExtensionSettings(
                spec.list("extProc", ExtProc::read),
                spec.list("lua", Lua::read),
                spec.list("wasm", Wasm::read),
                spec.list("dynamicModule", DynamicModule::read));
    }
}
