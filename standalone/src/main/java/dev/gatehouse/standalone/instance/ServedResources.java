package dev.gatehouse.standalone.instance;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.gatehouse.controller.proto.PackedTypes;
import dev.gatehouse.controller.text.ResourceText;
import dev.gatehouse.controller.text.YamlText;
import dev.gatehouse.events.Position;
import dev.gatehouse.xds.snapshot.FleetSnapshot;
import dev.gatehouse.xds.snapshot.ResourceSet;
import dev.gatehouse.xds.snapshot.VersionedResource;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What xds-svc serves, by its page {@code /gatehouse/xds/resources}: without secrets.
 *
 * @param fleets ordered by name
 */
public record ServedResources(List<FleetSnapshot> fleets) {
    public ServedResources {
        fleets = List.copyOf(fleets);
    }

    /** Asks one replica of xds-svc that is ready: each serves all. */
    public static ServedResources read(RunningGatehouse gatehouse, Progress progress, Predicate<String> wanted)
            throws IOException {
        Replica replica = gatehouse.ready(Component.XDS).getFirst();
        progress.step("asking " + replica);
        List<FleetSnapshot> fleets = new ArrayList<>();
        for (Object each : new JsonObject(gatehouse.get(replica, "/gatehouse/xds/resources")).getJsonArray("fleets")) {
            String fleet = ((JsonObject) each).getString("fleet");
            if (wanted.test(fleet)) {
                progress.step("asking " + replica + " for " + fleet);
                fleets.add(fleet(gatehouse, replica, fleet));
            }
        }
        return new ServedResources(fleets);
    }

    /** The resources that one fleet is served. */
    static FleetSnapshot fleet(RunningGatehouse gatehouse, Replica replica, String fleet) throws IOException {
        JsonObject page = new JsonObject(gatehouse.get(
                replica, "/gatehouse/xds/resources?fleet=" + URLEncoder.encode(fleet, StandardCharsets.UTF_8)));
        Map<String, List<VersionedResource>> byType = new HashMap<>();
        for (Object each : page.getJsonArray("resources")) {
            JsonObject resource = (JsonObject) each;
            String typeUrl = resource.getString("type");
            byType.computeIfAbsent(typeUrl, _ -> new ArrayList<>())
                    .add(VersionedResource.of(
                            resource.getString("name"),
                            resource.getString("version"),
                            Any.newBuilder()
                                    .setTypeUrl(typeUrl)
                                    .setValue(ByteString.copyFrom(
                                            Base64.getDecoder().decode(resource.getString("value"))))
                                    .build()));
        }
        Map<String, ResourceSet> types = new HashMap<>();
        byType.forEach((typeUrl, resources) -> types.put(typeUrl, ResourceSet.of(resources)));
        return new FleetSnapshot(
                fleet,
                new Position(page.getString("epoch"), page.getLong("offset")),
                Instant.parse(page.getString("publishedAt")),
                types);
    }

    /**
     * As trees of fleet, type, name and resource, as 'gatehouse translate' prints them.
     *
     * @param type a short name; "route" is virtual hosts, too; null: all
     */
    public List<Map<String, Object>> trees(@Nullable String type) {
        ResourceText text = new ResourceText();
        List<Map<String, Object>> trees = new ArrayList<>();
        for (FleetSnapshot fleet : fleets) {
            fleet.types().entrySet().stream()
                    .filter(entry -> type == null || isOf(type, ResourceText.typeName(entry.getKey())))
                    .sorted(Comparator.comparing(entry -> ResourceText.typeName(entry.getKey())))
                    .forEach(entry -> entry.getValue().values().stream()
                            .sorted(Comparator.comparing(VersionedResource::name))
                            .forEach(resource -> trees.add(tree(fleet.fleet(), resource, text))));
        }
        return trees;
    }

    private static boolean isOf(String wanted, String type) {
        return wanted.equals(type) || wanted.equals("route") && type.equals("virtualhost");
    }

    private static Map<String, Object> tree(String fleet, VersionedResource resource, ResourceText text) {
        String typeUrl = resource.any().getTypeUrl();
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("fleet", fleet);
        tree.put("type", ResourceText.typeName(typeUrl));
        tree.put("name", resource.name());
        tree.put("resource", content(resource, typeUrl, text));
        return tree;
    }

    private static Object content(VersionedResource resource, String typeUrl, ResourceText text) {
        try {
            return YamlText.ofJson(text.json(PackedTypes.find(typeUrl.substring(typeUrl.lastIndexOf('/') + 1))
                    .orElseThrow(() -> new InvalidProtocolBufferException("a type that this version does not know"))
                    .getParserForType()
                    .parseFrom(resource.any().getValue())));
        } catch (InvalidProtocolBufferException e) {
            return "(" + resource.any().getValue().size() + " bytes of " + typeUrl + ": " + e.getMessage() + ")";
        }
    }
}
