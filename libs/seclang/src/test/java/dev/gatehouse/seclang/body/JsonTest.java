package dev.gatehouse.seclang.body;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.seclang.bytes.Bytes;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class JsonTest {
    private static final int DEPTH = 1024;
    private static final int ARGUMENTS = 10_000;

    private static String repeated(String element, int times) {
        return IntStream.range(0, times).mapToObj(_ -> element).collect(Collectors.joining(","));
    }

    private static Outcome read(String text, FieldSink sink) {
        return Json.read(Bytes.utf8(text), DEPTH, ARGUMENTS, sink);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 450, 4_900})
    void pointsOfAMapAreRead(int points) {
        String map =
                "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"geometry\":{\"type\":\"Polygon\","
                        + "\"coordinates\":[[" + repeated("[1,2]", points) + "]]}}]}";
        assertThat(read(map, (_, _) -> {}).error()).isEmpty();
    }

    @Test
    void manyShortValuesInNestedObjectsAreRead() {
        assertThat(read("{\"embedding\":[" + repeated("0.1", 9_999) + "]}", (_, _) -> {})
                        .error())
                .isEmpty();
        assertThat(read(
                                "{\"data\":{\"attributes\":{\"measurements\":{\"temperature\":{\"values\":["
                                        + repeated("1", 9_999) + "]}}}}}",
                                (_, _) -> {})
                        .error())
                .isEmpty();
    }

    @Test
    void aLongNameIsNotRepeatedForEachOfManyValues() {
        AtomicLong given = new AtomicLong();
        String text = "{\"" + "n".repeat(20_000) + "\":[" + repeated("1", 9_999) + "]}";
        Outcome outcome = read(text, (name, value) -> given.addAndGet(name.length() + value.length()));
        assertThat(outcome.error())
                .hasValueSatisfying(
                        error -> assertThat(error).contains("byte budget for a " + text.length() + " byte body"));
        assertThat(given.get()).isLessThan(8L * text.length() + 2_000_000);
    }

    @Test
    void arraysInArraysTakeNoMoreThanTheBodyAllows() {
        AtomicLong given = new AtomicLong();
        String text = "[" + repeated("[".repeat(500) + "1" + "]".repeat(500), 9_000) + "]";
        read(text, (name, value) -> given.addAndGet(name.length() + value.length()));
        assertThat(given.get()).isLessThan(8L * text.length() + 2_000_000);
    }
}
