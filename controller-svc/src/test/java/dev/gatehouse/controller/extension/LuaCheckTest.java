package dev.gatehouse.controller.extension;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.gatewayapi.extension.LuaValidation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LuaCheckTest {
    private static final String ENTRY = "\nfunction envoy_on_request(handle) end";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "#!/usr/bin/lua\nlocal x = 1",
                "local a, b = 0x1F, 0x.8p1, 1e-3, .5, 3., 12LL, 0xffULL, 2i",
                "local s = 'a\\n\\065\\x41\\u{48}\\z  \n b\\\nc' .. \"'\" .. [[\nlong]] .. [==[ ]] ]==]",
                "--[[ a\ncomment ]] -- another\n--[==[ ]] ]==]",
                "for i = 1, 10, 2 do if i == 3 then break end end",
                "for k, v in pairs({1, 2; x = 3, [4] = 5,}) do print(k, v) end",
                "while false do goto continue ::continue:: end",
                "local goto_ = 1; local t = {goto_ = 2}; t.goto_ = 3",
                "repeat local x = 1 until x == 1",
                "local function f(a, ...) return select('#', ...) end",
                "local t = {a = {b = {c = {}}}} function t.a.b.c:d() return self end",
                "local function u() t = {f = f}; t.f 'x' {1} \"y\"; t:g(1)(2)[3].h = -#'a' ^ 2 ^ -3 end",
                "if not a and b or c ~= d then elseif e then else end",
                "do return end",
                "return",
                "local größe = 1",
                "while true do break; local x = 1 end;;",
                "local function u() f\n(1) end",
                "local function u() f\n{} end",
            })
    void whatLuaJitReadsHasNoProblem(String code) {
        String script = code.equals("return") ? ENTRY + "\nreturn" : code + ENTRY;
        assertThat(LuaCheck.of(script).syntax()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "local 1 = 2",
                "x = = 1",
                "if x then",
                "for i = 1 do end",
                "break",
                "while true do local f = function() break end end",
                "goto nowhere",
                "local goto = 1",
                "::a:: ::a::",
                "local f = function() return ... end",
                "f() = 1",
                "(a) = 1",
                "a.b",
                "x = 'unfinished",
                "x = 'bad \\q escape'",
                "x = '\\300'",
                "x = [[ no end",
                "--[[ no end",
                "x = 1e",
                "x = 0xg",
                "x = a & b",
                "x = a // b",
                "return 1 x = 2",
                "end",
                "@",
            })
    void whatLuaJitRefusesIsAProblemWithItsLine(String code) {
        assertThat(LuaCheck.of("\n" + code + ENTRY).syntax().orElseThrow()).matches("(?s)line [0-9]+: .+");
    }

    @Test
    void aProblemNamesTheLineAndWhatWasExpected() {
        assertThat(LuaCheck.of("function envoy_on_request(handle)\n  handle:headers(:add('a', 'b')\nend")
                        .syntax())
                .contains("line 2: expected a name before \":\"");
        assertThat(LuaCheck.of("function envoy_on_request(handle)\n  if handle then\nend")
                        .syntax())
                .contains("line 3: expected \"end\" to close \"function\" of line 1 before the end of the script");
    }

    @Test
    void aScriptThatNestsDeeplyIsRefusedWithoutHarm() {
        assertThat(LuaCheck.of("x = " + "(".repeat(100_000)).syntax().orElseThrow())
                .contains("more than 200 levels of nesting");
        assertThat(LuaCheck.of("x = " + "{".repeat(100_000)).syntax().orElseThrow())
                .contains("more than 200 levels of nesting");
        assertThat(LuaCheck.of("x = " + "not ".repeat(100_000)).syntax().orElseThrow())
                .contains("more than 200 levels of nesting");
    }

    @Test
    void aScriptHasAFunctionThatEnvoyCalls() {
        assertThat(LuaCheck.of("local function envoy_on_request(handle) end").syntax())
                .isPresent();
        assertThat(LuaCheck.of("handle.envoy_on_request = 1").syntax()).isPresent();
        assertThat(LuaCheck.of("envoy_on_response = function(handle) end").syntax())
                .isEmpty();
    }

    @Test
    void whatReachesOutOfEnvoyIsRefusedStrictlyOnly() {
        String code = "function envoy_on_request(handle) os.execute('true') local t = os.time() local l = io end";
        assertThat(LuaCheck.of(code).problem(LuaValidation.Strict).orElseThrow())
                .contains("uses io, os.execute, which reaches out of Envoy");
        assertThat(LuaCheck.of(code).problem(LuaValidation.InsecureSyntax)).isEmpty();
        assertThat(LuaCheck.of("nonsense").problem(LuaValidation.InsecureSyntax))
                .isPresent();
        assertThat(LuaCheck.of("nonsense").problem(LuaValidation.Disabled)).isEmpty();
        for (String reaching :
                new String[] {"local o = os", "require('x')", "_G['io'] = 1", "local f = debug.getinfo"}) {
            assertThat(LuaCheck.of(reaching + ENTRY).reach()).as(reaching).isPresent();
        }
        for (String harmless : new String[] {
            "local io = {} io.x = 1", "local t = {io = 1} t.io = 2", "local d = os.date()", "string.format('%s', 'io')"
        }) {
            assertThat(LuaCheck.of(harmless + ENTRY).reach()).as(harmless).isEmpty();
        }
    }
}
