package dev.gatehouse.standalone.migration;

import dev.gatehouse.standalone.imports.Setting;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The annotations of one Ingress that ingress-nginx reads; where one is missing, the setting of the controller's ConfigMap that has the same
 * meaning. Remembers which were asked for, so that the others can be told. For one thread.
 */
final class Annotations {
    static final String PREFIX = "nginx.ingress.kubernetes.io/";

    /** What annotation and ConfigMap call by the same name, and the controller uses as the default of all Ingresses. */
    static final Set<String> SHARED = Set.of(
            "ssl-redirect",
            "force-ssl-redirect",
            "proxy-body-size",
            "proxy-connect-timeout",
            "proxy-read-timeout",
            "proxy-send-timeout",
            "proxy-next-upstream",
            "proxy-next-upstream-tries",
            "proxy-next-upstream-timeout",
            "whitelist-source-range",
            "allowlist-source-range",
            "denylist-source-range",
            "load-balance",
            "enable-modsecurity",
            "modsecurity-snippet",
            "custom-http-errors",
            "upstream-hash-by",
            "proxy-cookie-domain",
            "proxy-cookie-path",
            "server-snippet");

    private final Map<String, Setting> own = new LinkedHashMap<>();
    private final List<Setting> ofOthers = new ArrayList<>();
    private final Map<String, Setting> controller;
    private final Set<String> asked = new LinkedHashSet<>();

    /** @param controller the settings of the controller's ConfigMap, by name */
    Annotations(Manifest ingress, Map<String, Setting> controller) {
        this.controller = controller;
        ingress.settings("metadata.annotations").forEach((name, setting) -> {
            if (name.startsWith(PREFIX)) {
                String shortName = name.substring(PREFIX.length());
                own.put(
                        shortName,
                        new Setting(ingress + " " + shortName, setting.location(), List.of(setting.value())));
            } else {
                ofOthers.add(new Setting(ingress + " " + name, setting.location(), List.of(setting.value())));
            }
        });
    }

    /** The setting that counts; empty where neither the Ingress nor the controller says anything. */
    Optional<Setting> get(String name) {
        asked.add(name);
        return Optional.ofNullable(own.get(name))
                .or(() -> SHARED.contains(name) ? Optional.ofNullable(controller.get(name)) : Optional.empty())
                .filter(setting -> !setting.value().isBlank());
    }

    /** The first of these that is set. */
    Optional<Setting> any(String... names) {
        return Stream.of(names).flatMap(name -> get(name).stream()).findFirst();
    }

    boolean isTrue(String name) {
        return get(name).filter(Annotations::isTrue).isPresent();
    }

    /** True for the texts that the controller reads as true, by Go's strconv.ParseBool. */
    static boolean isTrue(Setting setting) {
        return Set.of("true", "True", "TRUE", "t", "T", "1")
                .contains(setting.value().strip());
    }

    /** True for the texts that the controller reads as false. */
    static boolean isFalse(Setting setting) {
        return Set.of("false", "False", "FALSE", "f", "F", "0")
                .contains(setting.value().strip());
    }

    Optional<String> value(String name) {
        return get(name).map(setting -> setting.value().strip());
    }

    /** The annotations that ingress-nginx does not have, or this import does not know. */
    List<Setting> unknown() {
        Set<String> known = OtherAnnotations.known();
        return own.entrySet().stream()
                .filter(each -> !known.contains(each.getKey()))
                .peek(each -> asked.add(each.getKey()))
                .map(Map.Entry::getValue)
                .toList();
    }

    /** The annotations that other programs than ingress-nginx read, by their full names. */
    List<Setting> ofOthers() {
        return List.copyOf(ofOthers);
    }

    /** The annotations that nobody has asked for. */
    List<Setting> unasked() {
        return own.entrySet().stream()
                .filter(each -> !asked.contains(each.getKey()))
                .map(Map.Entry::getValue)
                .toList();
    }

    /** The short name of an annotation: "rewrite-target". */
    static String shortName(Setting setting) {
        return setting.name().substring(setting.name().lastIndexOf(' ') + 1);
    }
}
