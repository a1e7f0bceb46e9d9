package dev.gatehouse.controller.infrastructure;

import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import dev.gatehouse.controller.files.OfflineTranslation;
import dev.gatehouse.envoyapi.EnvoyTypes;
import dev.gatehouse.envoyapi.TypeUrls;
import dev.gatehouse.events.ResourceId;
import dev.gatehouse.testkit.RealEnvoy;
import io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * The real Envoy with the bootstrap of the only fleet of a translation, and the resources that the fleet gets by xDS, which it reads from
 * files. The listeners of the bootstrap, whose ports are the same in every pod, are left out; so is xds-svc.
 */
final class FleetEnvoy {
    private static final String XDS = "xds_cluster";
    private static final String METRICS = "prometheus_stats";

    private FleetEnvoy() {}

    /**
     * Starts it.
     *
     * @param resources which of the resources it gets
     * @param here changes what the files say, for example addresses to those of a test's servers
     * @param zone of the node
     */
    static RealEnvoy start(
            OfflineTranslation translation,
            Path folder,
            Predicate<ResourceId> resources,
            UnaryOperator<String> here,
            String zone)
            throws IOException {
        Map<String, List<Message>> byType = new HashMap<>();
        translation.translator().resources().forEach((id, output) -> {
            if (resources.test(id)) {
                byType.computeIfAbsent(id.typeUrl(), _ -> new ArrayList<>()).add(output.message());
            }
        });
        for (Message each : byType.getOrDefault(TypeUrls.ENDPOINTS, List.of())) {
            ClusterLoadAssignment endpoints = (ClusterLoadAssignment) each;
            write(endpointsOf(endpoints.getClusterName(), folder), List.of(endpoints), here);
        }
        List<Cluster> clusters = byType.getOrDefault(TypeUrls.CLUSTER, List.of()).stream()
                .map(each -> fromFile((Cluster) each, folder))
                .toList();
        write(folder.resolve("cds.json"), clusters, text -> here.apply(fromFiles(text, folder)));
        for (Map.Entry<String, String> type : Map.of(
                        "lds", TypeUrls.LISTENER, "rds", TypeUrls.ROUTES, "sds", TypeUrls.SECRET)
                .entrySet()) {
            write(
                    folder.resolve(type.getKey() + ".json"),
                    byType.getOrDefault(type.getValue(), List.of()),
                    text -> here.apply(fromFiles(text, folder)));
        }
        return RealEnvoy.withBootstrap(fromFiles(bootstrap(translation, folder, zone), folder));
    }

    private static void write(Path file, List<? extends Message> resources, UnaryOperator<String> change)
            throws IOException {
        String text = resources.stream()
                .map(each -> "{\"@type\":\"type.googleapis.com/"
                        + each.getDescriptorForType().getFullName() + "\","
                        + print(each).substring(1))
                .collect(Collectors.joining(", ", "{\"resources\": [", "]}"));
        Files.writeString(file, change.apply(text));
    }

    /** Envoy takes endpoints from a file that has one cluster's alone. */
    private static Path endpointsOf(String name, Path folder) {
        return folder.resolve("eds-" + Integer.toHexString(name.hashCode()) + ".json");
    }

    private static Cluster fromFile(Cluster cluster, Path folder) {
        if (!cluster.hasEdsClusterConfig()) {
            return cluster;
        }
        String service = cluster.getEdsClusterConfig().getServiceName();
        Cluster.Builder changed = cluster.toBuilder();
        changed.getEdsClusterConfigBuilder()
                .getEdsConfigBuilder()
                .getPathConfigSourceBuilder()
                .setPath(endpointsOf(service.isEmpty() ? cluster.getName() : service, folder)
                        .toString());
        return changed.build();
    }

    private static String bootstrap(OfflineTranslation translation, Path folder, String zone) throws IOException {
        Bootstrap.Builder bootstrap = Bootstrap.newBuilder();
        JsonFormat.parser()
                .usingTypeRegistry(EnvoyTypes.registry())
                .merge(FleetGolden.bootstrap(translation.translator().infrastructure()), bootstrap);
        bootstrap
                .getNodeBuilder()
                .setId("a")
                .setCluster("b")
                .getLocalityBuilder()
                .setZone(zone);
        bootstrap
                .getAdminBuilder()
                .getAddressBuilder()
                .getSocketAddressBuilder()
                .setPortValue(0);
        bootstrap.getStaticResourcesBuilder().clearListeners();
        bootstrap.clearDynamicResources();
        bootstrap
                .getDynamicResourcesBuilder()
                .getCdsConfigBuilder()
                .getPathConfigSourceBuilder()
                .setPath(folder.resolve("cds.json").toString());
        bootstrap
                .getDynamicResourcesBuilder()
                .getLdsConfigBuilder()
                .getPathConfigSourceBuilder()
                .setPath(folder.resolve("lds.json").toString());
        bootstrap.getStatsFlushIntervalBuilder().setSeconds(1);
        for (int i = bootstrap.getStaticResources().getClustersCount() - 1; i >= 0; i--) {
            String name = bootstrap.getStaticResources().getClusters(i).getName();
            if (name.equals(XDS) || name.equals(METRICS)) {
                bootstrap.getStaticResourcesBuilder().removeClusters(i);
            } else {
                bootstrap
                        .getStaticResourcesBuilder()
                        .setClusters(i, fromFile(bootstrap.getStaticResources().getClusters(i), folder));
            }
        }
        return print(bootstrap.build());
    }

    private static String print(Message message) {
        try {
            return JsonFormat.printer()
                    .usingTypeRegistry(EnvoyTypes.registry())
                    .preservingProtoFieldNames()
                    .omittingInsignificantWhitespace()
                    .print(message);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String fromFiles(String json, Path folder) {
        return from(from(json, "sds_config", "sds", folder), "config_source", "rds", folder);
    }

    private static String from(String json, String field, String type, Path folder) {
        return json.replaceAll(
                "\"" + field + "\":\\{\"ads\":\\{}[^}]*}",
                "\"" + field + "\":{\"path_config_source\":{\"path\":\"" + folder.resolve(type + ".json") + "\"}}");
    }
}
