package dev.gatehouse.standalone.migration;

import static dev.gatehouse.standalone.imports.WrittenObjects.ordered;

import com.google.re2j.Pattern;
import dev.gatehouse.standalone.imports.Report;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Rules that send some requests to a canary: by a header, then by a cookie, then by weight, as ingress-nginx decides. */
final class Canaries {
    private Canaries() {}

    /** @param matches of the main rule, with further conditions */
    record Rule(List<Map<String, Object>> matches, List<Map<String, Object>> backends) {}

    /** Tells what became of the annotations of a canary. */
    static void tell(IngressSource canary, Report report) {
        String where = "HTTPRoute rules of the Ingress that has the path";
        Annotations annotations = canary.annotations();
        boolean header = annotations.get("canary-by-header").isPresent();
        boolean value = annotations.get("canary-by-header-value").isPresent();
        annotations.get("canary").ifPresent(setting -> report.takenOver(setting, where));
        annotations.get("canary-by-header").ifPresent(setting -> report.takenOver(setting, where));
        annotations.get("canary-by-header-value").ifPresent(setting -> {
            if (header) {
                report.takenOver(setting, where);
            } else {
                report.notNeeded(setting, "without canary-by-header nginx passes it over");
            }
        });
        annotations.get("canary-by-header-pattern").ifPresent(setting -> {
            if (!header || value) {
                report.notNeeded(setting, "nginx passes it over here");
            } else if (RouteAnnotations.usable(setting.value()).isEmpty()) {
                report.differs(
                        setting,
                        "no request goes to the canary by it: Envoy's expressions (RE2) do not have what it uses");
            } else {
                report.takenOver(setting, where);
            }
        });
        annotations.get("canary-by-cookie").ifPresent(setting -> report.takenOver(setting, where));
        annotations.get("canary-weight").ifPresent(setting -> {
            if (weight(canary, "canary-weight", 0).isEmpty()) {
                report.wrong(setting, "\"" + setting.value() + "\" is no weight");
            } else {
                report.takenOver(setting, where + ": the weights of its backends");
            }
        });
        annotations.get("canary-weight-total").ifPresent(setting -> report.takenOver(setting, where));
        for (String each : List.of("load-balance", "upstream-hash-by", "affinity-canary-behavior", "affinity")) {
            annotations
                    .get(each)
                    .filter(setting -> setting.name().startsWith("Ingress "))
                    .ifPresent(setting -> report.differs(setting, "both backends of a route are balanced in one way"));
        }
    }

    private static Optional<Integer> weight(IngressSource canary, String name, int otherwise) {
        Optional<String> text = canary.annotations().value(name);
        return text.isEmpty()
                ? Optional.of(otherwise)
                : text.filter(each -> each.matches("[0-9]{1,6}")).map(Integer::valueOf);
    }

    /** The rules of a path with a canary, in the order of their precedence. */
    static List<Rule> rules(
            IngressSource canary,
            List<Map<String, Object>> matches,
            Map<String, Object> main,
            Map<String, Object> other) {
        List<Rule> rules = new ArrayList<>();
        Annotations annotations = canary.annotations();
        annotations.value("canary-by-header").ifPresent(header -> {
            Optional<String> value = annotations.value("canary-by-header-value");
            Optional<String> pattern = annotations
                    .value("canary-by-header-pattern")
                    .filter(each -> RouteAnnotations.usable(each).isPresent());
            if (value.isPresent()) {
                rules.add(new Rule(with(matches, header(header, value.get())), List.of(other)));
            } else if (annotations.get("canary-by-header-pattern").isPresent()) {
                pattern.ifPresent(each -> rules.add(new Rule(
                        with(
                                matches,
                                ordered("type", "RegularExpression", "name", header, "value", ".*(?:" + each + ").*")),
                        List.of(other))));
            } else {
                rules.add(new Rule(with(matches, header(header, "always")), List.of(other)));
                rules.add(new Rule(with(matches, header(header, "never")), List.of(main)));
            }
        });
        annotations.value("canary-by-cookie").ifPresent(cookie -> {
            rules.add(new Rule(with(matches, cookie(cookie, "always")), List.of(other)));
            rules.add(new Rule(with(matches, cookie(cookie, "never")), List.of(main)));
        });
        int total = Math.max(1, weight(canary, "canary-weight-total", 100).orElse(100));
        int share = Math.min(total, weight(canary, "canary-weight", 0).orElse(0));
        rules.add(new Rule(
                matches, share == 0 ? List.of(main) : List.of(weighted(main, total - share), weighted(other, share))));
        return rules;
    }

    private static Map<String, Object> header(String name, String value) {
        return ordered("type", "Exact", "name", name, "value", value);
    }

    private static Map<String, Object> cookie(String name, String value) {
        return ordered(
                "type",
                "RegularExpression",
                "name",
                "Cookie",
                "value",
                "(?:.*;\\s*)?" + Pattern.quote(name) + "=" + value + "(?:\\s*;.*)?");
    }

    private static List<Map<String, Object>> with(List<Map<String, Object>> matches, Map<String, Object> header) {
        return matches.stream()
                .map(match -> {
                    Map<String, Object> more = new LinkedHashMap<>(match);
                    more.put("headers", List.of(header));
                    return more;
                })
                .toList();
    }

    private static Map<String, Object> weighted(Map<String, Object> backend, int weight) {
        Map<String, Object> all = new LinkedHashMap<>(backend);
        all.put("weight", weight);
        return all;
    }
}
