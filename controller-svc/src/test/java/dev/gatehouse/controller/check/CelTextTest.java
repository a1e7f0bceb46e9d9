package dev.gatehouse.controller.check;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CelTextTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "request.path == '/x' && response.code >= 400",
                "'x-env' in request.headers",
                "has(request.headers.a) || size(request.path) > 3",
                "request.path.matches('^/a/[0-9]+$')",
                "request.time.getFullYear() > 2020",
                "re.extract(request.path, '^/([^/]*)/.*', '\\\\1') == 'a'",
                "re.extract(request.host, '^([^:]*)', '\\\\1') == 'a.test'",
                "1 + 'a' == nosuch.variable"
            })
    void takesWhatEnvoyBuilds(String expression) {
        assertThat(CelText.problem(expression)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "request.path ==; is not an expression of CEL: 1:",
                "foo(1); calls foo",
                "extract('a', 'b', 'c'); calls extract",
                "string(1) == '1'; calls string",
                "request.headers.exists(x, x == 'a'); has a comprehension",
                "Foo{a: 1}; makes a message",
                "request.path.matches('['); is not a regular expression",
                "'a'.lowerAscii() == 'a'; calls lowerAscii"
            })
    void refusesWhatEnvoyRefusesAndSaysWhy(String expression, String why) {
        assertThat(CelText.problem(expression))
                .hasValueSatisfying(text -> assertThat(text).contains(why));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "request.time.getHours('Europe/Berlin') >= 8 && request.time.getDayOfWeek('+02:00') in [1, 2]",
                "request.host == 'a' && source.address == '' && destination.port == 80 && connection.mtls",
                "metadata.filter_metadata['envoy.filters.http.jwt_authn']['p'].a.b.c == 1",
                "type(request.headers) == map && xds.route_name != filter_state.x",
                "re.extract(request.path, '^/([^/]*)/.*', '\\\\1') == 'a' && request.headers.nosuch == ''",
                "request.time.getHours(request.headers['x-zone']) == 1"
            })
    void takesNamesThatEnvoyKnowsOfARequest(String expression) {
        assertThat(CelText.problemForRequests(expression)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "request.path == 'a' && nosuch == 1; \": 1:24: unknown name nosuch (expected: request, source",
                "request.user_agent == 'a'; : 1:8: unknown name request.user_agent (expected: one of duration, headers, host",
                "jwt.claims.sub == 'a'; : 1:1: unknown name jwt (expected",
                "response.code == 200; : 1:1: response is not known yet when a request is authorized (expected",
                "request.time.getHours('Mars/X') > 1; : 1:23: unknown time zone \"Mars/X\" (expected: a name such as Europe/Berlin",
                "request.time.getHours('CEST') > 1; unknown time zone",
                "source.ip == 'a'; unknown name source.ip (expected: one of address, port)",
                "request.path ==; is not an expression of CEL: 1:",
                "1 == 1 && string(1) == '1'; : 1:17: calls string"
            })
    void refusesNamesThatEnvoyFindsNowhereAndSaysWhere(String expression, String why) {
        assertThat(CelText.problemForRequests(expression))
                .hasValueSatisfying(text -> assertThat(text).contains(why));
    }

    @Test
    void deepNestingIsRefused() {
        assertThat(CelText.problem("(".repeat(5000) + "1" + ")".repeat(5000))).isPresent();
    }
}
