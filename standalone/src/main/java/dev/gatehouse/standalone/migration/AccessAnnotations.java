package dev.gatehouse.standalone.migration;

import static dev.gatehouse.standalone.imports.WrittenObjects.ENVOY_GATEWAY;
import static dev.gatehouse.standalone.imports.WrittenObjects.ordered;

import dev.gatehouse.standalone.imports.Amounts;
import dev.gatehouse.standalone.imports.Report;
import dev.gatehouse.standalone.imports.Setting;
import dev.gatehouse.standalone.imports.WrittenObjects;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Translates the annotations of an Ingress about access: passwords, an authorization server, addresses, CORS. Makes the
 * spec of a SecurityPolicy. A restriction that cannot be expressed is a gap, and the routes of the Ingress are closed.
 */
final class AccessAnnotations {
    private static final String CORS_HEADERS =
            "DNT,Keep-Alive,User-Agent,X-Requested-With,If-Modified-Since,Cache-Control,Content-Type,Range,Authorization";

    private final IngressSource ingress;
    private final Annotations annotations;
    private final Manifests manifests;
    private final WrittenObjects objects;
    private final Report report;
    private boolean closed;
    private boolean asksServer;
    private AssertedHeaders asserted = AssertedHeaders.NONE;

    AccessAnnotations(IngressSource ingress, Manifests manifests, WrittenObjects objects, Report report) {
        this.ingress = ingress;
        this.annotations = ingress.annotations();
        this.manifests = manifests;
        this.objects = objects;
        this.report = report;
    }

    /**
     * The headers by which nginx describes the request to an authorization server. They are set for every request, so
     * that no client can forge them.
     *
     * @param scheme of the listener, as nginx's {@code $scheme}
     */
    static Map<String, String> original(String scheme) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("X-Original-URL", scheme + "://%REQ(:authority)%%REQ(:path)%");
        headers.put("X-Original-Method", "%REQ(:method)%");
        headers.put("X-Auth-Request-Redirect", "%REQ(:path)%");
        return headers;
    }

    /** Whether something restricted access that cannot be expressed. Known after {@link #spec}. */
    boolean closed() {
        return closed;
    }

    /** Whether a server is asked that needs to be told the original request. Known after {@link #spec}. */
    boolean asksServer() {
        return asksServer;
    }

    /** The headers that only the authorization server may set. Known after {@link #spec}. */
    AssertedHeaders asserted() {
        return asserted;
    }

    private String policy() {
        return "SecurityPolicy " + ingress.manifest().namespace() + "/"
                + ingress.manifest().name();
    }

    private void gap(Setting setting, String instead) {
        closed = true;
        report.gap(setting, instead + "; its routes are closed");
    }

    /** The spec without targets; empty where nothing is asked. */
    Map<String, Object> spec() {
        Map<String, Object> spec = new LinkedHashMap<>();
        cors().ifPresent(each -> spec.put("cors", each));
        basic().ifPresent(each -> spec.put("basicAuth", each));
        external().ifPresent(each -> spec.put("extAuth", each));
        addresses().ifPresent(each -> spec.put("authorization", each));
        annotations.get("satisfy").ifPresent(setting -> {
            boolean several = Stream.of("basicAuth", "extAuth", "authorization")
                            .filter(spec::containsKey)
                            .count()
                    > 1;
            if (setting.value().equals("any") && several) {
                gap(
                        setting,
                        "all sections of a SecurityPolicy must let a request pass, and \"any\" asks for one of them: make an"
                                + " HTTPRoute rule for each way in");
            } else {
                report.notNeeded(setting, "all sections of a SecurityPolicy must let a request pass");
            }
        });
        return spec;
    }

    private Optional<Map<String, Object>> cors() {
        Optional<Setting> enabled = annotations.get("enable-cors");
        List<Optional<Setting>> all = Stream.of(
                        "cors-allow-origin",
                        "cors-allow-methods",
                        "cors-allow-headers",
                        "cors-expose-headers",
                        "cors-allow-credentials",
                        "cors-max-age")
                .map(annotations::get)
                .toList();
        if (!annotations.isTrue("enable-cors")) {
            enabled.ifPresent(setting -> report.notNeeded(setting, "it is off"));
            all.forEach(each -> each.ifPresent(
                    setting -> report.notNeeded(setting, "enable-cors is not \"true\", and nginx passes it over")));
            return Optional.empty();
        }
        List<String> origins = list(annotations.value("cors-allow-origin").orElse("*"));
        boolean any = origins.contains("*");
        boolean credentials = annotations
                .get("cors-allow-credentials")
                .filter(Annotations::isFalse)
                .isEmpty();
        Map<String, Object> cors = new LinkedHashMap<>();
        cors.put("allowOrigins", origins);
        cors.put(
                "allowMethods",
                list(annotations.value("cors-allow-methods").orElse("GET,PUT,POST,DELETE,PATCH,OPTIONS")));
        cors.put("allowHeaders", list(annotations.value("cors-allow-headers").orElse(CORS_HEADERS)));
        annotations.value("cors-expose-headers").ifPresent(value -> cors.put("exposeHeaders", list(value)));
        String age = annotations.value("cors-max-age").orElse("1728000");
        cors.put(
                "maxAge",
                Amounts.text(Duration.ofSeconds(age.matches("[0-9]{1,9}") ? Long.parseLong(age) : 1_728_000L)));
        cors.put("allowCredentials", credentials && !any);
        enabled.ifPresent(setting -> report.differs(
                setting,
                policy()
                        + " spec.cors answers preflights with 200; nginx answers every OPTIONS request with 204, and here"
                        + " others reach the backend"));
        all.forEach(each -> each.ifPresent(setting -> report.takenOver(setting, policy() + " spec.cors")));
        if (any && credentials) {
            enabled.ifPresent(setting -> report.add(
                    setting.name() + " (cors-allow-credentials: true)",
                    new Report.Outcome.Differs(
                            "allowCredentials is false beside the origin \"*\": browsers refuse what nginx sends then, and"
                                    + " Envoy would name every origin and so let every page in")));
        }
        return Optional.of(cors);
    }

    static List<String> list(String text) {
        return Stream.of(text.split("[,;]"))
                .map(String::strip)
                .filter(each -> !each.isEmpty())
                .toList();
    }

    private Optional<Map<String, Object>> basic() {
        Optional<Setting> type = annotations.get("auth-type");
        Optional<Setting> secret = annotations.get("auth-secret");
        annotations
                .get("auth-realm")
                .ifPresent(setting -> report.differs(setting, "the realm that browsers show is Gatehouse's own"));
        Optional<Setting> form = annotations.get("auth-secret-type");
        if (type.isEmpty()) {
            secret.ifPresent(setting -> report.notNeeded(setting, "without auth-type nginx asks for no password"));
            form.ifPresent(setting -> report.notNeeded(setting, "without auth-type nginx asks for no password"));
            return Optional.empty();
        }
        if (!type.get().value().equals("basic")) {
            gap(type.get(), "Gatehouse has basic, not \"" + type.get().value() + "\": make passwords with htpasswd -B");
            return Optional.empty();
        }
        if (secret.isEmpty()) {
            gap(type.get(), "auth-secret is missing: nginx refuses every request then");
            return Optional.empty();
        }
        String[] parts = secret.get().value().split("/", 2);
        String namespace = parts.length > 1 ? parts[0] : ingress.manifest().namespace();
        Optional<Manifest> found = manifests.find("Secret", namespace, parts[parts.length - 1]);
        if (found.isEmpty()) {
            gap(
                    secret.get(),
                    "Secret " + namespace + "/" + parts[parts.length - 1] + " is not among the files: name its file");
            return Optional.empty();
        }
        boolean map = form.map(Setting::value).filter("auth-map"::equals).isPresent();
        String users = users(found.get(), map);
        if (users.isBlank()) {
            gap(secret.get(), found.get() + " has no " + (map ? "users" : "key \"auth\""));
            return Optional.empty();
        }
        Optional<String> refused = users.lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                .filter(line -> !line.matches("[^:]+:(\\$2[aby]\\$|\\$argon2id?\\$|\\$argon2i\\$|\\{SHA}).*"))
                .map(line -> line.substring(0, Math.max(0, line.indexOf(':'))))
                .findFirst();
        if (refused.isPresent()) {
            gap(
                    secret.get(),
                    "the hash of user \"" + refused.get()
                            + "\" is of a kind that authz-svc does not take (expected: bcrypt, argon2 or {SHA}): make it anew with"
                            + " htpasswd -B");
            return Optional.empty();
        }
        String name = ingress.manifest().name() + "-htpasswd";
        objects.add("v1", "Secret", ingress.manifest().namespace(), name, "stringData", ordered(".htpasswd", users));
        report.takenOver(type.get(), policy() + " spec.basicAuth");
        report.takenOver(secret.get(), "Secret " + ingress.manifest().namespace() + "/" + name + " key .htpasswd");
        form.ifPresent(setting -> report.takenOver(setting, "Secret " + name + ", in the form of a file"));
        return Optional.of(ordered("users", ordered("name", name)));
    }

    private static String users(Manifest secret, boolean map) {
        StringBuilder lines = new StringBuilder();
        Map<String, String> all = new LinkedHashMap<>();
        secret.settings("data")
                .forEach((key, setting) -> all.put(
                        key, new String(Base64.getMimeDecoder().decode(setting.value()), StandardCharsets.UTF_8)));
        secret.settings("stringData").forEach((key, setting) -> all.put(key, setting.value()));
        if (!map) {
            return all.getOrDefault("auth", "");
        }
        all.forEach((user, hash) ->
                lines.append(user).append(':').append(hash.strip()).append('\n'));
        return lines.toString();
    }

    private Optional<Map<String, Object>> external() {
        Optional<Setting> url = annotations.get("auth-url");
        Optional<Setting> snippet = annotations.get("auth-snippet");
        Optional<Setting> headers = annotations.get("auth-response-headers");
        for (String each : List.of(
                "auth-cache-key",
                "auth-cache-duration",
                "auth-keepalive",
                "auth-keepalive-requests",
                "auth-keepalive-timeout",
                "auth-keepalive-share-vars")) {
            annotations
                    .get(each)
                    .ifPresent(setting -> report.notNeeded(
                            setting, "the server is asked for each request, over connections that are kept"));
        }
        Optional<Setting> signIn = annotations.get("auth-signin");
        Optional<Setting> redirectParameter = annotations.get("auth-signin-redirect-param");
        if (url.isEmpty()) {
            Stream.of(snippet, headers, signIn, redirectParameter)
                    .flatMap(Optional::stream)
                    .forEach(setting -> report.notNeeded(setting, "without auth-url nginx passes it over"));
            return Optional.empty();
        }
        snippet.ifPresent(setting ->
                gap(setting, "directives of nginx for the call of the server: say what they do in the server"));
        annotations
                .get("auth-proxy-set-headers")
                .ifPresent(setting -> gap(setting, "the server gets the headers of the request, and no further ones"));
        Optional<URI> uri = Urls.of(url.get().value());
        if (uri.isEmpty()) {
            gap(
                    url.get(),
                    "\"" + url.get().value()
                            + "\" has variables of nginx, or is no URL: name the server by a fixed URL");
            return Optional.empty();
        }
        boolean proxy = uri.get().getPath() != null && uri.get().getPath().startsWith("/oauth2/");
        signIn.ifPresent(
                setting -> report.differs(
                        setting,
                        proxy
                                ? "users get the server's 401, and are not led to sign on: `gatehouse import oauth2-proxy` writes policies"
                                        + " that sign users on without oauth2-proxy"
                                : "users get the server's 401, and are not led to another page: let the server answer with 302"));
        redirectParameter.ifPresent(setting -> report.differs(setting, "as auth-signin"));
        annotations
                .get("auth-method")
                .ifPresent(setting -> report.differs(
                        setting, "the server sees the method of the request; X-Original-Method says it too"));
        annotations
                .get("auth-request-redirect")
                .ifPresent(setting -> report.differs(setting, "X-Auth-Request-Redirect is the path of the request"));
        annotations
                .get("auth-always-set-cookie")
                .ifPresent(setting ->
                        report.differs(setting, "cookies of the server reach the client with its refusals alone"));
        Map<String, Object> http = new LinkedHashMap<>();
        http.put(
                "backendRefs",
                List.of(Urls.backend(
                        uri.get(),
                        ingress.manifest().namespace(),
                        ingress.manifest().name() + "-auth",
                        ENVOY_GATEWAY,
                        "SecurityPolicy",
                        objects)));
        String path = uri.get().getRawPath() == null || uri.get().getRawPath().isEmpty()
                ? "/"
                : uri.get().getRawPath();
        http.put(
                "pathOverride",
                uri.get().getRawQuery() == null ? path : path + "?" + uri.get().getRawQuery());
        headers.ifPresent(setting -> {
            http.put("headersToBackend", list(setting.value()));
            asserted(setting);
        });
        List<String> shown = new ArrayList<>(
                List.of("accept", "authorization", "cookie", "origin", "referer", "user-agent", "x-forwarded-for"));
        original("https").keySet().forEach(each -> shown.add(each.toLowerCase(Locale.ROOT)));
        asksServer = true;
        report.differs(
                url.get(),
                policy()
                        + " spec.extAuth asks the same URL; the server sees the method of the request where nginx says GET, and of"
                        + " the headers " + String.join(", ", shown));
        return Optional.of(ordered("headersToExtAuth", shown, "http", http));
    }

    private void asserted(Setting setting) {
        List<String> names = list(setting.value());
        Optional<String> usual =
                names.stream().filter(name -> !AssertedHeaders.refusable(name)).findFirst();
        if (usual.isPresent()) {
            gap(
                    setting,
                    "where the server answers without " + usual.get()
                            + ", backends get the client's own, which nginx takes out: have the server answer by a header that neither"
                            + " clients nor proxies send of themselves");
            return;
        }
        asserted = new AssertedHeaders(
                names.stream().map(name -> name.toLowerCase(Locale.ROOT)).collect(Collectors.toSet()));
        report.differs(
                setting,
                policy()
                        + " spec.extAuth.http.headersToBackend. A request that brings one of these headers is refused with 403"
                        + " by a rule of the HTTPRoute: Envoy leaves the client's own where the server answers without one, and nginx"
                        + " takes it out"
                        + (asserted.names().contains("authorization")
                                ? "; clients that send Authorization themselves are refused, too"
                                : ""));
    }

    private Optional<Map<String, Object>> addresses() {
        Optional<Setting> allowed = annotations.any("whitelist-source-range", "allowlist-source-range");
        Optional<Setting> denied = annotations.get("denylist-source-range");
        List<Map<String, Object>> rules = new ArrayList<>();
        denied.ifPresent(setting -> rules.add(rule("Deny", setting)));
        allowed.ifPresent(setting -> rules.add(rule("Allow", setting)));
        return rules.isEmpty()
                ? Optional.empty()
                : Optional.of(ordered("defaultAction", allowed.isPresent() ? "Deny" : "Allow", "rules", rules));
    }

    private Map<String, Object> rule(String action, Setting setting) {
        List<String> ranges = ranges(setting.value());
        Optional<String> wrong = ranges.stream()
                .filter(each -> !each.matches("[0-9a-fA-F.:]+/[0-9]{1,3}"))
                .findFirst();
        if (wrong.isPresent() || ranges.isEmpty()) {
            gap(setting, "\"" + wrong.orElse(setting.value()) + "\" is no range of addresses");
        } else {
            report.takenOver(setting, policy() + " spec.authorization");
        }
        return ordered("action", action, "principal", ordered("clientCIDRs", ranges));
    }

    /** Ranges of addresses; an address alone is a range of one. */
    static List<String> ranges(String text) {
        return list(text).stream()
                .map(each -> each.contains("/") ? each : each + (each.contains(":") ? "/128" : "/32"))
                .toList();
    }
}
