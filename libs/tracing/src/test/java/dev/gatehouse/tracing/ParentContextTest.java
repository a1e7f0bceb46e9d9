package dev.gatehouse.tracing;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.trace.SpanContext;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ParentContextTest {
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String SPAN = "00f067aa0ba902b7";

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static void isTheSpan(SpanContext read, String trace) {
        assertThat(read.isValid()).isTrue();
        assertThat(read.isSampled()).isTrue();
        assertThat(read.isRemote()).isTrue();
        assertThat(read.getTraceId()).isEqualTo(trace);
        assertThat(read.getSpanId()).isEqualTo(SPAN);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "00-" + TRACE + "-" + SPAN + "-01",
                "00-" + TRACE + "-" + SPAN + "-03",
                "cc-" + TRACE + "-" + SPAN + "-01-what-comes"
            })
    void aSampledTraceparentIsRead(String text) {
        isTheSpan(ParentContext.ofTraceparent(bytes(text)), TRACE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "00",
                "00-" + TRACE + "-" + SPAN + "-00",
                "00-" + TRACE + "-" + SPAN + "-02",
                "00-" + TRACE + "-" + SPAN + "-0",
                "00-" + TRACE + "-" + SPAN + "-01-x",
                "cc-" + TRACE + "-" + SPAN + "-01x",
                "ff-" + TRACE + "-" + SPAN + "-01",
                "0x-" + TRACE + "-" + SPAN + "-01",
                "00-00000000000000000000000000000000-" + SPAN + "-01",
                "00-" + TRACE + "-0000000000000000-01",
                "00-4BF92F3577B34DA6A3CE929D0E0E4736-" + SPAN + "-01",
                "00_" + TRACE + "-" + SPAN + "-01",
                "00-" + TRACE + "-" + SPAN + "-\u00e91"
            })
    void whatIsNotSampledOrNotOfTheFormIsNoParent(String text) {
        assertThat(ParentContext.ofTraceparent(bytes(text))).isSameAs(SpanContext.getInvalid());
    }

    @Test
    void aSampledSingleHeaderOfB3IsRead() {
        isTheSpan(ParentContext.ofB3(bytes(TRACE + "-" + SPAN + "-1")), TRACE);
        isTheSpan(ParentContext.ofB3(bytes(TRACE + "-" + SPAN + "-d-05e3ac9a4f6e3b90")), TRACE);
        isTheSpan(ParentContext.ofB3(bytes("a3ce929d0e0e4736-" + SPAN + "-1")), "0000000000000000a3ce929d0e0e4736");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "0",
                "1",
                TRACE,
                TRACE + "-" + SPAN,
                TRACE + "-" + SPAN + "-0",
                TRACE + "-" + SPAN + "-1x",
                TRACE + "-" + SPAN + "1",
                "4bf92f-" + SPAN + "-1",
                TRACE + "-00f067aa0ba902bz-1",
                "00000000000000000000000000000000-" + SPAN + "-1"
            })
    void aSingleHeaderOfB3ThatSaysNothingIsNoParent(String text) {
        assertThat(ParentContext.ofB3(bytes(text))).isSameAs(SpanContext.getInvalid());
    }

    @Test
    void theSeveralHeadersOfB3AreRead() {
        isTheSpan(ParentContext.ofB3(bytes(TRACE), bytes(SPAN)), TRACE);
        isTheSpan(ParentContext.ofB3(bytes("a3ce929d0e0e4736"), bytes(SPAN)), "0000000000000000a3ce929d0e0e4736");
        assertThat(ParentContext.ofB3(bytes(TRACE + "0"), bytes(SPAN))).isSameAs(SpanContext.getInvalid());
        assertThat(ParentContext.ofB3(bytes(TRACE), bytes(SPAN + "0"))).isSameAs(SpanContext.getInvalid());
        assertThat(ParentContext.ofB3(bytes(""), bytes(""))).isSameAs(SpanContext.getInvalid());
    }
}
