package dev.gatehouse.controller.gateway;

import dev.gatehouse.controller.check.CelText;
import dev.gatehouse.controller.check.FormatText;
import dev.gatehouse.gatewayapi.ProxyTelemetry;
import dev.gatehouse.gatewayapi.ProxyTelemetry.Format;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Checks the access logs of an EnvoyProxy: Envoy refuses a whole listener for a format or an expression that it cannot read. */
public final class LogFormats {
    private static final String PATH = "spec.telemetry.accessLog.settings[";

    private LogFormats() {}

    /** What Envoy would refuse first, with the field's path. */
    static Optional<String> problem(ProxyTelemetry telemetry) {
        List<ProxyTelemetry.AccessLog> logs = telemetry.accessLogs();
        for (int i = 0; i < logs.size(); i++) {
            Optional<String> problem = problem(logs.get(i));
            if (problem.isPresent()) {
                String path = PATH + i + "].";
                return problem.map(text -> path + text);
            }
        }
        return Optional.empty();
    }

    /** What Envoy would refuse of one log: it is left out, so that proxies that run go on. */
    public static Optional<String> problem(ProxyTelemetry.AccessLog log) {
        for (int i = 0; i < log.matches().size(); i++) {
            Optional<String> problem = CelText.problem(log.matches().get(i));
            if (problem.isPresent()) {
                return at("matches[" + i + "]", problem);
            }
        }
        return log.format().flatMap(LogFormats::problem).map(text -> "format." + text);
    }

    private static Optional<String> problem(Format format) {
        return switch (format) {
            case Format.Text text -> at("text", FormatText.problem(text.text()));
            case Format.Json json -> problem(json.fields());
            case Format.TextAndJson both ->
                at("text", FormatText.problem(both.text())).or(() -> problem(both.fields()));
        };
    }

    private static Optional<String> problem(Map<String, String> fields) {
        return fields.entrySet().stream()
                .flatMap(field -> at("json[" + field.getKey() + "]", FormatText.problem(field.getValue())).stream())
                .findFirst();
    }

    private static Optional<String> at(String place, Optional<String> problem) {
        return problem.map(text -> place + ": " + text);
    }
}
