package dev.gatehouse.standalone.collect;

import dev.gatehouse.controller.files.FileSet;
import dev.gatehouse.controller.kubernetes.ClusterObjects;
import dev.gatehouse.gatewayapi.ResourceReader.Found;
import dev.gatehouse.gatewayapi.Secret;
import dev.gatehouse.standalone.instance.ClusterGatehouse;
import dev.gatehouse.standalone.instance.ClusterStatus;
import dev.gatehouse.standalone.instance.CommandFailure;
import dev.gatehouse.standalone.instance.Component;
import dev.gatehouse.standalone.instance.LocalGatehouse;
import dev.gatehouse.standalone.instance.LogLine;
import dev.gatehouse.standalone.instance.Progress;
import dev.gatehouse.standalone.instance.Proxies;
import dev.gatehouse.standalone.instance.Replica;
import dev.gatehouse.standalone.instance.RunningGatehouse;
import dev.gatehouse.standalone.instance.ServedResources;
import dev.gatehouse.standalone.instance.Subscribers;
import dev.gatehouse.standalone.instance.Versions;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Collects versions, objects with their statuses, pods, the served xDS resources, the proxies' configuration, metrics,
 * logs and the last WAF events into one archive. Data that cannot be collected is named in the manifest and does not
 * stop the collection. Of Secrets only the names of their keys are included.
 */
public final class SupportBundle {
    private static final int MOST_LINES = 20_000;

    private final RunningGatehouse gatehouse;
    private final Progress progress;
    private final Redactor redactor = new Redactor();

    /** Of a Gatehouse; progress is told while it collects. */
    public SupportBundle(RunningGatehouse gatehouse, Progress progress) {
        this.gatehouse = gatehouse;
        this.progress = progress;
    }

    /**
     * The result of the collection.
     *
     * @param missing what could not be had, and why
     */
    public record Result(int files, List<String> missing) {
        public Result {
            missing = List.copyOf(missing);
        }
    }

    private interface Part {
        void collect() throws IOException;
    }

    /**
     * Writes the archive.
     *
     * @param client the version of this command
     * @param since how far logs go back
     * @throws java.nio.file.FileAlreadyExistsException the file is there
     */
    public Result write(Path file, String client, Duration since) throws IOException {
        try (Archive archive = new Archive(file, redactor)) {
            // The objects come first, since the values of their Secrets are then redacted in all other texts.
            switch (gatehouse) {
                case ClusterGatehouse cluster -> objects(cluster, archive);
                case LocalGatehouse local -> files(local, archive);
            }
            part(archive, "versions", () -> versions(archive, client));
            part(archive, "status", () -> status(archive));
            part(
                    archive,
                    "subscribers of xds-svc",
                    () -> archive.tree(
                            "xds/subscribers.json",
                            "what proxies and services were sent and acknowledged",
                            Subscribers.read(gatehouse, progress).told()));
            part(archive, "resources that xds-svc serves", () -> resources(archive));
            List<Replica> services = new ArrayList<>();
            part(archive, "services", () -> services.addAll(gatehouse.services()));
            List<Replica> proxies = new ArrayList<>();
            part(archive, "proxies", () -> proxies.addAll(gatehouse.replicas(Component.PROXY)));
            services.forEach(each -> service(archive, each, since));
            proxies.forEach(each -> proxy(archive, each, since));
            archive.manifest(new JsonObject()
                    .put("createdAt", Instant.now().toString())
                    .put("client", client)
                    .put("of", gatehouse.described())
                    .put("logsSince", since.toString())
                    .put("knownSecretValues", redactor.known()));
            return new Result(archive.files(), archive.notHad());
        }
    }

    private void part(Archive archive, String what, Part part) {
        progress.step("collecting: " + what);
        try {
            part.collect();
        } catch (IOException | CommandFailure | KubernetesClientException e) {
            archive.missing(what, Objects.requireNonNullElse(e.getMessage(), e.toString()));
        }
    }

    private void versions(Archive archive, String client) throws IOException {
        Versions versions = Versions.read(gatehouse, client, progress);
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("client", client);
        tree.put(
                "running",
                versions.running().stream()
                        .map(each -> Map.of(
                                "component", each.replica().component().text(),
                                "process", each.replica().name(),
                                "image", each.replica().image(),
                                "version", each.version(),
                                "java", each.java()))
                        .toList());
        tree.put("unknown", versions.unknown());
        tree.put("skew", versions.skew());
        archive.tree("versions.json", "versions of this command, the services and the proxies", tree);
    }

    private void status(Archive archive) throws IOException {
        JsonObject status = switch (gatehouse) {
            case ClusterGatehouse cluster -> ClusterStatus.of(cluster, progress);
            case LocalGatehouse local ->
                new JsonObject(local.get(local.services().getFirst(), "/gatehouse/status"));
        };
        archive.tree("status.json", "Gateways, routes, policies, proxies and problems", status);
    }

    private void resources(Archive archive) throws IOException {
        Map<Object, List<Map<String, Object>>> byFleet =
                ServedResources.read(gatehouse, progress, _ -> true).trees(null).stream()
                        .collect(Collectors.groupingBy(
                                each -> String.valueOf(each.get("fleet")), LinkedHashMap::new, Collectors.toList()));
        byFleet.forEach((fleet, trees) -> archive.tree(
                "xds/resources/" + fileName(String.valueOf(fleet)) + ".json", "what " + fleet + " is served", trees));
    }

    private void service(Archive archive, Replica service, Duration since) {
        String folder = "services/" + fileName(service.name()) + "/";
        logs(archive, folder, service, since);
        if (!service.ready() && gatehouse.cluster()) {
            archive.missing(service + ": pages", "it is not ready: " + service.state());
            return;
        }
        part(
                archive,
                service + ": metrics",
                () -> archive.text(folder + "metrics.txt", "metrics", gatehouse.get(service, "/q/metrics")));
        part(
                archive,
                service + ": health",
                () -> archive.text(folder + "health.json", "health", gatehouse.get(service, "/q/health")));
        boolean all = !gatehouse.cluster();
        if (all || service.component() == Component.WAF) {
            part(
                    archive,
                    service + ": WAF events",
                    () -> archive.tree(
                            folder + "waf-events.json",
                            "the last requests in which WAF rules found something",
                            new JsonObject(gatehouse.get(service, "/gatehouse/waf/events"))));
        }
        if (all || service.component() == Component.RATELIMIT) {
            part(
                    archive,
                    service + ": limits",
                    () -> archive.tree(
                            folder + "quota-top.json",
                            "the descriptors that limits refused most, without their values",
                            withoutValues(new JsonObject(gatehouse.get(service, "/gatehouse/quota/top")))));
        }
    }

    /** Values of descriptors are of clients, and may be credentials. */
    private static JsonObject withoutValues(JsonObject top) {
        top.getJsonArray("limited").stream()
                .flatMap(each -> ((JsonObject) each).getJsonArray("descriptor").stream())
                .forEach(entry -> ((JsonObject) entry).put("value", Redactor.REDACTED));
        return top;
    }

    private void proxy(Archive archive, Replica proxy, Duration since) {
        String folder = "proxies/" + fileName(proxy.name()) + "/";
        logs(archive, folder, proxy, since);
        part(
                archive,
                proxy + ": configuration",
                () -> archive.tree(
                        folder + "config_dump.json",
                        "what the proxy has",
                        new JsonObject(gatehouse.get(proxy, "/config_dump?include_eds"))));
        part(
                archive,
                proxy + ": what it is",
                () -> archive.tree(
                        folder + "server_info.json",
                        "version and command line",
                        new JsonObject(gatehouse.get(proxy, "/server_info"))));
        part(
                archive,
                proxy + ": endpoints",
                () -> archive.text(
                        folder + "clusters.txt", "endpoints and their health", gatehouse.get(proxy, "/clusters")));
        part(
                archive,
                proxy + ": metrics",
                () -> archive.text(folder + "metrics.txt", "metrics", gatehouse.get(proxy, "/stats/prometheus")));
        part(
                archive,
                proxy + ": difference",
                () -> archive.tree(
                        folder + "diff.json",
                        "what the proxy has against what it should have",
                        Proxies.difference(gatehouse, proxy.node(), progress)));
    }

    private void logs(Archive archive, String folder, Replica replica, Duration since) {
        part(
                archive,
                replica + ": log",
                () -> archive.text(
                        folder + "log.txt",
                        "what it logged",
                        gatehouse.logs(replica, since, MOST_LINES).stream()
                                .map(SupportBundle::line)
                                .collect(Collectors.joining("\n", "", "\n"))));
    }

    private static String line(LogLine line) {
        return line.at() + " " + line.text();
    }

    private void objects(ClusterGatehouse cluster, Archive archive) {
        List<GenericKubernetesResource> objects = new ArrayList<>();
        part(
                archive,
                "objects",
                () -> ClusterObjects.visit(cluster.client(), List.of(), (_, object) -> objects.add(object))
                        .forEach(each -> archive.missing("objects", each)));
        part(
                archive,
                "Secrets of namespace " + cluster.namespace(),
                () -> cluster.client()
                        .secrets()
                        .inNamespace(cluster.namespace())
                        .list()
                        .getItems()
                        .forEach(secret -> learn(Objects.requireNonNullElse(secret.getData(), Map.of()))));
        for (GenericKubernetesResource object : objects) {
            if (object.getKind().equals("Secret")
                    && object.getAdditionalProperties().get("data") instanceof Map<?, ?> data) {
                learn(data);
            }
        }
        for (GenericKubernetesResource object : objects) {
            String namespace = Objects.requireNonNullElse(object.getMetadata().getNamespace(), "");
            archive.tree(
                    "objects/" + object.getKind() + "/"
                            + fileName(namespace + "_" + object.getMetadata().getName()) + ".json",
                    object.getKind() + " " + namespace + "/"
                            + object.getMetadata().getName(),
                    shown(object));
        }
        namespaced(cluster, archive);
    }

    /** Of a token of a service account the namespace is there, too, which is no secret and stands everywhere. */
    private void learn(Map<?, ?> data) {
        data.forEach((key, value) -> {
            if (!"namespace".equals(key)) {
                learnBase64(String.valueOf(value));
            }
        });
    }

    private void learnBase64(String value) {
        try {
            redactor.learn(Base64.getMimeDecoder().decode(value));
        } catch (IllegalArgumentException e) {
            redactor.learn(value.getBytes(StandardCharsets.UTF_8));
        }
    }

    /** Of Secrets and ConfigMaps the keys alone: ConfigMaps of others may have anything. */
    @SuppressWarnings("unchecked")
    private static Map<String, @Nullable Object> shown(GenericKubernetesResource object) {
        Map<String, @Nullable Object> tree = Serialization.jsonMapper().convertValue(object, LinkedHashMap.class);
        if (object.getKind().equals("Secret") || object.getKind().equals("ConfigMap")) {
            for (String data : List.of("data", "stringData", "binaryData")) {
                if (tree.remove(data) instanceof Map<?, ?> map) {
                    tree.put(
                            data + "Keys",
                            map.keySet().stream().map(String::valueOf).sorted().toList());
                }
            }
        }
        return tree;
    }

    /** What runs, and what happened to it, in Gatehouse's namespace. */
    private void namespaced(ClusterGatehouse cluster, Archive archive) {
        String namespace = cluster.namespace();
        part(
                archive,
                "pods",
                () -> archive.tree(
                        "cluster/pods.json",
                        "pods of " + namespace,
                        trees(cluster.client()
                                .pods()
                                .inNamespace(namespace)
                                .list()
                                .getItems())));
        part(
                archive,
                "deployments",
                () -> archive.tree(
                        "cluster/deployments.json",
                        "deployments of " + namespace,
                        trees(cluster.client()
                                .apps()
                                .deployments()
                                .inNamespace(namespace)
                                .list()
                                .getItems())));
        part(
                archive,
                "events",
                () -> archive.tree(
                        "cluster/events.json",
                        "events of " + namespace,
                        trees(cluster.client()
                                .v1()
                                .events()
                                .inNamespace(namespace)
                                .list()
                                .getItems())));
    }

    private static List<Object> trees(List<?> objects) {
        return objects.stream()
                .map(each -> (Object) Serialization.jsonMapper().convertValue(each, LinkedHashMap.class))
                .toList();
    }

    /** Secrets of the files that the instance serves, to be taken out; the objects' conditions are in its status. */
    private void files(LocalGatehouse local, Archive archive) {
        part(archive, "Secrets of the files", () -> {
            List<Path> roots = new JsonObject(local.get(local.services().getFirst(), "/gatehouse/status"))
                    .getJsonArray("files").stream()
                            .map(each -> Path.of((String) each))
                            .filter(root -> !root.equals(FileSet.STANDARD_INPUT))
                            .toList();
            FileSet.Contents contents =
                    new FileSet(roots, InputStream.nullInputStream(), InstantSource.system()).read(System.nanoTime());
            for (Found<?> found : contents.objects().values()) {
                if (found.resource().spec() instanceof Secret secret) {
                    secret.data().values().forEach(value -> redactor.learn(value.toByteArray()));
                }
            }
            archive.tree(
                    "objects/names.json",
                    "the objects of the files; their conditions are in status.json",
                    contents.objects().keySet().stream()
                            .map(Object::toString)
                            .sorted()
                            .toList());
        });
    }

    /** A name without characters that a file system may refuse. */
    private static String fileName(String name) {
        return name.replaceAll("[^A-Za-z0-9._-]", "_");
    }
}
