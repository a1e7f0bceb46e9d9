package dev.gatehouse.gatewayapi.traffic;

import dev.gatehouse.gatewayapi.yaml.Fields;
import dev.gatehouse.gatewayapi.yaml.Syntax;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Health checks, which decide which endpoints get requests.
 *
 * @param active checks by requests of the proxy
 * @param passive ejection of endpoints that fail requests, for a time
 * @param panicThreshold the percentage of healthy endpoints below which all endpoints get requests
 */
public record HealthCheck(Optional<Active> active, Optional<Passive> passive, OptionalInt panicThreshold) {
    HealthCheck as(String hostname) {
        return new HealthCheck(active.map(check -> check.as(hostname)), passive, panicThreshold);
    }

    /**
     * Active checks: the proxy sends requests to endpoints.
     *
     * @param port the port of the check; empty: the port of requests
     */
    public record Active(
            Duration timeout,
            Duration interval,
            Optional<Duration> initialJitter,
            int unhealthyThreshold,
            int healthyThreshold,
            Checker checker,
            OptionalInt port,
            Optional<Log> log) {
        private enum Type {
            HTTP,
            TCP,
            GRPC
        }

        private Active as(String hostname) {
            return checker instanceof Checker.Http http
                            && http.hostname().isEmpty()
                            && !http.usualHostname().equals(Optional.of(hostname))
                    ? new Active(
                            timeout,
                            interval,
                            initialJitter,
                            unhealthyThreshold,
                            healthyThreshold,
                            http.as(hostname),
                            port,
                            log)
                    : this;
        }

        private static Active read(Fields f) {
            Type type = f.requiredChoice("type", Type.class);
            Optional<Checker.Http> http = f.object("http", Checker.Http::read);
            Optional<Checker.Tcp> tcp = f.object(
                    "tcp",
                    x -> new Checker.Tcp(
                            x.object("send", HealthCheck::payload), x.object("receive", HealthCheck::payload)));
            Optional<Checker.Grpc> grpc = f.object("grpc", x -> new Checker.Grpc(x.string("service", Texts.WORD)));
            if (http.isPresent() != (type == Type.HTTP)) {
                f.wrong("http", "goes with type HTTP (expected: both, or neither)");
            }
            if (tcp.isPresent() != (type == Type.TCP)) {
                f.wrong("tcp", "goes with type TCP (expected: both, or neither)");
            }
            if (grpc.isPresent() && type != Type.GRPC) {
                f.wrong("grpc", "goes with type GRPC (expected: none when type is " + type + ")");
            }
            Checker checker = switch (type) {
                case HTTP -> http.orElseGet(Checker.Http::none);
                case TCP -> tcp.orElse(new Checker.Tcp(Optional.empty(), Optional.empty()));
                case GRPC -> grpc.orElse(new Checker.Grpc(Optional.empty()));
            };
            return new Active(
                    positive(f, "timeout", Duration.ofSeconds(1)),
                    positive(f, "interval", Duration.ofSeconds(3)),
                    f.duration("initialJitter"),
                    f.integer("unhealthyThreshold", 1, Integer.MAX_VALUE).orElse(3),
                    f.integer("healthyThreshold", 1, Integer.MAX_VALUE).orElse(1),
                    checker,
                    f.object("overrides", x -> x.port("port"))
                            .flatMap(each -> each)
                            .map(OptionalInt::of)
                            .orElse(OptionalInt.empty()),
                    f.object("healthCheckLog", Log::read));
        }
    }

    /** The check's request and the expected answer. Payloads are in hexadecimal. */
    public sealed interface Checker {
        /**
         * @param hostname the Host header
         * @param usualHostname without {@code hostname}, the Host header for an endpoint without hostname
         * @param expected the statuses of healthy endpoints; empty: 200
         */
        record Http(
                Optional<String> hostname,
                Optional<String> usualHostname,
                String path,
                Optional<Method> method,
                List<Integer> expected,
                List<Integer> retriable,
                Optional<String> response,
                Optional<String> requestBody)
                implements Checker {
            public Http {
                expected = expected.stream().distinct().sorted().toList();
                retriable = retriable.stream().distinct().sorted().toList();
            }

            private static Http none() {
                return new Http(
                        Optional.empty(),
                        Optional.empty(),
                        "/",
                        Optional.empty(),
                        List.of(),
                        List.of(),
                        Optional.empty(),
                        Optional.empty());
            }

            private Http as(String name) {
                return new Http(hostname, Optional.of(name), path, method, expected, retriable, response, requestBody);
            }

            private static Http read(Fields f) {
                Optional<String> name = f.string("method", Texts.WORD);
                Optional<Method> method = name.flatMap(Method::of);
                if (name.isPresent() && method.isEmpty()) {
                    f.wrong(
                            "method",
                            "\"" + name.get() + "\" is not a method for a check (expected: GET, HEAD, POST,"
                                    + " PUT, DELETE, OPTIONS, TRACE or PATCH)");
                }
                Optional<String> body = f.object("requestBody", HealthCheck::payload);
                if (body.isPresent()
                        && method.filter(each -> each == Method.POST || each == Method.PUT)
                                .isEmpty()) {
                    f.wrong("requestBody", "goes with method POST or PUT (expected: one of them)");
                }
                return new Http(
                        f.string("hostname", Syntax.PRECISE_HOSTNAME),
                        Optional.empty(),
                        f.requiredString("path", Texts.URL_PATH),
                        method,
                        f.integers("expectedStatuses", 100, 599),
                        f.integers("retriableStatuses", 100, 599),
                        f.object("expectedResponse", HealthCheck::payload),
                        body);
            }
        }

        record Tcp(Optional<String> send, Optional<String> receive) implements Checker {}

        record Grpc(Optional<String> service) implements Checker {}
    }

    /** The methods that Envoy checks with. */
    public enum Method {
        GET,
        HEAD,
        POST,
        PUT,
        DELETE,
        OPTIONS,
        TRACE,
        PATCH;

        private static Optional<Method> of(String text) {
            String name = text.toUpperCase(Locale.ROOT);
            for (Method method : values()) {
                if (method.name().equals(name)) {
                    return Optional.of(method);
                }
            }
            return Optional.empty();
        }
    }

    /** Where the outcomes of checks are written: ProxyHealthCheckLog. */
    public record Log(List<String> files, boolean everyFailure, boolean everySuccess) {
        public Log {
            files = List.copyOf(files);
        }

        private enum Event {
            Failure,
            FailureSeriesStart,
            Success,
            HealthyTransition
        }

        private enum Sink {
            File
        }

        /** Reads the log of checks of an EnvoyProxy too. */
        public static Log read(Fields f) {
            List<Event> events = f.choices("matches", Event.class);
            List<String> files = f.list("sinks", x -> {
                x.requiredChoice("type", Sink.class);
                return x.requiredObject("file", file -> file.requiredString("path", Texts.FILE));
            });
            return new Log(
                    files.isEmpty() ? List.of("/dev/stdout") : files,
                    events.isEmpty() || events.contains(Event.Failure),
                    events.isEmpty() || events.contains(Event.Success));
        }
    }

    /** Endpoints that fail requests are left out for a time: Envoy's outlier detection. */
    public record Passive(
            boolean splitExternalLocalOriginErrors,
            Duration interval,
            int consecutiveLocalOriginFailures,
            OptionalInt consecutiveGatewayErrors,
            int consecutive5xxErrors,
            Duration baseEjectionTime,
            int maxEjectionPercent,
            OptionalInt failurePercentageThreshold,
            boolean alwaysEjectOneEndpoint) {
        private static Passive read(Fields f) {
            return new Passive(
                    f.bool("splitExternalLocalOriginErrors").orElse(false),
                    positive(f, "interval", Duration.ofSeconds(3)),
                    f.integer("consecutiveLocalOriginFailures", 0, Integer.MAX_VALUE)
                            .orElse(5),
                    BackendSettings.optional(f.integer("consecutiveGatewayErrors", 0, Integer.MAX_VALUE)),
                    f.integer("consecutive5XxErrors", 0, Integer.MAX_VALUE).orElse(5),
                    positive(f, "baseEjectionTime", Duration.ofSeconds(30)),
                    f.integer("maxEjectionPercent", 0, 100).orElse(10),
                    BackendSettings.optional(f.integer("failurePercentageThreshold", 0, 100)),
                    f.bool("alwaysEjectOneEndpoint").orElse(false));
        }
    }

    private enum PayloadType {
        Text,
        Binary
    }

    private static String payload(Fields f) {
        PayloadType type = f.requiredChoice("type", PayloadType.class);
        Optional<String> text = f.string("text");
        Optional<String> binary = f.string("binary");
        if (text.isPresent() != (type == PayloadType.Text) || binary.isPresent() != (type == PayloadType.Binary)) {
            f.wrong("type", "is " + type + " (expected: the field of that type, and it alone)");
        }
        byte[] bytes = text.orElse("").getBytes(StandardCharsets.UTF_8);
        if (binary.isPresent()) {
            try {
                bytes = Base64.getDecoder().decode(binary.get());
            } catch (IllegalArgumentException e) {
                f.wrong("binary", "is not base64 (" + e.getMessage() + ")");
            }
        }
        return HexFormat.of().formatHex(bytes);
    }

    private static Duration positive(Fields f, String name, Duration preset) {
        Duration value = f.duration(name).orElse(preset);
        if (value.isZero()) {
            f.wrong(name, "is 0 (expected: more)");
        }
        return value;
    }

    static HealthCheck read(Fields f) {
        return new HealthCheck(
                f.object("active", Active::read),
                f.object("passive", Passive::read),
                BackendSettings.optional(f.integer("panicThreshold", 0, 100)));
    }
}
