package dev.gatehouse.ratelimit.grpc;

import com.google.protobuf.ByteString;
import dev.gatehouse.api.ratelimit.v1.LimitDescriptor;
import dev.gatehouse.api.ratelimit.v1.LimitRequest;
import dev.gatehouse.ratelimit.decision.Request;
import dev.gatehouse.ratelimit.descriptor.Descriptor;
import dev.gatehouse.ratelimit.descriptor.Entry;
import dev.gatehouse.ratelimit.limit.Limit;
import dev.gatehouse.ratelimit.limit.Unit;
import io.envoyproxy.envoy.extensions.common.ratelimit.v3.RateLimitDescriptor.RateLimitOverride;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads Envoy's request. The request's {@code hits_addend} of 0 counts as 1; a descriptor's own {@code hits_addend} is used unchanged. */
final class RequestFormat {
    private RequestFormat() {}

    /** @throws IllegalArgumentException naming the field and its value */
    static Request read(LimitRequest message) {
        long hits = message.getHitsAddend() == 0 ? 1 : Integer.toUnsignedLong(message.getHitsAddend());
        List<Descriptor> descriptors = new ArrayList<>(message.getDescriptorsCount());
        for (LimitDescriptor descriptor : message.getDescriptorsList()) {
            List<Entry> entries = new ArrayList<>(descriptor.getEntriesCount());
            for (LimitDescriptor.Entry entry : descriptor.getEntriesList()) {
                entries.add(new Entry(entry.getKey(), text(entry.getValue())));
            }
            descriptors.add(new Descriptor(
                    entries,
                    descriptor.hasLimit() ? Optional.of(limit(descriptor.getLimit())) : Optional.empty(),
                    descriptor.hasHitsAddend() ? descriptor.getHitsAddend().getValue() : hits));
        }
        return new Request(message.getDomain(), descriptors);
    }

    /** Different for different bytes, as {@link Entry} says. */
    static String text(ByteString bytes) {
        return bytes.isValidUtf8() ? bytes.toStringUtf8() : textOfInvalid(bytes);
    }

    private static String textOfInvalid(ByteString bytes) {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        ByteBuffer in = bytes.asReadOnlyByteBuffer();
        CharBuffer out = CharBuffer.allocate(bytes.size());
        CoderResult result = decoder.decode(in, out, true);
        while (result.isMalformed()) {
            for (int i = 0; i < result.length(); i++) {
                out.put((char) (Character.MIN_LOW_SURROGATE + Byte.toUnsignedInt(in.get())));
            }
            result = decoder.decode(in, out, true);
        }
        return out.flip().toString();
    }

    private static Limit limit(RateLimitOverride override) {
        Unit unit = switch (override.getUnit()) {
            case SECOND -> Unit.SECOND;
            case MINUTE -> Unit.MINUTE;
            case HOUR -> Unit.HOUR;
            case DAY -> Unit.DAY;
            case MONTH -> Unit.MONTH;
            case YEAR -> Unit.YEAR;
            case UNKNOWN, UNRECOGNIZED ->
                throw new IllegalArgumentException("descriptors.limit.unit: " + override.getUnitValue()
                        + " (expected: SECOND, MINUTE, HOUR, DAY, MONTH or YEAR)");
        };
        return new Limit(Integer.toUnsignedLong(override.getRequestsPerUnit()), unit, "");
    }
}
