package dev.gatehouse.controller.gateway;

import dev.gatehouse.controller.check.CelText;
import dev.gatehouse.controller.check.FormatText;
import dev.gatehouse.gatewayapi.ProxyTelemetry;
import dev.gatehouse.gatewayapi.ProxyTelemetry.Format;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Checks the access logs and spans of an EnvoyProxy. Envoy refuses a whole listener for one format or expression that
 * it cannot read.
 */
public final class LogFormats {
    private static final String PATH = "spec.telemetry.accessLog.settings[";

    private LogFormats() {}

    /** The first field that Envoy would refuse, with its path and the reason; empty: no field. */
    static Optional<String> problem(ProxyTelemetry telemetry) {
        List<ProxyTelemetry.AccessLog> logs = telemetry.accessLogs();
        for (int i = 0; i < logs.size(); i++) {
            Optional<String> problem = problem(logs.get(i));
            if (problem.isPresent()) {
                String path = PATH + i + "].";
                return problem.map(text -> path + text);
            }
        }
        return telemetry.tracing().flatMap(LogFormats::problem);
    }

    private static Optional<String> problem(ProxyTelemetry.Tracing tracing) {
        String path = "spec.telemetry.tracing.";
        return tracing.spanName()
                .flatMap(name -> at(path + "spanName.client", FormatText.problem(name.client()))
                        .or(() -> at(path + "spanName.server", FormatText.problem(name.server()))))
                .or(() -> tracing.formats().entrySet().stream()
                        .flatMap(tag ->
                                at(path + "tags[" + tag.getKey() + "]", FormatText.problem(tag.getValue())).stream())
                        .findFirst());
    }

    /**
     * The reason why Envoy would refuse one access log; empty: Envoy accepts it. A refused log is left out, so that
     * running proxies keep their listeners.
     */
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
