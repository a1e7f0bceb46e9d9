package dev.gatehouse.standalone.migration;

import dev.gatehouse.gatewayapi.yaml.Location;
import dev.gatehouse.gatewayapi.yaml.Node;
import dev.gatehouse.standalone.imports.Report;
import dev.gatehouse.standalone.imports.Setting;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * An Ingress as ingress-nginx sees it.
 *
 * @param paths in the order of the file
 * @param fallback {@code spec.defaultBackend}
 */
record IngressSource(
        Manifest manifest,
        Annotations annotations,
        List<HostPath> paths,
        Set<String> hosts,
        Optional<ServicePort> fallback,
        List<TlsEntry> tls) {
    /** ingress-nginx takes the older first, then by namespace and name. */
    static final Comparator<IngressSource> OLDEST_FIRST = Comparator.<IngressSource, String>comparing(
                    each -> each.manifest.text("metadata.creationTimestamp").orElse(""))
            .thenComparing(each -> each.manifest.namespace())
            .thenComparing(each -> each.manifest.name());

    /** How a path is compared. */
    enum PathType {
        Exact,
        Prefix,
        ImplementationSpecific
    }

    /** A port of a Service. */
    record ServicePort(String namespace, String name, int port) {}

    /** @param host empty: all hosts that no Ingress names */
    record HostPath(String host, String path, PathType type, ServicePort backend, Location location) {}

    /** @param secret empty: the controller's default certificate */
    record TlsEntry(List<String> hosts, Optional<String> secret, Location location) {}

    IngressSource {
        paths = List.copyOf(paths);
        hosts = Set.copyOf(hosts);
        tls = List.copyOf(tls);
    }

    boolean canary() {
        return annotations.isTrue("canary");
    }

    boolean uses(String annotation) {
        return annotations.get(annotation).isPresent();
    }

    static IngressSource of(Manifest manifest, Manifests all, Map<String, Setting> controller, Report report) {
        List<HostPath> paths = new ArrayList<>();
        Set<String> hosts = new LinkedHashSet<>();
        for (Node.Mapping rule : Manifest.objects(manifest.tree(), "spec.rules")) {
            String host = Manifest.text(rule, "host").orElse("");
            hosts.add(host);
            for (Node.Mapping path : Manifest.objects(rule, "http.paths")) {
                String value = Manifest.text(path, "path").orElse("");
                backend(manifest, path, "backend", all, report)
                        .ifPresent(backend -> paths.add(new HostPath(
                                host,
                                value.isEmpty() ? "/" : value,
                                type(manifest, path, report),
                                backend,
                                path.location())));
            }
        }
        Optional<ServicePort> fallback = backend(manifest, manifest.tree(), "spec.defaultBackend", all, report);
        if (hosts.isEmpty() && fallback.isPresent()) {
            hosts.add("");
        }
        List<TlsEntry> tls = Manifest.objects(manifest.tree(), "spec.tls").stream()
                .map(entry -> new TlsEntry(
                        Manifest.texts(entry, "hosts"),
                        Manifest.text(entry, "secretName").filter(name -> !name.isBlank()),
                        entry.location()))
                .toList();
        return new IngressSource(manifest, new Annotations(manifest, controller), paths, hosts, fallback, tls);
    }

    private static PathType type(Manifest manifest, Node.Mapping path, Report report) {
        String type = Manifest.text(path, "pathType").orElse("ImplementationSpecific");
        for (PathType each : PathType.values()) {
            if (each.name().equals(type)) {
                return each;
            }
        }
        report.wrong(
                path.locate("pathType"),
                manifest + " pathType",
                "\"" + type + "\" (expected: Exact, Prefix or ImplementationSpecific)");
        return PathType.Exact;
    }

    private static Optional<ServicePort> backend(
            Manifest manifest, Node.Mapping tree, String path, Manifests all, Report report) {
        if (tree.find(path).filter(node -> !Node.isNull(node)).isEmpty()) {
            return Optional.empty();
        }
        Optional<String> name = Manifest.text(tree, path + ".service.name");
        if (name.isEmpty()) {
            report.wrong(
                    tree.locate(path),
                    manifest + " " + path,
                    Manifest.text(tree, path + ".serviceName").isPresent()
                            ? "is of an API before networking.k8s.io/v1 (expected: service.name and service.port)"
                            : "names no Service (expected: service.name and service.port; ingress-nginx serves no other kind)");
            return Optional.empty();
        }
        Optional<Integer> number = Manifest.text(tree, path + ".service.port.number")
                .filter(text -> text.matches("[0-9]{1,5}"))
                .map(Integer::valueOf);
        return number.or(() -> Manifest.text(tree, path + ".service.port.name")
                        .flatMap(port -> named(manifest, tree, path, name.get(), port, all, report)))
                .map(port -> new ServicePort(manifest.namespace(), name.get(), port));
    }

    private static Optional<Integer> named(
            Manifest manifest,
            Node.Mapping tree,
            String path,
            String service,
            String port,
            Manifests all,
            Report report) {
        Optional<Integer> number = all.find("Service", manifest.namespace(), service)
                .flatMap(each -> Manifest.objects(each.tree(), "spec.ports").stream()
                        .filter(one -> Manifest.text(one, "name").equals(Optional.of(port)))
                        .flatMap(one -> Manifest.text(one, "port").stream())
                        .findFirst())
                .map(Integer::valueOf);
        if (number.isEmpty()) {
            report.wrong(
                    tree.locate(path + ".service.port.name"),
                    manifest + " " + path + ".service.port.name",
                    "\"" + port + "\" is no port of Service " + manifest.namespace() + "/" + service
                            + " in these files (expected: the Service among the files, with a port of this name)");
        }
        return number;
    }
}
