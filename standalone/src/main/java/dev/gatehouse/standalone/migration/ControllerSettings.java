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
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The ConfigMaps of the controller of ingress-nginx.
 *
 * @param settings by name; an Ingress without an annotation takes some of them
 * @param client the spec of a ClientTrafficPolicy for the Gateway, without targets
 * @param closesAll something restricted access to all hosts, and cannot be expressed
 * @param globalServer an authorization server for all Ingresses that do not switch it off; their routes are closed
 * @param tcp "9000" to "shop/db:5432"
 */
record ControllerSettings(
        Map<String, Setting> settings,
        Map<String, Object> client,
        boolean closesAll,
        boolean globalServer,
        Map<String, Setting> tcp,
        Map<String, Setting> udp) {
    private static final Set<String> NAMES = Set.of(
            "ingress-nginx-controller",
            "nginx-configuration",
            "nginx-ingress-controller",
            "nginx-ingress-ingress-nginx-controller",
            "ingress-controller-nginx");
    private static final Pattern TCP = Pattern.compile("(.*-)?tcp(-services)?");
    private static final Pattern UDP = Pattern.compile("(.*-)?udp(-services)?");
    private static final Pattern PORTS = Pattern.compile("[0-9]{1,5}");

    private static final Set<String> CLOSING = Set.of(
            "http-snippet", "server-snippet", "location-snippet", "block-cidrs", "block-user-agents", "block-referers");

    /** Counts as a default of Ingresses, as {@link Annotations#SHARED}; the annotation has another name. */
    static final String CORE_RULES = "enable-owasp-modsecurity-crs";

    private static final Pattern TUNING = Pattern.compile(
            "worker-.*|max-worker-.*|upstream-keepalive-.*|reuse-port|.*-hash-.*size"
                    + "|proxy-buffer.*|proxy-busy-.*|client-(body|header)-buffer-size|large-client-header-buffers|server-tokens|server-name-.*"
                    + "|map-hash-.*|enable-multi-accept|ssl-buffer-size|ssl-session-.*|ssl-dh-param|allow-snippet-annotations"
                    + "|annotations?-risk-level|annotation-value-word-blocklist|strict-validate-path-type|nginx-status-.*|bind-address.*"
                    + "|disable-ipv6.*|error-log-.*|retry-non-idempotent|no-tls-redirect-locations|keep-alive-requests|use-http2"
                    + "|main-snippet|lua-shared-dicts|proxy-headers-hash-.*|service-upstream|enable-real-ip|compute-full-forwarded-for"
                    + "|proxy-add-original-uri-header|generate-request-id|ignore-invalid-headers|proxy-request-buffering|proxy-http-version");
    private static final Pattern TELLING = Pattern.compile(
            "log-format-.*|access-log-.*|disable-access-log|enable-access-log-.*|http-access-log-path|stream-access-log-path|skip-access-log-urls"
                    + "|enable-opentelemetry|opentelemetry-.*|otlp-.*|otel-.*|enable-opentracing|zipkin-.*|jaeger-.*|datadog-.*|syslog-.*"
                    + "|enable-syslog|use-gzip|gzip-.*|enable-brotli|brotli-.*|limit-req-status-code|limit-conn-status-code"
                    + "|http-redirect-code|variables-.*|proxy-stream-.*|ssl-ciphers|ssl-ecdh-curve|ssl-early-data|client-body-timeout"
                    + "|limit-rate|limit-rate-after|default-type|use-geoip2?|forwarded-for-header|proxy-protocol-header-timeout");

    ControllerSettings {
        settings = Map.copyOf(settings);
        tcp = Map.copyOf(tcp);
        udp = Map.copyOf(udp);
    }

    static ControllerSettings of(Manifests manifests, Report report) {
        Map<String, Setting> settings = new LinkedHashMap<>();
        Map<String, Setting> tcp = new LinkedHashMap<>();
        Map<String, Setting> udp = new LinkedHashMap<>();
        for (Manifest each : manifests.of("ConfigMap")) {
            Map<String, Setting> data = each.settings("data");
            if (NAMES.contains(each.name())) {
                data.forEach((key, setting) -> settings.put(key, named(each, setting)));
            } else if (!data.isEmpty()
                    && data.keySet().stream().allMatch(key -> PORTS.matcher(key).matches())) {
                boolean udpPorts = UDP.matcher(each.name()).matches();
                if (udpPorts || TCP.matcher(each.name()).matches()) {
                    data.forEach((port, setting) -> (udpPorts ? udp : tcp).put(port, named(each, setting)));
                }
            }
        }
        return new Reading(manifests, report).read(settings, tcp, udp);
    }

    private static Setting named(Manifest map, Setting setting) {
        return new Setting(map + " " + setting.name(), setting.location(), setting.values());
    }

    /** The reading of the settings that are about all clients. */
    private static final class Reading {
        private final Manifests manifests;
        private final Report report;
        private final Map<String, Object> client = new LinkedHashMap<>();
        private final Map<String, Object> headers = new LinkedHashMap<>();
        private final Map<String, Object> tls = new LinkedHashMap<>();
        private final Map<String, Object> http = new LinkedHashMap<>();
        private boolean closesAll;
        private boolean globalServer;

        Reading(Manifests manifests, Report report) {
            this.manifests = manifests;
            this.report = report;
        }

        ControllerSettings read(Map<String, Setting> settings, Map<String, Setting> tcp, Map<String, Setting> udp) {
            settings.forEach((key, setting) -> read(key, setting, settings));
            if (!headers.isEmpty()) {
                client.put("headers", headers);
            }
            if (!tls.isEmpty()) {
                client.put("tls", tls);
            }
            if (!http.isEmpty()) {
                client.put("timeout", ordered("http", http));
            }
            return new ControllerSettings(settings, client, closesAll, globalServer, tcp, udp);
        }

        private void taken(Setting setting, String field) {
            report.takenOver(setting, "ClientTrafficPolicy of the Gateway spec." + field);
        }

        private void read(String key, Setting setting, Map<String, Setting> all) {
            String value = setting.value().strip();
            boolean on = Annotations.isTrue(setting);
            switch (key) {
                case "use-forwarded-headers", "proxy-real-ip-cidr" -> addresses(key, setting, all);
                case "use-proxy-protocol" -> {
                    if (on) {
                        client.put("proxyProtocol", ordered("optional", false));
                        taken(setting, "proxyProtocol");
                    } else {
                        report.notNeeded(setting, "it is off");
                    }
                }
                case "ssl-protocols" -> protocols(setting);
                case "enable-underscores-in-headers" -> {
                    headers.put("withUnderscoresAction", on ? "Allow" : "DropHeader");
                    taken(setting, "headers.withUnderscoresAction");
                }
                case "hide-headers" -> {
                    late("remove", AccessAnnotations.list(value));
                    taken(setting, "headers.lateResponseHeaders.remove");
                }
                case "add-headers" -> headersOf(setting, false);
                case "proxy-set-headers" -> headersOf(setting, true);
                case "hsts", "hsts-max-age", "hsts-include-subdomains", "hsts-preload" ->
                    taken(setting, "headers.lateResponseHeaders (Strict-Transport-Security)");
                case "keep-alive" -> seconds(setting, "idleTimeout");
                case "client-header-timeout" -> seconds(setting, "requestHeadersReceivedTimeout");
                case "http2-max-concurrent-streams" -> {
                    if (value.matches("[1-9][0-9]{0,8}")) {
                        client.put("http2", ordered("maxConcurrentStreams", Integer.parseInt(value)));
                        taken(setting, "http2.maxConcurrentStreams");
                    } else {
                        report.wrong(setting, "\"" + value + "\" is no number of streams");
                    }
                }
                case "global-auth-url" -> {
                    globalServer = true;
                    report.gap(
                            setting,
                            "write auth-url into each Ingress; all routes without enable-global-auth: \"false\" are closed");
                }
                default -> other(key, setting);
            }
        }

        private void other(String key, Setting setting) {
            if (CLOSING.contains(key)) {
                closesAll = true;
                report.gap(
                        setting,
                        "it restricts access to all hosts, or may: say by policies what it does; all routes are closed");
            } else if (Annotations.SHARED.contains(key) || key.equals(CORE_RULES)) {
                // Told where it is used.
                return;
            } else if (key.startsWith("global-auth-")) {
                report.differs(setting, "as global-auth-url");
            } else if (TUNING.matcher(key).matches()) {
                report.notNeeded(setting, "it tunes nginx");
            } else if (TELLING.matcher(key).matches()) {
                report.differs(
                        setting,
                        "EnvoyProxy, ClientTrafficPolicy and BackendTrafficPolicy have settings of their own for this");
            } else {
                report.gap(setting, "it is not known here: if it restricts access, say by policies what it does");
            }
        }

        private void addresses(String key, Setting setting, Map<String, Setting> all) {
            boolean forwarded = Optional.ofNullable(all.get("use-forwarded-headers"))
                    .filter(Annotations::isTrue)
                    .isPresent();
            if (!forwarded) {
                report.notNeeded(setting, "addresses of connections count");
                return;
            }
            List<String> trusted = Stream.ofNullable(all.get("proxy-real-ip-cidr"))
                    .flatMap(each -> AccessAnnotations.ranges(each.value()).stream())
                    .filter(each -> !each.endsWith("/0"))
                    .toList();
            Map<String, Object> forwardedFor =
                    trusted.isEmpty() ? ordered("numTrustedHops", 1) : ordered("trustedCIDRs", trusted);
            client.put("clientIPDetection", ordered("xForwardedFor", forwardedFor));
            if (trusted.isEmpty() && key.equals("use-forwarded-headers")) {
                report.differs(
                        setting,
                        "ClientTrafficPolicy of the Gateway spec.clientIPDetection.xForwardedFor.numTrustedHops: 1: the address that"
                                + " the one proxy before the Gateway has added; nginx believes what any client says");
            } else {
                taken(setting, "clientIPDetection.xForwardedFor");
            }
        }

        private void protocols(Setting setting) {
            List<String> versions = Stream.of(setting.value().strip().split("[\\s,]+"))
                    .filter(each -> each.matches("TLSv1(\\.[0-3])?"))
                    .map(each -> each.equals("TLSv1") ? "1.0" : each.substring(4))
                    .sorted()
                    .toList();
            if (versions.isEmpty()) {
                report.wrong(setting, "\"" + setting.value() + "\" has no version (expected: TLSv1.2 TLSv1.3)");
                return;
            }
            tls.put("minVersion", versions.getFirst());
            tls.put("maxVersion", versions.getLast());
            taken(setting, "tls.minVersion and maxVersion");
        }

        private void seconds(Setting setting, String field) {
            String value = setting.value().strip().replaceAll("s$", "");
            if (value.matches("[0-9]{1,9}")) {
                http.put(field, Amounts.text(Duration.ofSeconds(Long.parseLong(value))));
                taken(setting, "timeout.http." + field);
            } else {
                report.wrong(setting, "\"" + setting.value() + "\" is no number of seconds");
            }
        }

        @SuppressWarnings("unchecked") // made here
        private void late(String operation, List<?> values) {
            Map<String, Object> late =
                    (Map<String, Object>) headers.computeIfAbsent("lateResponseHeaders", _ -> new LinkedHashMap<>());
            late.put(operation, values);
        }

        private void headersOf(Setting setting, boolean requests) {
            String[] parts = setting.value().strip().split("/", 2);
            Optional<Manifest> map =
                    parts.length < 2 ? Optional.empty() : manifests.find("ConfigMap", parts[0], parts[1]);
            if (map.isEmpty()) {
                report.wrong(
                        setting, "ConfigMap " + setting.value() + " is not among the files (expected: its file, too)");
                return;
            }
            List<Map<String, Object>> set = new ArrayList<>();
            map.get().settings("data").forEach((name, each) -> {
                if (each.value().indexOf('$') >= 0 || each.value().indexOf('%') >= 0) {
                    report.differs(named(map.get(), each), "left out: it has variables of nginx");
                } else {
                    set.add(ordered("name", name, "value", each.value()));
                }
            });
            if (!set.isEmpty() && requests) {
                headers.put("earlyRequestHeaders", ordered("set", set));
            } else if (!set.isEmpty()) {
                late("set", set);
            }
            taken(setting, requests ? "headers.earlyRequestHeaders" : "headers.lateResponseHeaders");
        }
    }

    /** What Strict-Transport-Security says to clients of hosts with TLS; empty where the controller does not send it. */
    Optional<String> strictTransport() {
        if (get("hsts").filter(Annotations::isFalse).isPresent()) {
            return Optional.empty();
        }
        String text = "max-age="
                + get("hsts-max-age").map(each -> each.value().strip()).orElse("31536000");
        text += get("hsts-include-subdomains").filter(Annotations::isFalse).isPresent() ? "" : "; includeSubDomains";
        return Optional.of(
                text + (get("hsts-preload").filter(Annotations::isTrue).isPresent() ? "; preload" : ""));
    }

    private Optional<Setting> get(String key) {
        return Optional.ofNullable(settings.get(key));
    }
}
