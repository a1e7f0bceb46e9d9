package dev.gatehouse.gatewayapi.traffic;

import dev.gatehouse.gatewayapi.ProxyTelemetry.Fraction;
import dev.gatehouse.gatewayapi.ProxyTelemetry.Tag;
import dev.gatehouse.gatewayapi.yaml.Fields;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The tracing of a route's requests, which overrides the EnvoyProxy's. An absent share means all requests.
 *
 * @param clientSampled no requests by default
 * @param tags the tags by name
 * @param formats values of tags with Envoy's operators, by name, which win over {@code tags}
 */
public record RouteTracing(
        Optional<Fraction> sampled,
        Fraction clientSampled,
        Optional<Fraction> overallSampled,
        Map<String, Tag> tags,
        Map<String, String> formats,
        Optional<SpanName> spanName) {
    public RouteTracing {
        tags = Collections.unmodifiableMap(new TreeMap<>(tags));
        formats = Collections.unmodifiableMap(new TreeMap<>(formats));
    }

    /** What spans are called, with Envoy's operators. */
    public record SpanName(String client, String server) {
        /** Reads the names of an EnvoyProxy's spans too. */
        public static SpanName read(Fields f) {
            return new SpanName(f.requiredString("client"), f.requiredString("server"));
        }
    }

    static RouteTracing read(Fields f) {
        return new RouteTracing(
                f.object("samplingFraction", Fraction::read),
                f.object("clientSamplingFraction", Fraction::read).orElse(Fraction.NONE),
                f.object("overallSamplingFraction", Fraction::read),
                f.objects("customTags", Tag::read),
                f.stringMap("tags"),
                f.object("spanName", SpanName::read));
    }
}
