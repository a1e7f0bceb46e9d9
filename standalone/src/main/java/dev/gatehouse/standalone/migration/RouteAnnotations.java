package dev.gatehouse.standalone.migration;

import static dev.gatehouse.standalone.imports.WrittenObjects.ENVOY_GATEWAY;
import static dev.gatehouse.standalone.imports.WrittenObjects.GATEWAY_API;
import static dev.gatehouse.standalone.imports.WrittenObjects.ordered;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.gatehouse.standalone.imports.Report;
import dev.gatehouse.standalone.imports.Setting;
import dev.gatehouse.standalone.imports.WrittenObjects;
import dev.gatehouse.standalone.migration.IngressSource.HostPath;
import dev.gatehouse.standalone.migration.IngressSource.ServicePort;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;

/** Translates the annotations of an Ingress about routing: redirects, rewrites, headers, mirrors, and TLS to backends. */
final class RouteAnnotations {
    private static final java.util.regex.Pattern CAPTURE = java.util.regex.Pattern.compile("\\$([0-9])");

    private final IngressSource ingress;
    private final Annotations annotations;
    private final Manifests manifests;
    private final WrittenObjects objects;
    private final Report report;
    private final Map<ServicePort, Map<String, Object>> backends = new LinkedHashMap<>();
    private final Map<String, String> requestHeaders = new LinkedHashMap<>();
    private final Map<String, String> responseSet = new LinkedHashMap<>();
    private final Map<String, String> responseAdd = new LinkedHashMap<>();
    private Optional<Map<String, Object>> mirror = Optional.empty();
    private Optional<Map<String, Object>> redirect = Optional.empty();
    private int filters;
    private boolean closed;

    RouteAnnotations(IngressSource ingress, Manifests manifests, WrittenObjects objects, Report report) {
        this.ingress = ingress;
        this.annotations = ingress.annotations();
        this.manifests = manifests;
        this.objects = objects;
        this.report = report;
        redirects();
        headers();
        mirror();
        protocol();
    }

    /** Whether something is asked that cannot be done, so that requests must not reach the backend. */
    boolean closed() {
        return closed;
    }

    /** A redirect of all requests to another place. */
    Optional<Map<String, Object>> redirect() {
        return redirect;
    }

    private String namespace() {
        return ingress.manifest().namespace();
    }

    private String name() {
        return ingress.manifest().name();
    }

    private void gap(Setting setting, String instead) {
        closed = true;
        report.gap(setting, instead + "; its routes are closed");
    }

    // ---- redirects

    private void redirects() {
        Optional<Setting> temporal = annotations.get("temporal-redirect");
        Optional<Setting> permanent = annotations.get("permanent-redirect");
        int temporalCode = code("temporal-redirect-code", 302, temporal.isPresent());
        int permanentCode = code("permanent-redirect-code", 301, permanent.isPresent() && temporal.isEmpty());
        temporal.ifPresent(setting -> redirect = to(setting, temporalCode));
        permanent.ifPresent(setting -> {
            if (temporal.isPresent()) {
                report.notNeeded(setting, "temporal-redirect goes before it");
            } else {
                redirect = to(setting, permanentCode);
            }
        });
        annotations
                .get("relative-redirects")
                .ifPresent(setting -> report.differs(setting, "the proxy's own redirects name the host"));
    }

    private int code(String annotation, int otherwise, boolean used) {
        Optional<Setting> setting = annotations.get(annotation);
        Optional<Integer> code = setting.map(each -> each.value().strip())
                .filter(text -> text.matches("30[12378]"))
                .map(Integer::valueOf);
        setting.ifPresent(each -> {
            if (!used) {
                report.notNeeded(each, "there is no such redirect");
            } else if (code.isPresent()) {
                report.takenOver(each, "HTTPRouteFilter spec.directResponse.statusCode");
            } else {
                report.differs(each, "the code is " + otherwise + " (expected: 301, 302, 303, 307 or 308)");
            }
        });
        return code.orElse(otherwise);
    }

    private Optional<Map<String, Object>> to(Setting setting, int code) {
        String value = setting.value().strip();
        if (value.endsWith("$request_uri")) {
            Optional<URI> host = Urls.of(value.substring(0, value.length() - "$request_uri".length()));
            if (host.isPresent()
                    && (host.get().getPath() == null || host.get().getPath().isEmpty())) {
                Map<String, Object> to = ordered(
                        "scheme", host.get().getScheme(), "hostname", host.get().getHost());
                to.put("port", Urls.port(host.get()));
                to.put("statusCode", code);
                report.takenOver(setting, "HTTPRoute " + namespace() + "/" + name() + " filter RequestRedirect");
                return Optional.of(ordered("type", "RequestRedirect", "requestRedirect", to));
            }
        }
        if (value.indexOf('$') >= 0 || value.indexOf('%') >= 0 && value.matches(".*%[^0-9A-Fa-f].*")) {
            gap(
                    setting,
                    "\"" + value
                            + "\" has variables of nginx: a redirect to a fixed place, or to a host with $request_uri, can be made");
            return Optional.empty();
        }
        report.takenOver(setting, "HTTPRouteFilter " + namespace() + "/" + name() + "-redirect-to spec.directResponse");
        return Optional.of(filter(
                "redirect-to",
                ordered(
                        "directResponse",
                        ordered(
                                "statusCode",
                                code,
                                "header",
                                ordered(
                                        "set",
                                        List.of(ordered("name", "Location", "value", value.replace("%", "%%"))))))));
    }

    /** A redirect of the path "/" to the application; of the rule that it is for. */
    Optional<Map<String, Object>> appRoot() {
        return annotations.get("app-root").flatMap(setting -> {
            String value = setting.value().strip();
            if (!value.startsWith("/") || value.indexOf('$') >= 0) {
                report.differs(setting, "\"" + value + "\" is no path; nginx passes it over, too");
                return Optional.empty();
            }
            report.takenOver(setting, "HTTPRoute " + namespace() + "/" + name() + " rule for the path / alone");
            return Optional.of(ordered(
                    "type",
                    "RequestRedirect",
                    "requestRedirect",
                    ordered("path", ordered("type", "ReplaceFullPath", "replaceFullPath", value), "statusCode", 302)));
        });
    }

    // ---- headers

    private void headers() {
        annotations.get("x-forwarded-prefix").ifPresent(setting -> {
            String value = setting.value().strip();
            if (!ingress.uses("rewrite-target")) {
                report.notNeeded(setting, "nginx sends it where it rewrites alone");
            } else if (value.indexOf('$') >= 0 || value.indexOf('%') >= 0) {
                report.differs(setting, "X-Forwarded-Prefix is not sent: a header has no parts of the path");
            } else {
                requestHeaders.put("X-Forwarded-Prefix", value);
                report.takenOver(setting, "HTTPRoute " + namespace() + "/" + name() + " filter RequestHeaderModifier");
            }
        });
        annotations.get("configuration-snippet").ifPresent(setting -> {
            Optional<Snippet> snippet = Snippet.of(setting.value());
            if (snippet.isEmpty()) {
                gap(
                        setting,
                        "directives of nginx that do more than set fixed headers may restrict access: say what they do by policies");
                return;
            }
            requestHeaders.putAll(snippet.get().requestSet());
            responseSet.putAll(snippet.get().responseSet());
            responseAdd.putAll(snippet.get().responseAdd());
            report.takenOver(
                    setting,
                    "HTTPRoute " + namespace() + "/" + name()
                            + " filters RequestHeaderModifier and ResponseHeaderModifier");
        });
        annotations.get("custom-headers").ifPresent(setting -> {
            String[] parts = setting.value().split("/", 2);
            Optional<Manifest> map =
                    manifests.find("ConfigMap", parts.length > 1 ? parts[0] : namespace(), parts[parts.length - 1]);
            if (map.isEmpty()) {
                report.wrong(
                        setting, "ConfigMap " + setting.value() + " is not among the files (expected: its file, too)");
                return;
            }
            map.get().settings("data").forEach((header, each) -> responseSet.put(header, each.value()));
            report.takenOver(setting, "HTTPRoute " + namespace() + "/" + name() + " filter ResponseHeaderModifier");
        });
        annotations
                .get("connection-proxy-header")
                .ifPresent(setting -> report.notNeeded(setting, "connections to backends are kept"));
    }

    private void mirror() {
        annotations
                .get("mirror-request-body")
                .ifPresent(setting -> report.differs(setting, "the mirror gets the whole request"));
        annotations
                .get("mirror-host")
                .ifPresent(setting ->
                        report.differs(setting, "the mirror sees the host of the request with -shadow after it"));
        annotations.get("mirror-target").ifPresent(setting -> {
            String value = setting.value().strip();
            Optional<URI> uri = Urls.of(value.replaceAll("\\$request_uri$", ""));
            if (uri.isEmpty()
                    || uri.get().getPath() != null && uri.get().getPath().length() > 1) {
                report.differs(
                        setting,
                        "nothing is mirrored: \"" + value
                                + "\" is no host with the request's own path (https://host$request_uri)");
                return;
            }
            Map<String, Object> to =
                    Urls.backend(uri.get(), namespace(), name() + "-mirror", GATEWAY_API, "HTTPRoute", objects);
            mirror = Optional.of(ordered("type", "RequestMirror", "requestMirror", ordered("backendRef", to)));
            report.takenOver(setting, "HTTPRoute " + namespace() + "/" + name() + " filter RequestMirror");
        });
    }

    // ---- filters of a rule

    /**
     * The filters of the rule for a path.
     *
     * @param expression the path is a regular expression of this host
     * @return empty: the path cannot be rewritten, and must be closed
     */
    Optional<List<Map<String, Object>>> filters(HostPath path, boolean expression) {
        List<Map<String, Object>> all = new ArrayList<>();
        if (!requestHeaders.isEmpty()) {
            all.add(ordered(
                    "type", "RequestHeaderModifier", "requestHeaderModifier", ordered("set", list(requestHeaders))));
        }
        if (!responseSet.isEmpty() || !responseAdd.isEmpty()) {
            Map<String, Object> modifier = new LinkedHashMap<>();
            if (!responseSet.isEmpty()) {
                modifier.put("set", list(responseSet));
            }
            if (!responseAdd.isEmpty()) {
                modifier.put("add", list(responseAdd));
            }
            all.add(ordered("type", "ResponseHeaderModifier", "responseHeaderModifier", modifier));
        }
        mirror.ifPresent(all::add);
        Optional<Setting> host = annotations.get("upstream-vhost");
        Optional<Setting> target = annotations.get("rewrite-target").filter(each -> {
            if (each.value().strip().equals(path.path())) {
                report.notNeeded(each, "it is the path itself");
                return false;
            }
            return true;
        });
        Optional<String> name = host.map(each -> each.value().strip()).filter(each -> usableHost(host.get(), each));
        if (target.isEmpty()) {
            name.ifPresent(each -> all.add(ordered("type", "URLRewrite", "urlRewrite", ordered("hostname", each))));
            return Optional.of(all);
        }
        Optional<Map<String, Object>> rewrite = rewrite(target.get(), path, expression, name);
        rewrite.ifPresent(all::add);
        return rewrite.map(_ -> all);
    }

    private boolean usableHost(Setting setting, String host) {
        boolean usable = host.matches("[a-z0-9]([-a-z0-9.]*[a-z0-9])?");
        if (usable) {
            report.takenOver(setting, "HTTPRoute " + namespace() + "/" + name() + ": the host that the backend sees");
        } else {
            gap(
                    setting,
                    "\"" + host + "\" has variables of nginx, or is no host name: the backend would see another host");
        }
        return usable;
    }

    private static List<Map<String, Object>> list(Map<String, String> headers) {
        return headers.entrySet().stream()
                .map(each -> ordered("name", each.getKey(), "value", each.getValue()))
                .toList();
    }

    private Optional<Map<String, Object>> rewrite(
            Setting target, HostPath path, boolean expression, Optional<String> host) {
        String value = target.value().strip();
        if (value.matches("https?://.*")) {
            gap(target, "\"" + value + "\" is a redirect for nginx: write permanent-redirect or temporal-redirect");
            return Optional.empty();
        }
        if (value.indexOf('?') >= 0 || value.replaceAll("\\$[0-9]", "").indexOf('$') >= 0) {
            gap(
                    target,
                    "\"" + value
                            + "\" changes the query or has variables of nginx: a rewrite takes captures of the path alone ($1)");
            return Optional.empty();
        }
        if (!expression || usable(path.path()).isEmpty()) {
            return Optional.empty();
        }
        int groups = usable(path.path()).get().groupCount();
        Matcher capture = CAPTURE.matcher(value.replace("\\", "\\\\"));
        String substitution = capture.replaceAll(match ->
                Integer.parseInt(match.group(1)) <= groups ? Matcher.quoteReplacement("\\" + match.group(1)) : "");
        Map<String, Object> rewrite = new LinkedHashMap<>();
        rewrite.put(
                "path",
                ordered(
                        "type",
                        "ReplaceRegexMatch",
                        "replaceRegexMatch",
                        ordered("pattern", "(?i)^" + alternatives(path.path()) + ".*$", "substitution", substitution)));
        host.ifPresent(each -> rewrite.put(
                "hostname",
                ordered("type", "PathRegex", "pathRegex", ordered("pattern", "^.*$", "substitution", each))));
        report.takenOver(
                target,
                "HTTPRouteFilter " + namespace() + "/" + name() + "-rewrite… spec.urlRewrite.path.replaceRegexMatch");
        return Optional.of(filter("rewrite", ordered("urlRewrite", rewrite)));
    }

    /** Puts an expression with top-level alternatives into a group, so that text before and after it applies to all alternatives. */
    static String alternatives(String expression) {
        int depth = 0;
        for (int i = 0; i < expression.length(); i++) {
            switch (expression.charAt(i)) {
                case '\\' -> i++;
                case '(', '[' -> depth++;
                case ')', ']' -> depth--;
                case '|' -> {
                    if (depth == 0) {
                        return "(?:" + expression + ")";
                    }
                }
                default -> {}
            }
        }
        return expression;
    }

    /** The pattern; empty if it uses syntax that Envoy's expressions (RE2) lack. */
    static Optional<Pattern> usable(String expression) {
        try {
            return Optional.of(Pattern.compile(expression));
        } catch (PatternSyntaxException e) {
            return Optional.empty();
        }
    }

    /** The filter of a rule that is an HTTPRouteFilter, which is added to the objects. */
    Map<String, Object> filter(String purpose, Map<String, Object> spec) {
        filters++;
        String filter = name() + "-" + purpose + (filters > 1 ? "-" + filters : "");
        objects.add(ENVOY_GATEWAY + "/v1alpha1", "HTTPRouteFilter", namespace(), filter, "spec", spec);
        return ordered(
                "type",
                "ExtensionRef",
                "extensionRef",
                ordered("group", ENVOY_GATEWAY, "kind", "HTTPRouteFilter", "name", filter));
    }

    // ---- backends

    private void protocol() {
        annotations.get("backend-protocol").ifPresent(setting -> {
            String protocol = setting.value().strip().toUpperCase(Locale.ROOT);
            switch (protocol) {
                case "HTTP", "AUTO_HTTP" -> report.notNeeded(setting, "it is how backends are spoken to");
                case "HTTPS", "GRPCS" ->
                    report.differs(
                            setting,
                            "Backends with spec.tls, reached by the Service's name and not by its endpoints"
                                    + (verifies()
                                            ? ""
                                            : "; certificates are not verified, as with nginx: a BackendTLSPolicy verifies them"));
                case "GRPC" ->
                    report.takenOver(
                            setting, "BackendTrafficPolicy " + namespace() + "/" + name() + " spec.useClientProtocol");
                default -> gap(setting, "the proxy does not speak " + protocol + ": let the backend speak HTTP");
            }
        });
        if (!tls()) {
            for (String each : Set.of(
                    "proxy-ssl-secret",
                    "proxy-ssl-verify",
                    "proxy-ssl-name",
                    "proxy-ssl-verify-depth",
                    "proxy-ssl-protocols",
                    "proxy-ssl-ciphers",
                    "proxy-ssl-server-name")) {
                annotations
                        .get(each)
                        .ifPresent(setting -> report.notNeeded(setting, "backends are not spoken to by TLS"));
            }
        }
    }

    private String protocolName() {
        return annotations.value("backend-protocol").orElse("HTTP").toUpperCase(Locale.ROOT);
    }

    private boolean tls() {
        return Set.of("HTTPS", "GRPCS").contains(protocolName());
    }

    /** Whether the protocol of the client is spoken to the backend: gRPC is HTTP/2. */
    boolean clientProtocol() {
        return Set.of("GRPC", "GRPCS").contains(protocolName());
    }

    private boolean verifies() {
        return annotations.value("proxy-ssl-verify").filter("on"::equals).isPresent();
    }

    /** The reference of a rule to a backend. */
    Map<String, Object> reference(ServicePort backend) {
        return tls()
                ? backends.computeIfAbsent(backend, this::overTls)
                : ordered("name", backend.name(), "port", backend.port());
    }

    private Map<String, Object> overTls(ServicePort backend) {
        String host = manifests
                .find("Service", backend.namespace(), backend.name())
                .flatMap(service -> service.text("spec.externalName"))
                .orElse(backend.name() + "." + backend.namespace() + ".svc.cluster.local");
        String name = backend.name() + "-" + backend.port() + "-tls";
        Map<String, Object> tls = new LinkedHashMap<>();
        Optional<Setting> secret = annotations.get("proxy-ssl-secret");
        Optional<Setting> serverName = annotations.get("proxy-ssl-name");
        serverName.ifPresent(setting -> {
            tls.put("sni", setting.value().strip());
            report.takenOver(setting, "Backend " + namespace() + "/" + name + " spec.tls.sni");
        });
        String secretName = secret.map(
                        each -> each.value().substring(each.value().indexOf('/') + 1))
                .orElse("");
        boolean elsewhere = secret.filter(
                        each -> each.value().contains("/") && !each.value().startsWith(namespace() + "/"))
                .isPresent();
        annotations.get("proxy-ssl-verify").ifPresent(setting -> {
            if (!verifies()) {
                report.notNeeded(setting, "it is off");
            } else if (secret.isEmpty() || elsewhere) {
                gap(
                        setting,
                        "the authority is not in a Secret of the namespace " + namespace() + " (proxy-ssl-secret)");
            } else {
                report.takenOver(setting, "Backend " + namespace() + "/" + name + " spec.tls.caCertificateRefs");
            }
        });
        if (verifies() && secret.isPresent() && !elsewhere) {
            tls.put("caCertificateRefs", List.of(ordered("group", "", "kind", "Secret", "name", secretName)));
            tls.putIfAbsent("sni", host);
        } else {
            tls.put("insecureSkipVerify", true);
        }
        secret.ifPresent(setting -> {
            boolean certificate = manifests
                    .find("Secret", namespace(), secretName)
                    .filter(each -> each.settings("data").containsKey("tls.crt")
                            || each.settings("stringData").containsKey("tls.crt"))
                    .isPresent();
            if (elsewhere) {
                gap(setting, "a Backend takes Secrets of its own namespace: copy it to " + namespace());
            } else if (certificate) {
                tls.put("clientCertificateRef", ordered("name", secretName));
                report.takenOver(setting, "Backend " + namespace() + "/" + name + " spec.tls.clientCertificateRef");
            } else {
                report.differs(
                        setting,
                        "no client certificate is shown to the backend: Secret " + secretName
                                + " is not among the files, or has no tls.crt");
            }
        });
        for (String each : List.of("proxy-ssl-verify-depth", "proxy-ssl-protocols", "proxy-ssl-ciphers")) {
            annotations
                    .get(each)
                    .ifPresent(setting ->
                            report.differs(setting, "Envoy's own; spec.tls of the Backend has minVersion and ciphers"));
        }
        annotations
                .get("proxy-ssl-server-name")
                .ifPresent(setting ->
                        report.differs(setting, "the server's name is always sent: spec.tls.sni of the Backend"));
        objects.add(
                ENVOY_GATEWAY + "/v1alpha1",
                "Backend",
                namespace(),
                name,
                "spec",
                ordered("endpoints", List.of(Urls.endpoint(host, backend.port())), "tls", tls));
        return ordered("group", ENVOY_GATEWAY, "kind", "Backend", "name", name);
    }
}
