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

    @Test
    void deepNestingIsRefused() {
        assertThat(CelText.problem("(".repeat(5000) + "1" + ")".repeat(5000))).isPresent();
    }
}
