package dev.gatehouse.standalone.instance;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The parts of a Gatehouse that have pods of their own. */
public enum Component {
    CONTROLLER("controller-svc", 18110),
    XDS("xds-svc", 18100),
    RATELIMIT("ratelimit-svc", 18120),
    WAF("waf-svc", 18130),
    AUTHZ("authz-svc", 18140),
    /** Envoys. */
    PROXY("proxy", 19000);

    /** All but the proxies. */
    public static final List<Component> SERVICES = List.of(CONTROLLER, XDS, RATELIMIT, WAF, AUTHZ);

    private final String text;
    private final int port;

    Component(String text, int port) {
        this.text = text;
        this.port = port;
    }

    /** "waf-svc", or "proxy". */
    public String text() {
        return text;
    }

    /** The port of its pages in its pod: HTTP, and of a proxy Envoy's admin page. */
    public int port() {
        return port;
    }

    /** The container of its pods that is it. */
    String container() {
        return this == PROXY ? "envoy" : text;
    }

    /** The labels of its pods. */
    Map<String, String> labels() {
        return this == PROXY
                ? Map.of("app.kubernetes.io/name", "envoy", "app.kubernetes.io/component", "proxy")
                : Map.of("app.kubernetes.io/name", text);
    }

    /**
     * The component with that name, with or without "-svc".
     *
     * @throws IllegalArgumentException there is none; says which there are
     */
    public static Component of(String name) {
        String wanted = name.strip().toLowerCase(Locale.ROOT);
        return Stream.of(values())
                .filter(each -> each.text.equals(wanted) || each.text.equals(wanted + "-svc"))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("Component \"" + name + "\" is not known (expected: "
                        + Stream.of(values()).map(Component::text).collect(Collectors.joining(", ")) + ")."));
    }

    @Override
    public String toString() {
        return text;
    }
}
