package dev.gatehouse.tracing;

import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import java.nio.charset.StandardCharsets;

/**
 * Reads the span of a caller from its headers: {@code traceparent} of W3C Trace Context, and B3. Text that is not of the form, and spans that are not
 * sampled, are {@link SpanContext#getInvalid}: there is nothing to do for either, and nothing is allocated.
 */
public final class ParentContext {
    /** {@code version-trace-parent-flags}, section 3.2 of Trace Context. */
    private static final int TRACEPARENT = 55;

    private static final int TRACE = 32;
    private static final int SHORT_TRACE = 16;
    private static final int SPAN = 16;
    private static final int SAMPLED = 1;

    private ParentContext() {}

    /** The value of {@code traceparent}. A version that is not known is read as version 00 is, as section 4 has it; version ff is invalid. */
    public static SpanContext ofTraceparent(byte[] text) {
        boolean ends = text.length == TRACEPARENT || text.length > TRACEPARENT && text[TRACEPARENT] == '-';
        if (!ends
                || !isHex(text, 0, 2)
                || (text[0] == 'f' && text[1] == 'f')
                || (text[0] == '0' && text[1] == '0' && text.length != TRACEPARENT)
                || text[2] != '-'
                || text[35] != '-'
                || text[52] != '-'
                || !isHex(text, 53, 2)
                || (digit(text[54]) & SAMPLED) == 0) {
            return SpanContext.getInvalid();
        }
        return context(text, 3, TRACE, 36);
    }

    /** A span as {@code traceparent}; empty text: there is none, or it is not sampled. */
    public static String traceparent(SpanContext span) {
        return span.isValid() && span.isSampled() ? "00-" + span.getTraceId() + "-" + span.getSpanId() + "-01" : "";
    }

    /** The value of B3's single header {@code b3}: {@code trace-span-sampled-parent}. Without a decision nothing is sampled: whoever calls has not decided. */
    public static SpanContext ofB3(byte[] text) {
        int trace = length(text, 0);
        int decision = trace + 1 + SPAN + 1;
        if ((trace != TRACE && trace != SHORT_TRACE)
                || text.length <= decision
                || text[trace] != '-'
                || text[decision - 1] != '-'
                || (text.length > decision + 1 && text[decision + 1] != '-')
                || (text[decision] != '1' && text[decision] != 'd')) {
            return SpanContext.getInvalid();
        }
        return context(text, 0, trace, trace + 1);
    }

    /** B3's several headers {@code x-b3-traceid} and {@code x-b3-spanid}, of a request that {@code x-b3-sampled} says is sampled. */
    public static SpanContext ofB3(byte[] trace, byte[] span) {
        int length = length(trace, 0);
        if (length != trace.length || (length != TRACE && length != SHORT_TRACE) || span.length != SPAN) {
            return SpanContext.getInvalid();
        }
        byte[] both = new byte[length + SPAN];
        System.arraycopy(trace, 0, both, 0, length);
        System.arraycopy(span, 0, both, length, SPAN);
        return context(both, 0, length, length);
    }

    private static SpanContext context(byte[] text, int trace, int traceLength, int span) {
        if (!isHex(text, trace, traceLength) || !isHex(text, span, SPAN)) {
            return SpanContext.getInvalid();
        }
        String id = new String(text, trace, traceLength, StandardCharsets.US_ASCII);
        SpanContext read = SpanContext.createFromRemoteParent(
                "0".repeat(TRACE - traceLength) + id,
                new String(text, span, SPAN, StandardCharsets.US_ASCII),
                TraceFlags.getSampled(),
                TraceState.getDefault());
        // Ids of zeros are none.
        return read.isValid() ? read : SpanContext.getInvalid();
    }

    /** How many hexadecimal digits there are from {@code from}. */
    private static int length(byte[] text, int from) {
        int length = 0;
        while (from + length < text.length && digit(text[from + length]) >= 0) {
            length++;
        }
        return length;
    }

    private static boolean isHex(byte[] text, int from, int length) {
        for (int i = from; i < from + length; i++) {
            if (digit(text[i]) < 0) {
                return false;
            }
        }
        return true;
    }

    /** Of a lower-case hexadecimal digit, as both formats write them; otherwise -1. */
    private static int digit(byte character) {
        if (character >= '0' && character <= '9') {
            return character - '0';
        }
        return character >= 'a' && character <= 'f' ? character - 'a' + 10 : -1;
    }
}
