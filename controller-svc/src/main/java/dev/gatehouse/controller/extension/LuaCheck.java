package dev.gatehouse.controller.extension;

import dev.gatehouse.gatewayapi.extension.LuaValidation;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Checks a Lua script without running it. Envoy Gateway runs scripts in its controller to check them strictly. This
 * class parses the script instead, and derives from its global names whether it can reach resources outside of Envoy.
 */
final class LuaCheck {
    /** The functions that Envoy calls. */
    private static final Set<String> ENTRIES = Set.of("envoy_on_request", "envoy_on_response");

    /** Global names by which a script reaches files, processes, libraries, or code that no check has seen. */
    private static final Set<String> REACHING_OUT = Set.of(
            "io",
            "package",
            "debug",
            "ffi",
            "jit",
            "require",
            "module",
            "dofile",
            "loadfile",
            "load",
            "loadstring",
            "getfenv",
            "setfenv",
            "collectgarbage",
            "newproxy",
            "_G");

    /** The functions of the library {@code os} that reach nothing outside of the script. */
    private static final Set<String> HARMLESS_OF_OS = Set.of("clock", "date", "difftime", "time");

    private LuaCheck() {}

    /**
     * The problems of a script; empty: no problem.
     *
     * @param syntax why Envoy cannot load the script, or would call none of its functions
     * @param reach how the script reaches resources outside of Envoy
     */
    record Findings(Optional<String> syntax, Optional<String> reach) {
        static final Findings NONE = new Findings(Optional.empty(), Optional.empty());

        /** The problem that counts under {@code validation}. */
        Optional<String> problem(LuaValidation validation) {
            return switch (validation) {
                case Strict -> syntax.or(() -> reach);
                case InsecureSyntax -> syntax;
                case Disabled -> Optional.empty();
            };
        }
    }

    /** Checks {@code code}. */
    static Findings of(String code) {
        LuaSyntax.Result result = LuaSyntax.read(code);
        if (result.problem().isPresent()) {
            return new Findings(result.problem(), Optional.empty());
        }
        if (ENTRIES.stream().noneMatch(result.assigned()::contains)) {
            return new Findings(
                    Optional.of("defines neither envoy_on_request nor envoy_on_response (expected: a global function of"
                            + " one of these names)"),
                    Optional.empty());
        }
        String reaching = Stream.concat(
                        result.globals().stream().filter(REACHING_OUT::contains),
                        result.ofOs().stream()
                                .filter(name -> !HARMLESS_OF_OS.contains(name))
                                .map(name -> name.isEmpty() ? "os" : "os." + name))
                .sorted()
                .collect(Collectors.joining(", "));
        return new Findings(
                Optional.empty(),
                reaching.isEmpty()
                        ? Optional.empty()
                        : Optional.of("uses " + reaching + ", which reaches out of Envoy (expected: none of it, or an"
                                + " EnvoyProxy with luaValidation InsecureSyntax)"));
    }
}
