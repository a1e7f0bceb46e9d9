package dev.gatehouse.controller.infrastructure;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import dev.gatehouse.controller.files.OfflineTranslation;
import dev.gatehouse.envoyapi.EnvoyTypes;
import dev.gatehouse.envoyapi.TypeUrls;
import dev.gatehouse.events.ResourceId;
import dev.gatehouse.testkit.RealEnvoy;
import io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.ApiVersion;
import io.envoyproxy.envoy.config.core.v3.ConfigSource;
import io.envoyproxy.envoy.config.core.v3.PathConfigSource;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
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

/**
 * The real Envoy with the bootstrap of the only fleet of a translation, and the resources that the fleet gets by xDS, which it reads from
 * files. The listeners of the bootstrap, whose ports are the same in every pod, are left out; so is xds-svc.
 */
final class FleetEnvoy {
    private static final String XDS = "xds_cluster";
    private static final String METRICS = "prometheus_stats";

    private final Path folder;
    private final UnaryOperator<String> here;

    private FleetEnvoy(Path folder, UnaryOperator<String> here) {
        this.folder = folder;
        this.here = here;
    }

    /**
     * Starts it.
     *
     * @param resources which of the resources it gets
     * @param here changes the addresses in them, to those of a test's servers
     * @param zone of the node
     */
    static RealEnvoy start(
            OfflineTranslation translation,
            Path folder,
            Predicate<ResourceId> resources,
            UnaryOperator<String> here,
            String zone)
            throws IOException {
        FleetEnvoy files = new FleetEnvoy(folder, here);
        Map<String, List<Message>> byType = new HashMap<>();
        translation.translator().resources().forEach((id, output) -> {
            if (resources.test(id)) {
                byType.computeIfAbsent(id.typeUrl(), _ -> new ArrayList<>()).add(files.changed(output.message(), ""));
            }
        });
        for (String single : List.of(TypeUrls.ENDPOINTS, TypeUrls.ROUTES, TypeUrls.SECRET)) {
            for (Message each : byType.getOrDefault(single, List.of())) {
                files.write(
                        single, text(each, single.equals(TypeUrls.ENDPOINTS) ? "cluster_name" : "name"), List.of(each));
            }
        }
        for (String whole : List.of(TypeUrls.CLUSTER, TypeUrls.LISTENER)) {
            files.write(whole, "", byType.getOrDefault(whole, List.of()));
        }
        return RealEnvoy.withBootstrap(files.bootstrap(translation, zone));
    }

    /** Envoy takes endpoints, routes and secrets from files that have one each. */
    private Path file(String typeUrl, String name) {
        String type = typeUrl.substring(typeUrl.lastIndexOf('.') + 1);
        return folder.resolve(type + "-" + Integer.toHexString(name.hashCode()) + ".pb");
    }

    private void write(String typeUrl, String name, List<Message> resources) throws IOException {
        DiscoveryResponse.Builder response = DiscoveryResponse.newBuilder().setTypeUrl(typeUrl);
        resources.forEach(each ->
                response.addResources(Any.newBuilder().setTypeUrl(typeUrl).setValue(each.toByteString())));
        Files.write(file(typeUrl, name), response.build().toByteArray());
    }

    private String bootstrap(OfflineTranslation translation, String zone) throws IOException {
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
                .setPath(file(TypeUrls.CLUSTER, "").toString());
        bootstrap
                .getDynamicResourcesBuilder()
                .getLdsConfigBuilder()
                .getPathConfigSourceBuilder()
                .setPath(file(TypeUrls.LISTENER, "").toString());
        bootstrap.getStatsFlushIntervalBuilder().setSeconds(1);
        for (int i = bootstrap.getStaticResources().getClustersCount() - 1; i >= 0; i--) {
            Cluster cluster = bootstrap.getStaticResources().getClusters(i);
            if (cluster.getName().equals(XDS) || cluster.getName().equals(METRICS)) {
                bootstrap.getStaticResourcesBuilder().removeClusters(i);
            } else {
                bootstrap.getStaticResourcesBuilder().setClusters(i, (Cluster) changed(cluster, ""));
            }
        }
        return JsonFormat.printer()
                .usingTypeRegistry(EnvoyTypes.registry())
                .preservingProtoFieldNames()
                .print(bootstrap);
    }

    /**
     * The message with addresses as they are here, and files instead of xds-svc; fields that the generated classes do not know stay.
     *
     * @param cluster the name of the cluster that the message is a part of
     */
    private Message changed(Message message, String cluster) {
        String name = type(message).equals("envoy.config.cluster.v3.Cluster") ? text(message, "name") : cluster;
        Message.Builder changed = message.toBuilder();
        message.getAllFields().forEach((field, value) -> {
            if (field.isRepeated()) {
                List<Object> values = new ArrayList<>();
                ((List<?>) value).forEach(each -> values.add(value(message, field, each, name)));
                changed.setField(field, values);
            } else {
                changed.setField(field, value(message, field, value, name));
            }
        });
        return changed.build();
    }

    private Object value(Message parent, FieldDescriptor field, Object value, String cluster) {
        if (value instanceof String text) {
            return field.getName().equals("address") ? here.apply(text) : text;
        }
        if (!(value instanceof Message message)) {
            return value;
        }
        return switch (type(message)) {
            case "google.protobuf.Any" -> packed(message, cluster);
            case "envoy.config.core.v3.ConfigSource" -> source(message, source(parent, field, cluster));
            default -> changed(message, cluster);
        };
    }

    private Path source(Message parent, FieldDescriptor field, String cluster) {
        return switch (field.getName()) {
            case "eds_config" -> {
                String service = text(parent, "service_name");
                yield file(TypeUrls.ENDPOINTS, service.isEmpty() ? cluster : service);
            }
            case "sds_config" -> file(TypeUrls.SECRET, text(parent, "name"));
            default -> file(TypeUrls.ROUTES, text(parent, "route_config_name"));
        };
    }

    private static Message source(Message source, Path file) {
        FieldDescriptor ads = source.getDescriptorForType().findFieldByName("ads");
        return source.hasField(ads)
                ? parsed(
                        source.newBuilderForType(),
                        ConfigSource.newBuilder()
                                .setResourceApiVersion(ApiVersion.V3)
                                .setPathConfigSource(
                                        PathConfigSource.newBuilder().setPath(file.toString()))
                                .build()
                                .toByteString())
                : source;
    }

    private Message packed(Message any, String cluster) {
        FieldDescriptor content = any.getDescriptorForType().findFieldByName("value");
        Descriptor type = descriptor(text(any, "type_url"));
        Message inner = parsed(DynamicMessage.newBuilder(type), (ByteString) any.getField(content));
        return any.toBuilder()
                .setField(content, changed(inner, cluster).toByteString())
                .build();
    }

    private static Descriptor descriptor(String typeUrl) {
        try {
            return EnvoyTypes.registry().getDescriptorForTypeUrl(typeUrl);
        } catch (InvalidProtocolBufferException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Message parsed(Message.Builder builder, ByteString bytes) {
        try {
            return builder.mergeFrom(bytes).build();
        } catch (InvalidProtocolBufferException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String type(Message message) {
        return message.getDescriptorForType().getFullName();
    }

    private static String text(Message message, String field) {
        return String.valueOf(message.getField(message.getDescriptorForType().findFieldByName(field)));
    }
}
