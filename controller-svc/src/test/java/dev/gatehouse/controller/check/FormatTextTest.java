package dev.gatehouse.controller.check;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FormatTextTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "plain",
                "100%%",
                "[%START_TIME%] %REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH):20% %RESPONSE_CODE%",
                "%START_TIME(%Y/%m/%d)%",
                "%FILTER_STATE(a:FIELD:x)%",
                "%DYNAMIC_METADATA(envoy.filters.http.ext_proc:a:b):10%",
                "%COMMON_DURATION(DS_RX_BEG:DS_TX_END:us)%",
                "%PATH(WQ:PATH)%",
                "%CEL(request.headers['x'].contains('y'))%",
                "%COALESCE({\"operators\":[{\"command\":\"REQ\",\"param\":\"a\"}]})%"
            })
    void takesWhatEnvoyReads(String format) {
        assertThat(FormatText.problem(format)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "%NOPE%; is not a command that Envoy knows",
                "%duration%; is not a command of Envoy's formats",
                "a % b; is not a command of Envoy's formats",
                "%DURATION%%; is not a command of Envoy's formats",
                "%DURATION(x)%; parameters or a length",
                "%REQ%; has no parameters",
                "%REQ()%; has no parameters",
                "%REQ(a?b?c)%; more than one alternative",
                "%REQ(a b)%; names no header",
                "%UPSTREAM_METADATA(a:b):3%; has a length",
                "%FILTER_STATE(a:b)%; expected: FIELD, PLAIN, TYPED",
                "%COMMON_DURATION(a:b:zs)%; PRECISION",
                "%PATH(X)%; expected: NQ, WQ",
                "%METADATA(X:a)%; has the type \"X\"",
                "%CEL(a +)%; is not an expression of CEL"
            })
    void refusesWhatEnvoyRefusesAndSaysWhy(String format, String why) {
        assertThat(FormatText.problem(format))
                .hasValueSatisfying(text -> assertThat(text).contains(why));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    plain                           | plain
                    %REQ(host)%                     | %REQ(host)%
                    100%                            | 100%%
                    a%20b%C3%BC                     | a%%20b%%C3%%BC
                    50%% off                        | 50%% off
                    %NOPE%                          | %%NOPE%%
                    %REQ(x):5% and 5%               | %REQ(x):5% and 5%%
                    %%%PROTOCOL%                    | %%%PROTOCOL%
                    <p style='width:50%'>%REQ(x)%   | <p style='width:50%%'>%REQ(x)%
                    %START_TIME(%s)%%               | %START_TIME(%s)%%%""")
    void whatBeginsNoCommandStandsForItself(String text, String format) {
        assertThat(FormatText.of(text)).isEqualTo(format);
        assertThat(FormatText.problem(format)).isEmpty();
    }
}
