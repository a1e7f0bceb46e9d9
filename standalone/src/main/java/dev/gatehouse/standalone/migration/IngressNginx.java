package dev.gatehouse.standalone.migration;

import static dev.gatehouse.standalone.imports.WrittenObjects.ENVOY_GATEWAY;
import static dev.gatehouse.standalone.imports.WrittenObjects.GATEHOUSE;
import static dev.gatehouse.standalone.imports.WrittenObjects.GATEWAY_API;
import static dev.gatehouse.standalone.imports.WrittenObjects.ordered;

import com.google.re2j.Pattern;
import dev.gatehouse.gatewayapi.yaml.Similarity;
import dev.gatehouse.standalone.imports.Report;
import dev.gatehouse.standalone.imports.Setting;
import dev.gatehouse.standalone.imports.WrittenObjects;
import dev.gatehouse.standalone.migration.IngressSource.HostPath;
import dev.gatehouse.standalone.migration.IngressSource.PathType;
import dev.gatehouse.standalone.migration.IngressSource.ServicePort;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Makes a Gateway, routes and policies of the Ingresses that an ingress-nginx serves. For one thread, and one use. */
final class IngressNginx {
    /** The options of the import. */
    record Options(String gatewayNamespace, String gateway, String gatewayClass, String ingressClass) {}

    /** Rules that Gateway API allows in an HTTPRoute, and matches of all of them. */
    private static final int RULES = 16;

    private static final int MATCHES = 128;

    private final Options options;
    private final Manifests manifests;
    private final Report report;
    private final WrittenObjects objects = new WrittenObjects();
    private final ControllerSettings controller;
    private final NginxListeners listeners;
    private final Map<String, Site> sites = new LinkedHashMap<>();
    private final Set<String> names = new HashSet<>();
    private final Set<String> closedHosts = new HashSet<>();

    IngressNginx(Options options, Manifests manifests, Report report) {
        this.options = options;
        this.manifests = manifests;
        this.report = report;
        this.controller = ControllerSettings.of(manifests, report);
        this.listeners = new NginxListeners(options, manifests, controller, report);
    }

    /** The objects in the order of writing. The report names the settings that they leave out. */
    List<Map<String, Object>> objects() {
        List<IngressSource> all = manifests.of("Ingress").stream()
                .filter(this::isServed)
                .map(each -> IngressSource.of(each, manifests, controller.settings(), report))
                .sorted(IngressSource.OLDEST_FIRST)
                .toList();
        if (all.isEmpty() && manifests.of("ConfigMap").isEmpty()) {
            report.add(
                    "Ingress",
                    new Report.Outcome.Wrong(
                            "none of class \"" + options.ingressClass()
                                    + "\" is among the files (expected: kind Ingress of networking.k8s.io/v1; --class names another class)"));
            return List.of();
        }
        List<IngressSource> mains = all.stream().filter(each -> !each.canary()).toList();
        mains.forEach(this::place);
        mains.forEach(this::placeFallback);
        all.stream().filter(IngressSource::canary).forEach(this::placeCanary);
        listeners.certificates(mains);
        mains.forEach(this::closeHosts);
        WrittenObjects routes = new WrittenObjects();
        for (IngressSource ingress : mains) {
            write(ingress, routes);
        }
        listeners.streams(routes);
        List<Map<String, Object>> written = new ArrayList<>(listeners.objects());
        written.addAll(routes.all());
        written.addAll(objects.all());
        differences();
        return written;
    }

    private boolean isServed(Manifest ingress) {
        if (!ingress.apiVersion().equals("networking.k8s.io/v1")) {
            report.wrong(
                    ingress.location(),
                    ingress.toString(),
                    "apiVersion \"" + ingress.apiVersion() + "\" (expected: networking.k8s.io/v1)");
            return false;
        }
        Optional<String> name = ingress.text("spec.ingressClassName")
                .or(() -> Optional.ofNullable(
                                ingress.settings("metadata.annotations").get("kubernetes.io/ingress.class"))
                        .map(Setting::value));
        String effective = name.orElseGet(() -> manifests.of("IngressClass").stream()
                .filter(each -> "true"
                        .equals(Optional.ofNullable(each.settings("metadata.annotations")
                                        .get("ingressclass.kubernetes.io/is-default-class"))
                                .map(Setting::value)
                                .orElse("")))
                .map(Manifest::name)
                .findFirst()
                .orElse(options.ingressClass()));
        boolean ours = effective.equals(options.ingressClass())
                || manifests.of("IngressClass").stream()
                        .anyMatch(each -> each.name().equals(effective)
                                && each.text("spec.controller").equals(Optional.of("k8s.io/ingress-nginx")));
        if (!ours) {
            report.notNeeded(
                    ingress.setting(""),
                    "it is of class \"" + effective + "\", and not of \"" + options.ingressClass() + "\"");
        }
        return ours;
    }

    // ---- which paths there are

    private Site site(String host) {
        return sites.computeIfAbsent(host, Site::new);
    }

    private void place(IngressSource ingress) {
        ingress.hosts().forEach(this::site);
        for (HostPath path : ingress.paths()) {
            site(path.host())
                    .add(ingress, path)
                    .ifPresent(older -> report.differs(
                            new Setting(ingress.manifest() + " path " + path.path(), path.location(), List.of()),
                            "left out: " + older.manifest() + " is older and has the path of host \"" + path.host()
                                    + "\"; nginx serves that one, too"));
        }
    }

    private void placeFallback(IngressSource ingress) {
        ingress.fallback()
                .ifPresent(backend -> ingress.hosts().forEach(host -> {
                    if (!site(host).has("/")) {
                        site(host)
                                .add(
                                        ingress,
                                        new HostPath(
                                                host,
                                                "/",
                                                PathType.Prefix,
                                                backend,
                                                ingress.manifest().tree().locate("spec.defaultBackend")));
                    }
                    report.takenOver(
                            ingress.manifest().setting("spec.defaultBackend"),
                            "HTTPRoute " + ingress.manifest().namespace() + "/"
                                    + ingress.manifest().name() + ", a rule for all paths");
                }));
    }

    private void placeCanary(IngressSource canary) {
        for (HostPath path : canary.paths()) {
            if (!site(path.host()).share(canary, path)) {
                report.differs(
                        new Setting(canary.manifest() + " path " + path.path(), path.location(), List.of()),
                        "left out: no Ingress without canary has the path of host \"" + path.host()
                                + "\"; nginx serves nothing, too");
            }
        }
        Canaries.tell(canary, report);
        canary.annotations()
                .unasked()
                .forEach(setting -> report.notNeeded(setting, "nginx takes it from the Ingress that the canary is of"));
    }

    // ---- routes and policies of an Ingress

    private void write(IngressSource ingress, WrittenObjects routes) {
        RouteAnnotations route = new RouteAnnotations(ingress, manifests, objects, report);
        WrittenObjects access = new WrittenObjects();
        AccessAnnotations asked = new AccessAnnotations(ingress, manifests, access, report);
        Map<String, Object> security = asked.spec();
        Map<String, Object> traffic = new TrafficAnnotations(ingress, report).spec();
        if (route.clientProtocol()) {
            traffic.put("useClientProtocol", true);
        }
        Optional<Map<String, Object>> waf = new WafAnnotations(ingress, controller, report).spec();
        boolean certificates = listeners.clientCertificates(ingress);
        boolean passthrough = ingress.annotations().isTrue("ssl-passthrough");
        ingress.annotations().get("ssl-passthrough").ifPresent(setting -> {
            if (!passthrough) {
                report.notNeeded(setting, "it is off");
            }
        });
        Set<Setting> unknown = new LinkedHashSet<>(ingress.annotations().unknown());
        unknown.forEach(this::unknown);
        boolean closed =
                route.closed() || asked.closed() || certificates || !unknown.isEmpty() || closedByController(ingress);
        if (asked.asksServer()) {
            listeners.tellOriginal();
        }
        List<Map<String, Object>> targets = new ArrayList<>();
        Set<String> hosts = new LinkedHashSet<>();
        ingress.paths().forEach(path -> hosts.add(path.host()));
        ingress.fallback().ifPresent(_ -> hosts.addAll(ingress.hosts()));
        for (String host : hosts) {
            if (passthrough) {
                passThrough(ingress, host, routes);
            } else {
                targets.addAll(routes(ingress, site(host), route, asked.asserted(), closed, hosts.size() > 1, routes));
            }
            listeners.wwwRedirect(ingress, host, sites.keySet(), name(ingress, host + "-www", true), routes);
        }
        if (!targets.isEmpty() && !closed) {
            access.all().forEach(this::add);
            policy(ENVOY_GATEWAY, "SecurityPolicy", ingress, targets, security);
            policy(ENVOY_GATEWAY, "BackendTrafficPolicy", ingress, targets, traffic);
            waf.ifPresent(spec -> policy(GATEHOUSE, "WAFPolicy", ingress, targets, spec));
        }
        OtherAnnotations.tell(ingress, report);
        OtherPrograms.tell(ingress, report);
        ingress.annotations().unasked().forEach(setting -> report.notNeeded(setting, "nginx passes it over here"));
    }

    private void closeHosts(IngressSource ingress) {
        ingress.annotations().get("server-snippet").ifPresent(setting -> {
            closedHosts.addAll(ingress.hosts());
            report.gap(
                    setting,
                    "directives of nginx for the whole host may restrict access: say what they do by policies; all routes of "
                            + ingress.hosts() + " are closed");
        });
    }

    private boolean closedByController(IngressSource ingress) {
        Optional<Setting> asked = ingress.annotations().get("enable-global-auth");
        asked.ifPresent(setting -> report.takenOver(setting, "what global-auth-url of the controller closes"));
        return controller.closesAll()
                || controller.globalServer()
                        && asked.filter(Annotations::isFalse).isEmpty();
    }

    @SuppressWarnings("unchecked") // objects are made by WrittenObjects
    private void add(Map<String, Object> object) {
        Map<String, Object> metadata = (Map<String, Object>) object.getOrDefault("metadata", Map.of());
        String part = object.containsKey("spec") ? "spec" : "stringData";
        objects.add(
                String.valueOf(object.get("apiVersion")),
                String.valueOf(object.get("kind")),
                String.valueOf(metadata.get("namespace")),
                String.valueOf(metadata.get("name")),
                part,
                (Map<String, Object>) object.getOrDefault(part, Map.of()));
    }

    private void unknown(Setting setting) {
        String name = Annotations.shortName(setting);
        report.gap(
                setting,
                "ingress-nginx has no annotation of this name that is known here"
                        + Similarity.closest(name, OtherAnnotations.known())
                                .map(each -> " (did you mean " + each + "?)")
                                .orElse("")
                        + ": if it restricts access, say by policies what it does, and remove it; its routes are closed");
    }

    private void policy(
            String group,
            String kind,
            IngressSource ingress,
            List<Map<String, Object>> targets,
            Map<String, Object> spec) {
        if (spec.isEmpty()) {
            return;
        }
        Map<String, Object> whole = ordered("targetRefs", List.copyOf(targets));
        whole.putAll(spec);
        objects.add(
                group + "/v1alpha1",
                kind,
                ingress.manifest().namespace(),
                ingress.manifest().name(),
                "spec",
                whole);
    }

    private List<Map<String, Object>> routes(
            IngressSource ingress,
            Site site,
            RouteAnnotations route,
            AssertedHeaders asserted,
            boolean closed,
            boolean several,
            WrittenObjects routes) {
        boolean shut = closed || closedHosts.contains(site.host());
        List<Map<String, Object>> rules = new ArrayList<>();
        List<Map<String, Object>> served = new ArrayList<>();
        List<Map<String, Object>> redirects = new ArrayList<>();
        Optional<Map<String, Object>> closing = shut ? Optional.of(closing(route)) : Optional.empty();
        route.appRoot()
                .filter(_ -> !shut)
                .ifPresent(filter ->
                        rules.add(ordered("matches", List.of(path("Exact", "/")), "filters", List.of(filter))));
        for (Site.Location location : site.locations()) {
            if (!location.ingress().equals(ingress)) {
                continue;
            }
            List<Map<String, Object>> matches = matches(site, location);
            redirects.add(ordered("matches", matches, "filters", List.of(toHttps())));
            if (closing.isPresent()) {
                rules.add(ordered("matches", matches, "filters", List.of(closing.get())));
            } else if (route.redirect().isPresent()) {
                rules.add(ordered(
                        "matches", matches, "filters", List.of(route.redirect().get())));
            } else {
                served.addAll(served(site, location, matches, route));
            }
        }
        if (!served.isEmpty() && !asserted.names().isEmpty()) {
            Map<String, Object> refusal =
                    route.filter("asserted-headers", ordered("directResponse", ordered("statusCode", 403)));
            served.forEach(rule -> rules.addAll(asserted.refusals(rule, refusal)));
        }
        rules.addAll(served);
        if (rules.isEmpty()) {
            return List.of();
        }
        boolean redirected = listeners.redirects(ingress, site.host());
        Optional<List<Map<String, Object>>> parents = listeners.parents(ingress, site.host());
        List<String> hostnames = listeners.hostnames(ingress, site.host());
        String name = name(ingress, site.host(), several);
        if (redirected) {
            writeRoutes(ingress, name + "-to-https", listeners.plain(), hostnames, redirects, routes);
        }
        return parents.isEmpty() ? List.of() : writeRoutes(ingress, name, parents.get(), hostnames, rules, routes);
    }

    private List<Map<String, Object>> writeRoutes(
            IngressSource ingress,
            String name,
            List<Map<String, Object>> parents,
            List<String> hostnames,
            List<Map<String, Object>> rules,
            WrittenObjects routes) {
        List<Map<String, Object>> targets = new ArrayList<>();
        for (List<Map<String, Object>> part : parts(rules)) {
            String partName = targets.isEmpty() ? name : name + "-" + (targets.size() + 1);
            Map<String, Object> spec = ordered("parentRefs", parents);
            if (!hostnames.isEmpty()) {
                spec.put("hostnames", hostnames);
            }
            spec.put("rules", part);
            routes.add(GATEWAY_API + "/v1", "HTTPRoute", ingress.manifest().namespace(), partName, "spec", spec);
            targets.add(ordered("group", GATEWAY_API, "kind", "HTTPRoute", "name", partName));
        }
        return targets;
    }

    /** The rules of each HTTPRoute that has as many as it may have. */
    static List<List<Map<String, Object>>> parts(List<Map<String, Object>> rules) {
        List<List<Map<String, Object>>> parts = new ArrayList<>();
        int matches = MATCHES;
        for (Map<String, Object> rule : rules) {
            int own = rule.get("matches") instanceof List<?> all ? all.size() : 1;
            if (matches + own > MATCHES || parts.getLast().size() == RULES) {
                parts.add(new ArrayList<>());
                matches = 0;
            }
            parts.getLast().add(rule);
            matches += own;
        }
        return parts;
    }

    private List<Map<String, Object>> served(
            Site site, Site.Location location, List<Map<String, Object>> matches, RouteAnnotations route) {
        Optional<List<Map<String, Object>>> filters = usable(site, location.path())
                ? route.filters(location.path(), site.regularExpressions())
                : Optional.empty();
        if (filters.isEmpty()) {
            if (!route.closed()) {
                report.gap(
                        new Setting(
                                location.ingress().manifest() + " path "
                                        + location.path().path(),
                                location.path().location(),
                                List.of()),
                        "Envoy's regular expressions (RE2) have no lookaround, backreferences or possessive quantifiers: write the"
                                + " path without them; all paths that begin as it does are closed");
            }
            return List.of(ordered("matches", matches, "filters", List.of(closing(route))));
        }
        Map<String, Object> main = route.reference(location.path().backend());
        if (location.canary().isEmpty()) {
            return List.of(rule(matches, filters.get(), List.of(main)));
        }
        Site.Canary canary = location.canary().get();
        ServicePort other = canary.path().backend();
        String from = location.ingress().manifest().namespace();
        Map<String, Object> second = new LinkedHashMap<>(route.reference(other));
        if (!other.namespace().equals(from) && !second.containsKey("kind")) {
            second.put("namespace", other.namespace());
            objects.grant(
                    from + "-" + other.name(),
                    ordered("group", GATEWAY_API, "kind", "HTTPRoute", "namespace", from),
                    other.namespace(),
                    "",
                    "Service",
                    other.name());
        }
        return Canaries.rules(canary.ingress(), matches, main, second).stream()
                .map(each -> rule(each.matches(), filters.get(), each.backends()))
                .toList();
    }

    private static Map<String, Object> rule(
            List<Map<String, Object>> matches, List<Map<String, Object>> filters, List<Map<String, Object>> backends) {
        Map<String, Object> rule = ordered("matches", matches);
        if (!filters.isEmpty()) {
            rule.put("filters", filters);
        }
        rule.put("backendRefs", backends);
        return rule;
    }

    private static Map<String, Object> closing(RouteAnnotations route) {
        return route.filter("closed", ordered("directResponse", ordered("statusCode", 503)));
    }

    private static Map<String, Object> toHttps() {
        return ordered("type", "RequestRedirect", "requestRedirect", ordered("scheme", "https", "statusCode", 308));
    }

    // ---- paths

    private static boolean usable(Site site, HostPath path) {
        return !site.regularExpressions()
                || RouteAnnotations.usable(path.path()).isPresent();
    }

    private List<Map<String, Object>> matches(Site site, Site.Location location) {
        String path = location.path().path();
        if (site.regularExpressions()) {
            return List.of(path(
                    "RegularExpression",
                    "(?i)" + RouteAnnotations.alternatives(usable(site, location.path()) ? path : literal(path))
                            + ".*"));
        }
        return switch (location.path().type()) {
            case Exact -> List.of(path("Exact", path));
            case Prefix -> List.of(path("PathPrefix", path));
            case ImplementationSpecific -> {
                if (path.endsWith("/")) {
                    yield List.of(path("PathPrefix", path));
                }
                if (site.goesOn(path)) {
                    report.differs(
                            new Setting(
                                    location.ingress().manifest() + " path " + path,
                                    location.path().location(),
                                    List.of()),
                            "matched by whole elements, not by characters: another path of the host goes on within the element");
                    yield List.of(path("PathPrefix", path));
                }
                // nginx compares characters: /shop is a prefix of /shopping.
                yield List.of(path("PathPrefix", path), path("RegularExpression", Pattern.quote(path) + "[^/].*"));
            }
        };
    }

    /** What of an expression is text for certain, from its beginning. */
    private static String literal(String expression) {
        StringBuilder literal = new StringBuilder();
        for (int i = 0; i < expression.length(); i++) {
            boolean text = Character.isLetterOrDigit(expression.charAt(i)) || "/-_~".indexOf(expression.charAt(i)) >= 0;
            boolean repeated = i + 1 < expression.length() && "?*+{|".indexOf(expression.charAt(i + 1)) >= 0;
            if (!text || repeated) {
                break;
            }
            literal.append(expression.charAt(i));
        }
        return expression.indexOf('|') >= 0 || literal.isEmpty() ? "/" : literal.toString();
    }

    private static Map<String, Object> path(String type, String value) {
        return ordered("path", ordered("type", type, "value", value));
    }

    private void passThrough(IngressSource ingress, String host, WrittenObjects routes) {
        Optional<Setting> setting = ingress.annotations().get("ssl-passthrough");
        Optional<HostPath> root = ingress.paths().stream()
                .filter(path -> path.host().equals(host) && path.path().equals("/"))
                .findFirst();
        if (host.isEmpty() || root.isEmpty()) {
            setting.ifPresent(each -> report.differs(
                    each, "left out: passing TLS through needs a host and the path / (nginx passes it over, too)"));
            return;
        }
        Map<String, Object> spec = ordered("parentRefs", listeners.passThrough(host));
        spec.put("hostnames", List.of(host));
        ServicePort backend = root.get().backend();
        spec.put(
                "rules",
                List.of(ordered("backendRefs", List.of(ordered("name", backend.name(), "port", backend.port())))));
        routes.add(
                GATEWAY_API + "/v1",
                "TLSRoute",
                ingress.manifest().namespace(),
                name(ingress, host, ingress.hosts().size() > 1),
                "spec",
                spec);
        setting.ifPresent(each -> report.takenOver(
                each,
                "TLSRoute " + ingress.manifest().namespace() + "/"
                        + ingress.manifest().name()));
    }

    /** A name that no other route has. */
    private String name(IngressSource ingress, String host, boolean several) {
        String label = host.isEmpty() ? "all-hosts" : host.replace("*", "any").toLowerCase(Locale.ROOT);
        String base = several
                ? ingress.manifest().name() + "-" + label
                : ingress.manifest().name();
        String name = base;
        for (int i = 2; !names.add(ingress.manifest().namespace() + "/" + name); i++) {
            name = base + "-" + i;
        }
        return name;
    }

    // ---- what is different for all

    private void differences() {
        Report.Outcome headers = new Report.Outcome.Differs(
                "backends get X-Forwarded-For, X-Forwarded-Proto and X-Request-Id, and not X-Real-IP, X-Forwarded-Host,"
                        + " X-Forwarded-Port, X-Forwarded-Scheme, X-Scheme and X-Original-Forwarded-For");
        report.add("headers to backends", headers);
        report.add(
                "what no path matches",
                new Report.Outcome.Differs("404 of the proxy, without a page; nginx asks its default backend"));
        report.add(
                "paths",
                new Report.Outcome.Differs(
                        "regular expressions and prefixes are compared with the path as it is sent, after dots and slashes are"
                                + " resolved; nginx decodes escapes (%20) before"));
        if (!controller.settings().containsKey("proxy-body-size")) {
            report.add(
                    "bodies of requests",
                    new Report.Outcome.Differs(
                            "there is no limit where proxy-body-size says none; nginx refuses more than 1m (413)"));
        }
        Set<String> wild = sites.keySet().stream()
                .filter(host -> host.startsWith("*."))
                .collect(Collectors.toCollection(LinkedHashSet::new));
        if (!wild.isEmpty()) {
            report.add(
                    "hosts " + String.join(", ", wild),
                    new Report.Outcome.Differs("the star stands for one label or more; in nginx for one"));
        }
    }
}
