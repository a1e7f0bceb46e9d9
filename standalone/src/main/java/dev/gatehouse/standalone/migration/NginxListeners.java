package dev.gatehouse.standalone.migration;

import static dev.gatehouse.standalone.imports.WrittenObjects.ENVOY_GATEWAY;
import static dev.gatehouse.standalone.imports.WrittenObjects.GATEWAY_API;
import static dev.gatehouse.standalone.imports.WrittenObjects.ordered;

import dev.gatehouse.standalone.imports.Report;
import dev.gatehouse.standalone.imports.Setting;
import dev.gatehouse.standalone.imports.WrittenObjects;
import dev.gatehouse.standalone.migration.IngressSource.TlsEntry;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The Gateway with its listeners: which hosts have TLS, with which certificates, and which redirect to it. For one thread. */
final class NginxListeners {
    /** Listeners that Gateway API allows in a Gateway, and in a ListenerSet. */
    private static final int LISTENERS = 64;

    private static final String HTTP = "http";
    private static final Pattern STREAM =
            Pattern.compile("([a-z0-9][-a-z0-9]*)/([a-z0-9][-a-z0-9]*):([0-9]{1,5}|[a-z][-a-z0-9]*)((?::PROXY){0,2})");

    private final IngressNginx.Options options;
    private final Manifests manifests;
    private final ControllerSettings controller;
    private final Report report;
    private final WrittenObjects others = new WrittenObjects();
    private final List<Map<String, Object>> listeners = new ArrayList<>();
    /** Host to namespace/name of its certificate. */
    private final Map<String, String> certificates = new LinkedHashMap<>();

    private final Set<String> hosts = new HashSet<>();
    private final Set<String> withoutCertificate = new HashSet<>();
    private final Map<String, String> sections = new LinkedHashMap<>();
    private final Set<String> granted = new HashSet<>();
    private final Map<String, Map<String, Object>> validations = new LinkedHashMap<>();
    private final Set<String> tlsOnly = new HashSet<>();
    private boolean original;

    NginxListeners(IngressNginx.Options options, Manifests manifests, ControllerSettings controller, Report report) {
        this.options = options;
        this.manifests = manifests;
        this.controller = controller;
        this.report = report;
        listeners.add(listener(HTTP, "HTTP", 80));
    }

    private static Map<String, Object> listener(String name, String protocol, int port) {
        Map<String, Object> listener = ordered("name", name, "protocol", protocol, "port", port);
        listener.put("allowedRoutes", ordered("namespaces", ordered("from", "All")));
        return listener;
    }

    // ---- certificates

    /** Finds the certificate of each host. Like nginx, it uses the certificate of the oldest Ingress. */
    void certificates(List<IngressSource> ingresses) {
        ingresses.forEach(each -> hosts.addAll(each.hosts()));
        for (IngressSource ingress : ingresses) {
            ingress.hosts().forEach(host -> certificate(ingress, host));
        }
        for (IngressSource ingress : ingresses) {
            boolean forced = ingress.annotations().isTrue("force-ssl-redirect");
            for (String host : ingress.hosts()) {
                if (forced && !certificates.containsKey(host) && !withoutCertificate.contains(host)) {
                    withoutCertificate.add(host);
                    ingress.annotations()
                            .get("force-ssl-redirect")
                            .ifPresent(
                                    setting -> report.gap(
                                            setting,
                                            "host \"" + host
                                                    + "\" has no certificate in spec.tls: requests are redirected to https, and nothing"
                                                    + " serves that. Add spec.tls, or remove the annotation where a load balancer ends TLS"));
                }
            }
        }
    }

    private void certificate(IngressSource ingress, String host) {
        if (certificates.containsKey(host)) {
            return;
        }
        for (TlsEntry tls : ingress.tls()) {
            if (!tls.hosts().isEmpty() && tls.hosts().stream().noneMatch(each -> covers(each, host))) {
                continue;
            }
            Setting setting =
                    new Setting(ingress.manifest() + " spec.tls for \"" + host + "\"", tls.location(), List.of());
            if (tls.secret().isEmpty()) {
                withoutCertificate.add(host);
                report.gap(
                        setting,
                        "there is no default certificate: name a Secret (secretName); until then requests are redirected to https,"
                                + " and nothing serves that");
                return;
            }
            certificates.put(
                    host, ingress.manifest().namespace() + "/" + tls.secret().get());
            withoutCertificate.remove(host);
            section(host, host);
            report.takenOver(
                    setting,
                    "Gateway " + options.gatewayNamespace() + "/" + options.gateway() + " listener "
                            + sections.get(host));
            return;
        }
    }

    private static boolean covers(String certificate, String host) {
        return certificate.equals(host)
                || certificate.startsWith("*.")
                        && host.indexOf('.') > 0
                        && host.substring(host.indexOf('.')).equals(certificate.substring(1));
    }

    /** Makes the listener of a host, with the certificate of another. */
    private void section(String host, String of) {
        if (sections.containsKey(host)) {
            return;
        }
        String[] secret = certificates.getOrDefault(of, "/").split("/", 2);
        String name = "https-" + label(host);
        Map<String, Object> listener = listener(name, "HTTPS", 443);
        if (!host.isEmpty()) {
            listener.put("hostname", host);
        }
        Map<String, Object> reference = ordered("name", secret[1]);
        if (!secret[0].equals(options.gatewayNamespace())) {
            reference.put("namespace", secret[0]);
            grant(secret[0], "Gateway", GATEWAY_API, secret[1]);
            if (listeners.size() >= LISTENERS) {
                grant(secret[0], "ListenerSet", GATEWAY_API, secret[1]);
            }
        }
        listener.put("tls", ordered("mode", "Terminate", "certificateRefs", List.of(reference)));
        listeners.add(listener);
        sections.put(host, name);
    }

    private void grant(String namespace, String kind, String group, String secret) {
        if (granted.add(kind + " " + namespace + "/" + secret)) {
            others.grant(
                    options.gateway() + "-" + kind.toLowerCase(Locale.ROOT) + "-" + secret,
                    ordered("group", group, "kind", kind, "namespace", options.gatewayNamespace()),
                    namespace,
                    "",
                    "Secret",
                    secret);
        }
    }

    private static String label(String host) {
        return host.isEmpty() ? "all-hosts" : host.replace("*", "any").toLowerCase(Locale.ROOT);
    }

    // ---- which listeners a route is for

    /** Whether plain requests for the host are redirected to https. */
    boolean redirects(IngressSource ingress, String host) {
        Annotations annotations = ingress.annotations();
        Optional<Setting> redirect = annotations.get("ssl-redirect");
        Optional<Setting> forced = annotations.get("force-ssl-redirect");
        boolean tls = certificates.containsKey(host) || withoutCertificate.contains(host);
        boolean wanted =
                tls && (redirect.filter(Annotations::isFalse).isEmpty() || annotations.isTrue("force-ssl-redirect"));
        String where = "HTTPRoute " + ingress.manifest().namespace() + "/"
                + ingress.manifest().name() + "-to-https";
        redirect.ifPresent(setting -> {
            if (!tls) {
                report.notNeeded(setting, "host \"" + host + "\" has no TLS, and nginx redirects nothing");
            } else {
                report.takenOver(setting, wanted ? where : "routes for listener http, too");
            }
        });
        forced.ifPresent(setting -> {
            if (certificates.containsKey(host) || !annotations.isTrue("force-ssl-redirect")) {
                report.takenOver(setting, wanted ? where : "no redirect");
            }
        });
        if (tls && redirect.isEmpty() && forced.isEmpty() && wanted) {
            report.add(
                    ingress.manifest() + " ssl-redirect",
                    new Report.Outcome.TakenOver(where + ": 308, as nginx does with TLS"));
        }
        return wanted || tlsOnly.contains(host);
    }

    /** The parents of the route of a host; empty where none serves it but the redirect. */
    Optional<List<Map<String, Object>>> parents(IngressSource ingress, String host) {
        List<Map<String, Object>> parents = new ArrayList<>();
        boolean redirected = redirects(ingress, host);
        if (!redirected) {
            parents.addAll(plain());
        }
        for (String each : hostnames(ingress, host).isEmpty() ? List.of("") : hostnames(ingress, host)) {
            if (certificates.containsKey(host)) {
                section(each, host);
                parents.add(parent(sections.getOrDefault(each, HTTP)));
            }
        }
        return parents.isEmpty() ? Optional.empty() : Optional.of(parents);
    }

    /** The listener without TLS. */
    List<Map<String, Object>> plain() {
        return List.of(parent(HTTP));
    }

    private Map<String, Object> parent(String section) {
        int index = 0;
        for (int i = 0; i < listeners.size(); i++) {
            if (section.equals(listeners.get(i).get("name"))) {
                index = i;
            }
        }
        Map<String, Object> parent = new LinkedHashMap<>();
        if (index >= LISTENERS) {
            parent.put("kind", "ListenerSet");
        }
        parent.put("name", holder(index));
        parent.put("namespace", options.gatewayNamespace());
        parent.put("sectionName", section);
        return parent;
    }

    /** The Gateway or ListenerSet that has a listener. */
    private String holder(int index) {
        return index < LISTENERS ? options.gateway() : options.gateway() + "-" + (index / LISTENERS + 1);
    }

    /** The host and its aliases; none for all hosts. */
    List<String> hostnames(IngressSource ingress, String host) {
        if (host.isEmpty()) {
            return List.of();
        }
        List<String> names = new ArrayList<>(List.of(host));
        ingress.annotations().get("server-alias").ifPresent(setting -> {
            for (String alias : AccessAnnotations.list(setting.value())) {
                if (hosts.contains(alias) && !alias.equals(host)) {
                    report.differs(
                            setting,
                            "left out: an Ingress has the host \"" + alias + "\"; nginx leaves the alias out, too");
                } else if (alias.matches("(\\*\\.)?[a-z0-9]([-a-z0-9.]*[a-z0-9])?")) {
                    names.add(alias);
                    report.takenOver(
                            setting,
                            "HTTPRoute " + ingress.manifest().namespace() + "/"
                                    + ingress.manifest().name() + " spec.hostnames");
                } else {
                    report.differs(
                            setting,
                            "left out: \"" + alias + "\" is no host name: a hostname is no regular expression");
                }
            }
        });
        return names.stream().distinct().toList();
    }

    /** A listener that passes the TLS of a host through. */
    List<Map<String, Object>> passThrough(String host) {
        String name = "passthrough-" + label(host);
        Map<String, Object> listener = listener(name, "TLS", 443);
        listener.put("hostname", host);
        listener.put("tls", ordered("mode", "Passthrough"));
        // The host has no TLS of the Gateway then.
        String terminated = sections.remove(host);
        listeners.removeIf(each -> terminated != null && terminated.equals(each.get("name")));
        listeners.add(listener);
        return List.of(parent(name));
    }

    // ---- from-to-www-redirect

    void wwwRedirect(IngressSource ingress, String host, Set<String> hosts, String name, WrittenObjects routes) {
        Optional<Setting> setting = ingress.annotations().get("from-to-www-redirect");
        if (setting.isEmpty()) {
            return;
        }
        String other = host.startsWith("www.") ? host.substring(4) : "www." + host;
        if (!Annotations.isTrue(setting.get()) || host.isEmpty() || host.startsWith("*") || hosts.contains(other)) {
            report.notNeeded(
                    setting.get(), "it is off, or an Ingress has the other host; nginx redirects nothing then");
            return;
        }
        List<Map<String, Object>> parents = new ArrayList<>(plain());
        if (certificates.containsKey(host)) {
            section(other, host);
            parents.add(parent(sections.getOrDefault(other, HTTP)));
        }
        Map<String, Object> spec = ordered("parentRefs", parents, "hostnames", List.of(other));
        spec.put(
                "rules",
                List.of(ordered(
                        "filters",
                        List.of(ordered(
                                "type",
                                "RequestRedirect",
                                "requestRedirect",
                                ordered("hostname", host, "statusCode", 308))))));
        routes.add(GATEWAY_API + "/v1", "HTTPRoute", ingress.manifest().namespace(), name, "spec", spec);
        report.takenOver(setting.get(), "HTTPRoute " + ingress.manifest().namespace() + "/" + name);
    }

    // ---- client certificates

    /** Has the listeners of an Ingress's hosts ask for client certificates; true where that cannot be, and routes must be closed. */
    boolean clientCertificates(IngressSource ingress) {
        Annotations annotations = ingress.annotations();
        Optional<Setting> secret = annotations.get("auth-tls-secret");
        Optional<Setting> verify = annotations.get("auth-tls-verify-client");
        Optional<Setting> passed = annotations.get("auth-tls-pass-certificate-to-upstream");
        annotations
                .get("auth-tls-verify-depth")
                .ifPresent(setting -> report.differs(setting, "a chain may have any length that Envoy verifies (100)"));
        annotations
                .get("auth-tls-error-page")
                .ifPresent(setting ->
                        report.differs(setting, "a client without a certificate gets no page: the handshake fails"));
        boolean closed = false;
        Optional<Setting> name = annotations.get("auth-tls-match-cn");
        if (name.isPresent()) {
            report.gap(
                    name.get(),
                    "the subject's common name is not looked at: tls.clientValidation.subjectAltNames of the ClientTrafficPolicy"
                            + " compares names of certificates; its routes are closed");
            closed = true;
        }
        if (secret.isEmpty()) {
            verify.ifPresent(setting -> report.notNeeded(setting, "without auth-tls-secret nginx asks for none"));
            passed.ifPresent(setting -> report.notNeeded(setting, "without auth-tls-secret nginx asks for none"));
            return closed;
        }
        String mode = verify.map(each -> each.value().strip()).orElse("on");
        if (mode.equals("off")) {
            report.notNeeded(secret.get(), "auth-tls-verify-client is off");
            verify.ifPresent(setting -> report.notNeeded(setting, "it is off"));
            return closed;
        }
        Optional<String> without = ingress.hosts().stream()
                .filter(host -> !certificates.containsKey(host))
                .findFirst();
        if (!mode.matches("on|optional") || without.isPresent()) {
            report.gap(
                    verify.filter(_ -> without.isEmpty()).orElse(secret.get()),
                    (without.isPresent()
                                    ? "host \"" + without.get() + "\" has no TLS"
                                    : "certificates of unknown authorities are not told to backends (expected: on or optional)")
                            + "; its routes are closed");
            return true;
        }
        String[] parts = secret.get().value().strip().split("/", 2);
        String namespace = parts.length > 1 ? parts[0] : ingress.manifest().namespace();
        Map<String, Object> reference = ordered("group", "", "kind", "Secret", "name", parts[parts.length - 1]);
        if (!namespace.equals(options.gatewayNamespace())) {
            reference.put("namespace", namespace);
            grant(namespace, "ClientTrafficPolicy", ENVOY_GATEWAY, parts[parts.length - 1]);
        }
        Map<String, Object> validation = ordered(
                "mode",
                mode.equals("on") ? "RequireAndVerify" : "VerifyIfGiven",
                "caCertificateRefs",
                List.of(reference));
        Map<String, Object> settings = ordered("clientValidation", validation);
        boolean shown = passed.filter(Annotations::isTrue).isPresent();
        if (shown) {
            settings.put("shown", true);
        }
        ingress.hosts().forEach(host -> {
            tlsOnly.add(host);
            validations.putIfAbsent(host, settings);
        });
        report.differs(
                secret.get(),
                "ClientTrafficPolicy for the host's listener, spec.tls.clientValidation: without a certificate the handshake fails, where"
                        + " nginx answers 400; plain requests are redirected to https");
        verify.ifPresent(setting -> report.takenOver(setting, "ClientTrafficPolicy spec.tls.clientValidation.mode"));
        passed.ifPresent(setting -> {
            if (shown) {
                report.differs(
                        setting,
                        "backends find the certificate in X-Forwarded-Client-Cert, and not in ssl-client-cert");
            } else {
                report.notNeeded(setting, "it is off");
            }
        });
        return closed;
    }

    /** Has every request carry what nginx tells authorization servers. */
    void tellOriginal() {
        original = true;
    }

    // ---- TCP and UDP

    /** Writes the routes of the ConfigMaps tcp-services and udp-services. */
    void streams(WrittenObjects routes) {
        controller.tcp().entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(each -> stream(each.getKey(), each.getValue(), "TCP", routes));
        controller.udp().entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(each -> stream(each.getKey(), each.getValue(), "UDP", routes));
    }

    private void stream(String port, Setting setting, String protocol, WrittenObjects routes) {
        Matcher target = STREAM.matcher(setting.value().strip());
        if (!target.matches()) {
            report.wrong(setting, "\"" + setting.value() + "\" (expected: NAMESPACE/SERVICE:PORT)");
            return;
        }
        Optional<Integer> number = target.group(3).matches("[0-9]+")
                ? Optional.of(Integer.valueOf(target.group(3)))
                : manifests
                        .find("Service", target.group(1), target.group(2))
                        .flatMap(service -> Manifest.objects(service.tree(), "spec.ports").stream()
                                .filter(each -> Manifest.text(each, "name").equals(Optional.of(target.group(3))))
                                .flatMap(each -> Manifest.text(each, "port").stream())
                                .findFirst())
                        .map(Integer::valueOf);
        if (number.isEmpty()) {
            report.wrong(
                    setting, "port \"" + target.group(3) + "\" is not known (expected: the Service among the files)");
            return;
        }
        String name = protocol.toLowerCase(Locale.ROOT) + "-" + port;
        listeners.add(listener(name, protocol, Integer.parseInt(port)));
        Map<String, Object> spec = ordered("parentRefs", List.of(parent(name)));
        spec.put(
                "rules",
                List.of(ordered("backendRefs", List.of(ordered("name", target.group(2), "port", number.get())))));
        routes.add(GATEWAY_API + "/v1alpha2", protocol + "Route", target.group(1), name, "spec", spec);
        if (target.group(4).isEmpty()) {
            report.takenOver(setting, protocol + "Route " + target.group(1) + "/" + name);
        } else {
            report.differs(
                    setting,
                    protocol + "Route " + target.group(1) + "/" + name
                            + "; the PROXY protocol is not spoken: proxyProtocol of a ClientTrafficPolicy for the listener, and of a"
                            + " BackendTrafficPolicy for the route");
        }
    }

    // ---- the objects

    /** The Gateway, its ListenerSets, policies and grants. */
    List<Map<String, Object>> objects() {
        WrittenObjects objects = new WrittenObjects();
        boolean more = listeners.size() > LISTENERS;
        Map<String, Object> spec = ordered("gatewayClassName", options.gatewayClass());
        if (more) {
            spec.put("allowedListeners", ordered("namespaces", ordered("from", "Same")));
        }
        spec.put("listeners", List.copyOf(listeners.subList(0, Math.min(LISTENERS, listeners.size()))));
        objects.add(GATEWAY_API + "/v1", "Gateway", options.gatewayNamespace(), options.gateway(), "spec", spec);
        for (int i = LISTENERS; i < listeners.size(); i += LISTENERS) {
            Map<String, Object> set = ordered("parentRef", ordered("name", options.gateway()));
            set.put("listeners", List.copyOf(listeners.subList(i, Math.min(i + LISTENERS, listeners.size()))));
            objects.add(GATEWAY_API + "/v1", "ListenerSet", options.gatewayNamespace(), holder(i), "spec", set);
        }
        Map<String, Object> client = client(certificates.isEmpty() ? "http" : "https");
        if (!client.isEmpty()) {
            clientPolicy(objects, options.gateway(), "Gateway", options.gateway(), Optional.empty(), client);
        }
        if (original && !certificates.isEmpty()) {
            clientPolicy(
                    objects,
                    options.gateway() + "-http",
                    "Gateway",
                    options.gateway(),
                    Optional.of("http"),
                    client("http"));
        }
        if (!certificates.isEmpty() && controller.strictTransport().isPresent()) {
            report.add(
                    "Strict-Transport-Security",
                    new Report.Outcome.TakenOver(
                            "ClientTrafficPolicy " + options.gatewayNamespace() + "/" + options.gateway()
                                    + " spec.headers.lateResponseHeaders, also of plain responses, where browsers pass it over"));
        }
        validations.forEach((host, settings) -> {
            String section = sections.get(host);
            if (section != null) {
                validated(objects, host, section, client, settings);
            }
        });
        List<Map<String, Object>> all = new ArrayList<>(objects.all());
        all.addAll(others.all());
        return all;
    }

    /** @param scheme of the listeners that the policy is for: early headers are set before Envoy knows the request's */
    @SuppressWarnings("unchecked") // made by ControllerSettings
    private Map<String, Object> client(String scheme) {
        Map<String, Object> client = new LinkedHashMap<>(controller.client());
        Map<String, Object> headers =
                new LinkedHashMap<>((Map<String, Object>) client.getOrDefault("headers", Map.of()));
        if (original) {
            Map<String, Object> early =
                    new LinkedHashMap<>((Map<String, Object>) headers.getOrDefault("earlyRequestHeaders", Map.of()));
            List<Object> set = new ArrayList<>((List<Object>) early.getOrDefault("set", List.of()));
            AccessAnnotations.original(scheme).forEach((name, value) -> set.add(ordered("name", name, "value", value)));
            early.put("set", set);
            headers.put("earlyRequestHeaders", early);
        }
        Optional<String> strict = controller.strictTransport();
        if (!certificates.isEmpty() && strict.isPresent()) {
            Map<String, Object> late =
                    new LinkedHashMap<>((Map<String, Object>) headers.getOrDefault("lateResponseHeaders", Map.of()));
            late.put("addIfAbsent", List.of(ordered("name", "Strict-Transport-Security", "value", strict.get())));
            headers.put("lateResponseHeaders", late);
        }
        if (!headers.isEmpty()) {
            client.put("headers", headers);
        }
        return client;
    }

    @SuppressWarnings("unchecked") // made here
    private void validated(
            WrittenObjects objects,
            String host,
            String section,
            Map<String, Object> client,
            Map<String, Object> settings) {
        Map<String, Object> own = new LinkedHashMap<>(client);
        Map<String, Object> tls = new LinkedHashMap<>((Map<String, Object>) own.getOrDefault("tls", Map.of()));
        tls.put("clientValidation", settings.getOrDefault("clientValidation", Map.of()));
        own.put("tls", tls);
        if (settings.containsKey("shown")) {
            Map<String, Object> headers =
                    new LinkedHashMap<>((Map<String, Object>) own.getOrDefault("headers", Map.of()));
            headers.put(
                    "xForwardedClientCert",
                    ordered("mode", "SanitizeSet", "certDetailsToAdd", List.of("Subject", "Cert")));
            own.put("headers", headers);
        }
        Map<String, Object> parent = parent(section);
        clientPolicy(
                objects,
                options.gateway() + "-" + label(host),
                String.valueOf(parent.getOrDefault("kind", "Gateway")),
                String.valueOf(parent.get("name")),
                Optional.of(section),
                own);
    }

    private void clientPolicy(
            WrittenObjects objects,
            String name,
            String kind,
            String target,
            Optional<String> section,
            Map<String, Object> settings) {
        Map<String, Object> reference = ordered("group", GATEWAY_API, "kind", kind, "name", target);
        section.ifPresent(each -> reference.put("sectionName", each));
        Map<String, Object> spec = ordered("targetRefs", List.of(reference));
        spec.putAll(settings);
        objects.add(ENVOY_GATEWAY + "/v1alpha1", "ClientTrafficPolicy", options.gatewayNamespace(), name, "spec", spec);
    }
}
