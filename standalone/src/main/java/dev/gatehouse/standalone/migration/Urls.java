package dev.gatehouse.standalone.migration;

import static dev.gatehouse.standalone.imports.WrittenObjects.ENVOY_GATEWAY;
import static dev.gatehouse.standalone.imports.WrittenObjects.ordered;

import dev.gatehouse.standalone.imports.WrittenObjects;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** URLs of annotations: which backend they are. */
final class Urls {
    private static final Pattern SERVICE = Pattern.compile(
            "([a-z0-9](?:[-a-z0-9]*[a-z0-9])?)\\.([a-z0-9](?:[-a-z0-9]*[a-z0-9])?)\\.svc(?:\\.[-a-z0-9.]+)?");

    private Urls() {}

    /** The URL in {@code text}; empty where it is none with http or https and a host, or has variables of nginx in it. */
    static Optional<URI> of(String text) {
        try {
            URI uri = URI.create(text.strip());
            boolean usable = uri.getScheme() != null
                    && uri.getScheme().matches("https?")
                    && uri.getHost() != null
                    && text.indexOf('$') < 0;
            return usable ? Optional.of(uri) : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    static int port(URI uri) {
        return uri.getPort() > 0 ? uri.getPort() : uri.getScheme().equals("https") ? 443 : 80;
    }

    /**
     * A reference to what a URL leads to: a Service, where it is a Service's name in the cluster and plain http, else a Backend that is
     * added to {@code objects}.
     *
     * @param namespace of the object that refers
     * @param kind of the object that refers, for the ReferenceGrant to a Service of another namespace
     */
    static Map<String, Object> backend(
            URI uri, String namespace, String name, String group, String kind, WrittenObjects objects) {
        Matcher service = SERVICE.matcher(uri.getHost());
        if (service.matches() && uri.getScheme().equals("http")) {
            String in = service.group(2);
            Map<String, Object> reference = ordered("name", service.group(1));
            if (!in.equals(namespace)) {
                reference.put("namespace", in);
                objects.grant(
                        namespace + "-" + name,
                        ordered("group", group, "kind", kind, "namespace", namespace),
                        in,
                        "",
                        "Service",
                        service.group(1));
            }
            reference.put("port", port(uri));
            return reference;
        }
        Map<String, Object> spec = ordered("endpoints", List.of(endpoint(uri.getHost(), port(uri))));
        if (uri.getScheme().equals("https")) {
            spec.put("tls", ordered("wellKnownCACertificates", "System", "sni", uri.getHost()));
        }
        objects.add(ENVOY_GATEWAY + "/v1alpha1", "Backend", namespace, name, "spec", spec);
        return ordered("group", ENVOY_GATEWAY, "kind", "Backend", "name", name);
    }

    static Map<String, Object> endpoint(String host, int port) {
        return host.matches("[0-9.]+") || host.startsWith("[")
                ? ordered("ip", ordered("address", host.replaceAll("[\\[\\]]", ""), "port", port))
                : ordered("fqdn", ordered("hostname", host, "port", port));
    }
}
