package dev.gatehouse.standalone.migration;

import static dev.gatehouse.standalone.imports.WrittenObjects.ordered;

import dev.gatehouse.standalone.imports.Report;
import dev.gatehouse.standalone.imports.Setting;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** ModSecurity of ingress-nginx: the spec of a WAFPolicy. */
final class WafAnnotations {
    private static final Pattern ENGINE = Pattern.compile("(?im)^\\s*SecRuleEngine\\s+(\\S+)\\s*$");
    private static final Pattern INCLUDE = Pattern.compile("(?im)^\\s*Include\\s+(\\S+)\\s*$");

    private final IngressSource ingress;
    private final ControllerSettings controller;
    private final Report report;

    WafAnnotations(IngressSource ingress, ControllerSettings controller, Report report) {
        this.ingress = ingress;
        this.controller = controller;
        this.report = report;
    }

    /** The spec without targets; empty where no rules run. */
    Optional<Map<String, Object>> spec() {
        Annotations annotations = ingress.annotations();
        Optional<Setting> enabled = annotations.get("enable-modsecurity");
        Optional<Setting> rules = annotations
                .get("enable-owasp-core-rules")
                .or(() -> Optional.ofNullable(controller.settings().get(ControllerSettings.CORE_RULES)));
        Optional<Setting> snippet = annotations.get("modsecurity-snippet");
        annotations
                .get("modsecurity-transaction-id")
                .ifPresent(setting -> report.differs(setting, "the id of a transaction is the request's x-request-id"));
        boolean core = rules.filter(Annotations::isTrue).isPresent();
        if (enabled.filter(Annotations::isTrue).isEmpty()) {
            Stream.of(enabled, rules, snippet)
                    .flatMap(Optional::stream)
                    .forEach(setting ->
                            report.notNeeded(setting, "enable-modsecurity is not \"true\", and no rules run"));
            return Optional.empty();
        }
        String text = snippet.map(Setting::value).orElse("");
        boolean included =
                INCLUDE.matcher(text).results().anyMatch(each -> each.group(1).contains("crs"));
        boolean other = INCLUDE.matcher(text)
                .results()
                .anyMatch(
                        each -> !each.group(1).contains("crs") && !each.group(1).contains("modsecurity.conf"));
        Map<String, Object> spec = new LinkedHashMap<>();
        spec.put("mode", mode(text));
        if (core || included) {
            spec.put("crs", ordered("blockingParanoiaLevel", 1));
        }
        String directives = INCLUDE.matcher(ENGINE.matcher(text).replaceAll(""))
                .replaceAll("")
                .strip();
        if (!directives.isEmpty()) {
            spec.put("directives", List.of(directives + "\n"));
        }
        String where = "WAFPolicy " + ingress.manifest().namespace() + "/"
                + ingress.manifest().name();
        Stream.of(enabled, rules).flatMap(Optional::stream).forEach(setting -> report.takenOver(setting, where));
        snippet.ifPresent(setting -> {
            if (other) {
                report.gap(
                        setting, "it includes files of nginx's container: put their rules into ConfigMaps (ruleFiles)");
            } else {
                report.takenOver(setting, where + " spec.directives");
            }
        });
        if (!spec.containsKey("crs") && directives.isEmpty()) {
            enabled.ifPresent(setting -> report.notNeeded(setting, "no rules are named: nothing would be inspected"));
            return Optional.empty();
        }
        return Optional.of(spec);
    }

    /** ModSecurity as ingress-nginx comes with it finds, and does not block. */
    private static String mode(String text) {
        Matcher engine = ENGINE.matcher(text);
        String last = "DetectionOnly";
        while (engine.find()) {
            last = engine.group(1);
        }
        return last.equalsIgnoreCase("on") ? "Enforce" : last.equalsIgnoreCase("off") ? "Off" : "DetectOnly";
    }
}
