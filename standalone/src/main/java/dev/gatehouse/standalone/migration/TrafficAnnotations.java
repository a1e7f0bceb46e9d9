package dev.gatehouse.standalone.migration;

import static dev.gatehouse.standalone.imports.WrittenObjects.ordered;

import dev.gatehouse.standalone.imports.Amounts;
import dev.gatehouse.standalone.imports.Report;
import dev.gatehouse.standalone.imports.Setting;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** How the annotations of an Ingress have requests go to backends: the spec of a BackendTrafficPolicy. */
final class TrafficAnnotations {
    /** Larger bodies are not held in the proxy until they are whole. */
    private static final long LARGEST_BUFFER = 64L * 1024 * 1024;

    /** In seconds, as ingress-nginx has them. */
    private static final long CONNECT_TIMEOUT = 5;

    private static final long READ_TIMEOUT = 60;

    private static final Pattern SIZE = Pattern.compile("([0-9]{1,12})([kKmMgG]?)");
    private static final Pattern SECONDS = Pattern.compile("([0-9]{1,9})s?");
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{?([a-z_0-9]+)}?");

    private final IngressSource ingress;
    private final Annotations annotations;
    private final Report report;
    private final Map<String, Object> spec = new LinkedHashMap<>();

    TrafficAnnotations(IngressSource ingress, Report report) {
        this.ingress = ingress;
        this.annotations = ingress.annotations();
        this.report = report;
    }

    /** The spec without targets. */
    Map<String, Object> spec() {
        timeouts();
        body();
        retry();
        balancing();
        limits();
        annotations.get("service-upstream").ifPresent(setting -> {
            if (Annotations.isTrue(setting)) {
                spec.put("routingType", "Service");
                taken(setting, "routingType");
            } else {
                report.notNeeded(setting, "it is off");
            }
        });
        return spec;
    }

    private void taken(Setting setting, String field) {
        report.takenOver(
                setting,
                "BackendTrafficPolicy " + ingress.manifest().namespace() + "/"
                        + ingress.manifest().name() + " spec." + field);
    }

    /** nginx's timeouts, in its own defaults where nothing says others. The whole of a response has no limit, as with nginx. */
    private void timeouts() {
        long connect = seconds("proxy-connect-timeout", CONNECT_TIMEOUT, "timeout.tcp.connectTimeout");
        long idle = seconds("proxy-read-timeout", READ_TIMEOUT, "timeout.http.streamIdleTimeout");
        Optional<Setting> send = annotations.get("proxy-send-timeout");
        OptionalLong sending = send.map(this::seconds).orElse(OptionalLong.empty());
        if (sending.orElse(0) >= idle) {
            idle = sending.getAsLong();
            taken(send.get(), "timeout.http.streamIdleTimeout");
        } else if (sending.isPresent()) {
            report.differs(
                    send.get(),
                    "timeout.http.streamIdleTimeout is for both directions, and is proxy-read-timeout, the longer one");
        }
        spec.put(
                "timeout",
                ordered(
                        "tcp",
                        ordered("connectTimeout", time(connect)),
                        "http",
                        ordered("requestTimeout", "0s", "streamIdleTimeout", time(idle))));
        report.add(
                "time for a whole response",
                new Report.Outcome.TakenOver(
                        "spec.timeout.http.requestTimeout: 0s of each BackendTrafficPolicy: there is no limit"));
    }

    /** The seconds of a timeout, at least one. */
    private long seconds(String name, long otherwise, String field) {
        Optional<Setting> setting = annotations.get(name);
        OptionalLong value = setting.map(this::seconds).orElse(OptionalLong.empty());
        value.ifPresent(_ -> taken(setting.get(), field));
        if (setting.isEmpty()) {
            report.add(
                    name,
                    new Report.Outcome.TakenOver("spec." + field + ": " + time(otherwise)
                            + " of each BackendTrafficPolicy whose Ingress does not say another"));
        }
        return Math.max(1, value.orElse(otherwise));
    }

    private static String time(long seconds) {
        return Amounts.text(Duration.ofSeconds(seconds));
    }

    private OptionalLong seconds(Setting setting) {
        Matcher matcher = SECONDS.matcher(setting.value().strip());
        if (!matcher.matches()) {
            report.wrong(setting, "\"" + setting.value() + "\" is no number of seconds");
            return OptionalLong.empty();
        }
        return OptionalLong.of(Long.parseLong(matcher.group(1)));
    }

    /** Bytes that nginx writes as "8m"; empty where the text is no size. */
    static OptionalLong bytes(String text) {
        Matcher matcher = SIZE.matcher(text.strip());
        if (!matcher.matches()) {
            return OptionalLong.empty();
        }
        long unit = switch (matcher.group(2)) {
            case "k", "K" -> 1024;
            case "m", "M" -> 1024 * 1024;
            case "g", "G" -> 1024 * 1024 * 1024;
            default -> 1;
        };
        return OptionalLong.of(Long.parseLong(matcher.group(1)) * unit);
    }

    private void body() {
        annotations.get("proxy-body-size").ifPresent(setting -> {
            OptionalLong bytes = bytes(setting.value());
            if (bytes.isEmpty()) {
                report.wrong(setting, "\"" + setting.value() + "\" is no size (expected: 8m, or 0 for none)");
            } else if (bytes.getAsLong() == 0) {
                report.notNeeded(setting, "bodies of any size pass");
            } else if (bytes.getAsLong() > LARGEST_BUFFER) {
                report.differs(
                        setting,
                        "bodies of any size pass: a limit has the proxy hold the whole body in memory"
                                + " (BackendTrafficPolicy spec.requestBuffer.limit), which is too much of it here");
            } else {
                spec.put("requestBuffer", ordered("limit", Long.toString(bytes.getAsLong())));
                report.differs(
                        setting,
                        "BackendTrafficPolicy spec.requestBuffer.limit: 413 for larger bodies, as with nginx; these routes have no"
                                + " WebSockets while it is there: remove it if they need them");
            }
        });
    }

    private void retry() {
        Optional<Setting> when = annotations.get("proxy-next-upstream");
        Optional<Setting> tries = annotations.get("proxy-next-upstream-tries");
        annotations
                .get("proxy-next-upstream-timeout")
                .ifPresent(setting -> report.differs(
                        setting,
                        "retries have no time of their own: timeout.http.requestTimeout bounds the request with them"));
        if (when.isEmpty()) {
            tries.ifPresent(
                    setting -> report.differs(
                            setting,
                            "a backend that does not answer is not tried again unless a BackendTrafficPolicy has retry.numRetries"));
            return;
        }
        List<String> words = List.of(when.get().value().strip().split("\\s+"));
        if (words.contains("off")) {
            report.notNeeded(when.get(), "nothing is tried again unless a policy says so");
            tries.ifPresent(setting -> report.notNeeded(setting, "proxy-next-upstream is off"));
            return;
        }
        boolean all = words.contains("non_idempotent");
        List<String> triggers = new ArrayList<>(List.of("connect-failure", "refused-stream"));
        List<Integer> codes = words.stream()
                .filter(word -> word.matches("http_[0-9]{3}"))
                .map(word -> Integer.valueOf(word.substring(5)))
                .toList();
        Map<String, Object> on = new LinkedHashMap<>();
        if (all && (words.contains("error") || words.contains("timeout"))) {
            triggers.add("reset");
        }
        if (all && !codes.isEmpty()) {
            triggers.add("retriable-status-codes");
            on.put("httpStatusCodes", codes);
        }
        on.put("triggers", triggers);
        long attempts = tries.map(this::seconds)
                .filter(OptionalLong::isPresent)
                .map(OptionalLong::getAsLong)
                .orElse(3L);
        spec.put("retry", ordered("numRetries", Math.max(0, attempts - 1), "retryOn", on));
        if (all) {
            taken(when.get(), "retry.retryOn");
        } else {
            report.differs(
                    when.get(),
                    "tried again is what no backend has seen (connect-failure, refused-stream). Envoy does not tell methods apart:"
                            + " other triggers would send a POST twice, which nginx does not do");
        }
        tries.ifPresent(setting -> taken(setting, "retry.numRetries"));
    }

    private void balancing() {
        Optional<Setting> affinity = annotations.get("affinity");
        List<Setting> cookie = Stream.of(
                        "session-cookie-name",
                        "session-cookie-path",
                        "session-cookie-samesite",
                        "session-cookie-secure",
                        "session-cookie-max-age",
                        "session-cookie-expires",
                        "session-cookie-domain",
                        "session-cookie-change-on-failure",
                        "session-cookie-conditional-samesite-none",
                        "affinity-mode",
                        "affinity-canary-behavior")
                .flatMap(name -> annotations.get(name).stream())
                .toList();
        Optional<Setting> hash = annotations.get("upstream-hash-by");
        for (String each : List.of("upstream-hash-by-subset", "upstream-hash-by-subset-size")) {
            annotations
                    .get(each)
                    .ifPresent(setting -> report.differs(setting, "a value leads to one backend, not to some"));
        }
        Optional<Setting> method = annotations.get("load-balance");
        if (affinity.map(Setting::value).filter("cookie"::equals).isPresent()) {
            stickiness(affinity.get(), cookie);
            hash.ifPresent(setting -> report.notNeeded(setting, "the cookie of affinity decides"));
            method.ifPresent(setting -> report.notNeeded(setting, "the cookie of affinity decides"));
            return;
        }
        affinity.ifPresent(setting -> report.notNeeded(setting, "nginx knows \"cookie\" alone"));
        cookie.forEach(setting -> report.notNeeded(setting, "without affinity nginx passes it over"));
        if (hash.isPresent()) {
            hashing(hash.get());
            method.ifPresent(setting -> report.notNeeded(setting, "upstream-hash-by decides"));
            return;
        }
        method.ifPresent(setting -> {
            switch (setting.value().strip()) {
                case "round_robin" -> {
                    spec.put("loadBalancer", ordered("type", "RoundRobin"));
                    taken(setting, "loadBalancer.type");
                }
                case "ewma", "least_conn" -> {
                    spec.put("loadBalancer", ordered("type", "LeastRequest"));
                    report.differs(
                            setting,
                            "loadBalancer.type LeastRequest: the backend with fewer requests under way, of two");
                }
                case "ip_hash" -> {
                    spec.put("loadBalancer", sourceAddress());
                    taken(setting, "loadBalancer.consistentHash");
                }
                default -> report.wrong(setting, "\"" + setting.value() + "\" (expected: round_robin or ewma)");
            }
        });
    }

    private static Map<String, Object> sourceAddress() {
        return ordered("type", "ConsistentHash", "consistentHash", ordered("type", "SourceIP"));
    }

    private void stickiness(Setting affinity, List<Setting> settings) {
        Map<String, Object> cookie = new LinkedHashMap<>();
        cookie.put("name", "INGRESSCOOKIE");
        cookie.put("ttl", "0s");
        Map<String, Object> attributes = new LinkedHashMap<>();
        attributes.put("Path", "/");
        for (Setting setting : settings) {
            String value = setting.value().strip();
            switch (Annotations.shortName(setting)) {
                case "session-cookie-name" -> {
                    cookie.put("name", value);
                    taken(setting, "loadBalancer.consistentHash.cookie.name");
                }
                case "session-cookie-max-age" ->
                    seconds(setting).ifPresent(age -> {
                        cookie.put("ttl", time(age));
                        taken(setting, "loadBalancer.consistentHash.cookie.ttl");
                    });
                case "session-cookie-expires" ->
                    report.notNeeded(setting, "session-cookie-max-age is what browsers of today read");
                case "session-cookie-path" -> attribute(setting, "Path", value, attributes);
                case "session-cookie-samesite" -> attribute(setting, "SameSite", value, attributes);
                case "session-cookie-domain" -> attribute(setting, "Domain", value, attributes);
                case "session-cookie-secure" -> {
                    if (Annotations.isTrue(setting)) {
                        attribute(setting, "Secure", "", attributes);
                    } else {
                        report.notNeeded(setting, "it is off");
                    }
                }
                case "affinity-mode" -> {
                    if (value.equals("persistent")) {
                        report.differs(
                                setting,
                                "a few users change backends when backends come or go: Envoy hashes the cookie");
                    } else {
                        taken(setting, "loadBalancer.consistentHash");
                    }
                }
                case "session-cookie-change-on-failure" ->
                    report.differs(setting, "users of a backend that fails go to another, and keep their cookie");
                case "session-cookie-conditional-samesite-none" ->
                    report.differs(setting, "SameSite is the same for all browsers");
                default -> report.differs(setting, "the weight of a canary decides anew for each request");
            }
        }
        cookie.put("attributes", attributes);
        spec.put(
                "loadBalancer",
                ordered("type", "ConsistentHash", "consistentHash", ordered("type", "Cookie", "cookie", cookie)));
        report.differs(
                affinity,
                "BackendTrafficPolicy spec.loadBalancer: Envoy hashes a cookie of its own; users get a new one, and may change"
                        + " backends once");
    }

    private void attribute(Setting setting, String name, String value, Map<String, Object> attributes) {
        attributes.put(name, value);
        taken(setting, "loadBalancer.consistentHash.cookie.attributes");
    }

    private void hashing(Setting hash) {
        Matcher variable = VARIABLE.matcher(hash.value().strip());
        String name = variable.matches() ? variable.group(1) : "";
        if (name.equals("remote_addr") || name.equals("binary_remote_addr")) {
            spec.put("loadBalancer", sourceAddress());
        } else if (name.startsWith("http_")) {
            hashBy(ordered(
                    "type",
                    "Headers",
                    "headers",
                    List.of(ordered("name", name.substring(5).replace('_', '-')))));
        } else if (name.startsWith("cookie_")) {
            hashBy(ordered("type", "Cookie", "cookie", ordered("name", name.substring(7))));
        } else if (name.startsWith("arg_")) {
            hashBy(ordered("type", "QueryParams", "queryParams", List.of(ordered("name", name.substring(4)))));
        } else if (name.equals("host") || name.equals("http_host")) {
            hashBy(ordered("type", "Headers", "headers", List.of(ordered("name", "host"))));
        } else {
            report.differs(
                    hash,
                    "\"" + hash.value()
                            + "\" is nothing that Envoy hashes (it takes the address, headers, a cookie, parameters): the backend with"
                            + " fewer requests is taken");
            return;
        }
        taken(hash, "loadBalancer.consistentHash");
    }

    private void hashBy(Map<String, Object> hash) {
        spec.put("loadBalancer", ordered("type", "ConsistentHash", "consistentHash", hash));
    }

    private void limits() {
        Optional<Setting> except = annotations.get("limit-whitelist").or(() -> annotations.get("limit-allowlist"));
        annotations
                .get("limit-burst-multiplier")
                .ifPresent(setting -> report.differs(setting, "a limit has no burst beyond itself"));
        annotations
                .get("limit-connections")
                .ifPresent(setting -> report.differs(
                        setting,
                        "connections are not counted for each address: connection.connectionLimit of a ClientTrafficPolicy counts those"
                                + " of a proxy, limit-rps the requests of an address"));
        for (String each : List.of("limit-rate", "limit-rate-after")) {
            annotations
                    .get(each)
                    .ifPresent(setting -> report.differs(
                            setting,
                            "bandwidth is not limited for each connection: bandwidthLimit of a BackendTrafficPolicy limits that of a"
                                    + " route"));
        }
        List<Map<String, Object>> rules = new ArrayList<>();
        annotations.get("limit-rps").ifPresent(setting -> limit(setting, "Second", except, rules));
        annotations.get("limit-rpm").ifPresent(setting -> limit(setting, "Minute", except, rules));
        if (!rules.isEmpty()) {
            spec.put("rateLimit", ordered("type", "Local", "local", ordered("rules", rules)));
        } else {
            except.ifPresent(setting -> report.notNeeded(setting, "there is no limit"));
        }
        global();
    }

    private void limit(Setting setting, String unit, Optional<Setting> except, List<Map<String, Object>> rules) {
        OptionalLong requests = seconds(setting);
        if (requests.isEmpty() || requests.getAsLong() == 0) {
            requests.ifPresent(_ -> report.notNeeded(setting, "there is no limit"));
            return;
        }
        rules.addAll(ofAddress(requests.getAsLong(), unit, except));
        report.differs(
                setting,
                "BackendTrafficPolicy spec.rateLimit.local: as many requests of an address, and in each proxy, as with nginx; 429 and"
                        + " not 503, and no burst of five times as many");
        except.ifPresent(each -> taken(each, "rateLimit.local.rules[].clientSelectors"));
    }

    private static List<Map<String, Object>> ofAddress(long requests, String unit, Optional<Setting> except) {
        List<Map<String, Object>> rules = new ArrayList<>();
        for (String all : List.of("0.0.0.0/0", "::/0")) {
            List<Map<String, Object>> selectors = new ArrayList<>();
            selectors.add(ordered("sourceCIDR", ordered("type", "Distinct", "value", all)));
            except.ifPresent(setting -> AccessAnnotations.ranges(setting.value()).stream()
                    .filter(range -> range.contains(":") == all.contains(":"))
                    .forEach(range -> selectors.add(
                            ordered("sourceCIDR", ordered("type", "Exact", "value", range, "invert", true)))));
            rules.add(ordered("clientSelectors", selectors, "limit", ordered("requests", requests, "unit", unit)));
        }
        return rules;
    }

    private void global() {
        Optional<Setting> limit = annotations.get("global-rate-limit");
        Optional<Setting> window = annotations.get("global-rate-limit-window");
        Optional<Setting> key = annotations.get("global-rate-limit-key");
        Optional<Setting> except = annotations.get("global-rate-limit-ignored-cidrs");
        if (limit.isEmpty()) {
            Stream.of(window, key, except)
                    .flatMap(Optional::stream)
                    .forEach(setting -> report.notNeeded(setting, "without global-rate-limit nginx passes it over"));
            return;
        }
        Optional<String> unit = window.map(each -> each.value().strip()).flatMap(text -> switch (text) {
            case "1s" -> Optional.of("Second");
            case "1m", "60s" -> Optional.of("Minute");
            case "1h", "60m" -> Optional.of("Hour");
            default -> Optional.empty();
        });
        boolean byAddress =
                key.map(each -> each.value().contains("remote_addr")).orElse(true);
        OptionalLong requests = seconds(limit.get());
        if (unit.isEmpty() || !byAddress || requests.isEmpty() || spec.containsKey("rateLimit")) {
            report.differs(
                    limit.get(),
                    "there is no limit: a window is a second, minute or hour (1s, 1m, 1h), the key is the client's address, and a"
                            + " route counts in each proxy or in all of them; write rateLimit.global of a BackendTrafficPolicy");
            return;
        }
        spec.put(
                "rateLimit",
                ordered(
                        "type",
                        "Global",
                        "global",
                        ordered("rules", ofAddress(requests.getAsLong(), unit.get(), except))));
        Stream.of(limit, window, key, except)
                .flatMap(Optional::stream)
                .forEach(setting -> taken(setting, "rateLimit.global"));
    }
}
