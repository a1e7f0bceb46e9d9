package dev.gatehouse.gatewayapi.traffic;

import dev.gatehouse.gatewayapi.yaml.Fields;
import dev.gatehouse.gatewayapi.yaml.Syntax;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * How an endpoint is selected.
 *
 * @param slowStart how long a new endpoint gets a reduced share
 * @param overrideHeaders headers that name the endpoint as "IP:port"; without such a header the type decides
 * @param unserved the paths of fields that have no effect
 */
public record LoadBalancer(
        Type type,
        Optional<ConsistentHash> consistentHash,
        Optional<BackendUtilization> backendUtilization,
        Optional<Duration> slowStart,
        Optional<PreferLocal> preferLocal,
        Map<String, Integer> weightedZones,
        List<String> overrideHeaders,
        List<String> unserved) {
    public LoadBalancer {
        unserved = List.copyOf(unserved);
        weightedZones = Collections.unmodifiableMap(new TreeMap<>(weightedZones));
        overrideHeaders = List.copyOf(overrideHeaders);
    }

    /** The algorithm. */
    public enum Type {
        ConsistentHash,
        LeastRequest,
        Random,
        RoundRobin,
        BackendUtilization;

        /** True if Envoy can keep requests in a zone. */
        boolean knowsZones() {
            return switch (this) {
                case LeastRequest, Random, RoundRobin -> true;
                case ConsistentHash, BackendUtilization -> false;
            };
        }
    }

    private enum WrittenType {
        ConsistentHash,
        LeastRequest,
        Random,
        RoundRobin,
        BackendUtilization,
        DynamicModule;

        Type served() {
            return switch (this) {
                case ConsistentHash -> Type.ConsistentHash;
                case Random -> Type.Random;
                case RoundRobin -> Type.RoundRobin;
                case BackendUtilization -> Type.BackendUtilization;
                case LeastRequest, DynamicModule -> Type.LeastRequest;
            };
        }
    }

    /** Least requests, in the proxy's zone as far as {@code local} says. */
    static LoadBalancer leastRequest(PreferLocal local) {
        return new LoadBalancer(
                Type.LeastRequest,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(local),
                Map.of(),
                List.of(),
                List.of());
    }

    /** The same, in the proxy's zone as far as {@code local} says, where the settings say nothing of zones and the type knows them. */
    LoadBalancer preferring(PreferLocal local) {
        return preferLocal.isPresent() || !weightedZones.isEmpty() || !type.knowsZones()
                ? this
                : new LoadBalancer(
                        type,
                        consistentHash,
                        backendUtilization,
                        slowStart,
                        Optional.of(local),
                        weightedZones,
                        overrideHeaders,
                        unserved);
    }

    LoadBalancer ofBackend() {
        return new LoadBalancer(
                type,
                consistentHash.map(hash -> new ConsistentHash(HashInput.NONE, hash.tableSize())),
                backendUtilization.map(BackendUtilization::ofBackend),
                slowStart,
                preferLocal,
                weightedZones,
                overrideHeaders,
                List.of());
    }

    /** The input of the hash. */
    public sealed interface HashInput {
        /** No input, for cluster settings, which do not contain the route's hash input. */
        HashInput NONE = new Headers(List.of());

        record SourceIp() implements HashInput {}

        record Headers(List<String> names) implements HashInput {
            public Headers {
                names = List.copyOf(names);
            }
        }

        record QueryParams(List<String> names) implements HashInput {
            public QueryParams {
                names = List.copyOf(names);
            }
        }

        /** @param ttl the lifetime of the cookie that Envoy sets for a client without one; absent: no cookie is set */
        record Cookie(String name, Optional<Duration> ttl, Map<String, String> attributes) implements HashInput {
            public Cookie {
                attributes = Collections.unmodifiableMap(new TreeMap<>(attributes));
            }
        }
    }

    /** Maglev. */
    public record ConsistentHash(HashInput input, int tableSize) {
        private static final int DEFAULT_SIZE = 65537;
        private static final int MAX_SIZE = 5_000_011;

        private enum Input {
            SourceIP,
            Header,
            Headers,
            Cookie,
            QueryParams
        }

        private static ConsistentHash read(Fields f) {
            Input type = f.requiredChoice("type", Input.class);
            Optional<String> header = f.object("header", ConsistentHash::header);
            List<String> headers = f.list("headers", ConsistentHash::header);
            List<String> params = f.list("queryParams", x -> x.requiredString("name", Texts.WORD));
            Optional<HashInput.Cookie> cookie = f.object(
                    "cookie",
                    x -> new HashInput.Cookie(
                            x.requiredString("name", Texts.WORD), x.duration("ttl"), x.stringMap("attributes")));
            int size = f.integer("tableSize", 2, MAX_SIZE).orElse(DEFAULT_SIZE);
            if (!BigInteger.valueOf(size).isProbablePrime(50)) {
                f.wrong("tableSize", size + " is not a prime number (expected: a prime number up to " + MAX_SIZE + ")");
            }
            HashInput input = switch (type) {
                case SourceIP -> new HashInput.SourceIp();
                case Header -> new HashInput.Headers(header.stream().toList());
                case Headers -> new HashInput.Headers(headers);
                case Cookie -> cookie.<HashInput>map(each -> each).orElse(HashInput.NONE);
                case QueryParams -> new HashInput.QueryParams(params);
            };
            if (input.equals(HashInput.NONE) || input.equals(new HashInput.QueryParams(List.of()))) {
                f.wrong("type", "is " + type + ", and its field is missing (expected: it)");
            }
            return new ConsistentHash(input, size);
        }

        private static String header(Fields f) {
            return f.requiredString("name", Syntax.HEADER_NAME);
        }
    }

    /**
     * Weights by the load that endpoints report (ORCA).
     *
     * @param keepHeaders whether reports stay in the responses to clients
     * @param outOfBand whether reports are fetched by a separate stream
     */
    public record BackendUtilization(
            Optional<Duration> blackoutPeriod,
            Optional<Duration> weightExpirationPeriod,
            Optional<Duration> weightUpdatePeriod,
            OptionalInt errorPenaltyPercent,
            List<String> metrics,
            boolean keepHeaders,
            Optional<OutOfBand> outOfBand) {
        public BackendUtilization {
            metrics = List.copyOf(metrics);
        }

        /** Where reports are fetched. */
        public record OutOfBand(Optional<Duration> period, OptionalInt port, Optional<String> authority) {
            private static OutOfBand read(Fields f) {
                Optional<Duration> period = f.duration("reportingPeriod");
                if (period.filter(Duration::isZero).isPresent()) {
                    f.wrong("reportingPeriod", "is 0 (expected: more)");
                }
                return new OutOfBand(
                        period, BackendSettings.optional(f.port("port")), f.string("authority", Texts.WORD));
            }
        }

        private BackendUtilization ofBackend() {
            return new BackendUtilization(
                    blackoutPeriod,
                    weightExpirationPeriod,
                    weightUpdatePeriod,
                    errorPenaltyPercent,
                    metrics,
                    false,
                    outOfBand);
        }

        private static BackendUtilization read(Fields f) {
            return new BackendUtilization(
                    f.duration("blackoutPeriod"),
                    f.duration("weightExpirationPeriod"),
                    f.duration("weightUpdatePeriod"),
                    BackendSettings.optional(f.integer("errorUtilizationPenaltyPercent", 0, Integer.MAX_VALUE)),
                    f.strings("metricNamesForComputingUtilization", Texts.WORD),
                    f.bool("keepResponseHeaders").orElse(false),
                    f.object("outOfBand", OutOfBand::read));
        }
    }

    /**
     * Requests stay in the proxy's zone.
     *
     * @param forceFrom all requests stay in a zone with at least this many endpoints; absent: as many requests stay as
     * a fair share allows
     * @param minEndpoints the least number of endpoints in all zones together
     */
    public record PreferLocal(OptionalInt forceFrom, long minEndpoints, int percent) {
        private static final long DEFAULT_MIN = 6;

        private static PreferLocal read(Fields f) {
            return new PreferLocal(
                    f.object(
                                    "force",
                                    x -> x.integer("minEndpointsInZoneThreshold", 0, Integer.MAX_VALUE)
                                            .orElse(1))
                            .map(OptionalInt::of)
                            .orElse(OptionalInt.empty()),
                    f.longInteger("minEndpointsThreshold", 0, Long.MAX_VALUE).orElse(DEFAULT_MIN),
                    f.integer("percentageEnabled", 0, 100).orElse(100));
        }
    }

    private record Zones(Optional<PreferLocal> preferLocal, Map<String, Integer> weighted) {
        private record Weight(String zone, int weight) {}

        static Zones read(Fields f) {
            Map<String, Integer> weights = new TreeMap<>();
            f.list(
                            "weightedZones",
                            x -> new Weight(
                                    x.requiredString("zone", Texts.WORD),
                                    x.requiredInteger("weight", 0, Integer.MAX_VALUE)))
                    .forEach(each -> weights.put(each.zone(), each.weight()));
            return new Zones(f.object("preferLocal", PreferLocal::read), weights);
        }
    }

    static LoadBalancer read(Fields f) {
        Optional<WrittenType> known = f.knownChoice("type", WrittenType.class);
        WrittenType type = known.orElse(WrittenType.LeastRequest);
        List<String> unserved = new ArrayList<>();
        if (type == WrittenType.DynamicModule) {
            f.warn("type", "DynamicModule is not served: LeastRequest is used");
            unserved.add("loadBalancer.dynamicModule");
        }
        f.known("dynamicModule");
        Zones zones = f.object("zoneAware", Zones::read).orElse(new Zones(Optional.empty(), Map.of()));
        LoadBalancer balancer = new LoadBalancer(
                type.served(),
                f.object("consistentHash", ConsistentHash::read),
                f.object("backendUtilization", BackendUtilization::read),
                f.object("slowStart", x -> x.duration("window").orElse(Duration.ZERO))
                        .filter(window -> !window.isZero()),
                zones.preferLocal(),
                zones.weighted(),
                f.object(
                                "endpointOverride",
                                x -> x.list("extractFrom", 1, 10, y -> y.string("header", Syntax.HEADER_NAME)).stream()
                                        .flatMap(Optional::stream)
                                        .toList())
                        .orElse(List.of()),
                unserved);
        // What goes together is not known without the type.
        if (known.isPresent()) {
            balancer.check(f);
        }
        return balancer;
    }

    private void check(Fields f) {
        if (consistentHash.isPresent() != (type == Type.ConsistentHash)) {
            f.wrong("consistentHash", "goes with type ConsistentHash (expected: both, or neither)");
        }
        if (backendUtilization.isPresent() != (type == Type.BackendUtilization)) {
            f.wrong("backendUtilization", "goes with type BackendUtilization (expected: both, or neither)");
        }
        if (slowStart.isPresent() && (type == Type.Random || type == Type.ConsistentHash)) {
            f.wrong(
                    "slowStart",
                    "does not go with type " + type + " (expected: RoundRobin, LeastRequest or"
                            + " BackendUtilization)");
        }
        if (preferLocal.isPresent() && !type.knowsZones()) {
            f.wrong("zoneAware", "has preferLocal, which does not go with type " + type + " (expected: weightedZones)");
        }
        if (preferLocal.isPresent() && !weightedZones.isEmpty()) {
            f.wrong("zoneAware", "has preferLocal beside weightedZones (expected: one of the two)");
        }
    }
}
