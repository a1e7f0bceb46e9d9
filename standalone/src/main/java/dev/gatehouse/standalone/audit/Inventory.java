package dev.gatehouse.standalone.audit;

import dev.gatehouse.standalone.instance.Component;
import dev.gatehouse.standalone.instance.Progress;
import dev.gatehouse.standalone.instance.Replica;
import dev.gatehouse.standalone.instance.RunningGatehouse;
import dev.gatehouse.standalone.instance.Versions;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The running software, and the components that contain it.
 *
 * @param of the subject of the inventory
 * @param where by software the components that have it
 * @param unknown a sentence for each process that does not tell what it consists of
 */
public record Inventory(String of, SortedMap<Software, SortedSet<String>> where, List<String> unknown) {
    public Inventory {
        where = Collections.unmodifiableSortedMap(where);
        unknown = List.copyOf(unknown);
    }

    /** Takes in software. Not for several threads. */
    public static final class Builder {
        private final String of;
        private final SortedMap<Software, SortedSet<String>> where = new TreeMap<>();
        private final List<String> unknown = new ArrayList<>();

        /** @param of the subject of the inventory */
        public Builder(String of) {
            this.of = of;
        }

        /** Adds software that a component has. */
        public void add(Software software, String component) {
            where.computeIfAbsent(software, _ -> new TreeSet<>()).add(component);
        }

        /** Adds a sentence about missing information. */
        public void unknown(String what) {
            unknown.add(what);
        }

        /** The inventory. */
        public Inventory build() {
            return new Inventory(of, where, unknown);
        }
    }

    /** Asks every process that is ready for its SBOM, and the proxies for their versions. */
    public static Inventory read(RunningGatehouse gatehouse, Progress progress) throws IOException {
        Builder inventory = new Builder(gatehouse.described());
        for (Replica replica : gatehouse.services()) {
            progress.step("asking " + replica);
            String component = gatehouse.cluster() ? replica.component().text() : replica.name();
            if (!replica.ready()) {
                inventory.unknown(replica + ": is not ready: " + replica.state());
                continue;
            }
            try {
                JsonObject sbom = new JsonObject(gatehouse.get(replica, "/gatehouse/sbom"));
                if (sbom.getJsonObject("metadata")
                        .getJsonArray("properties")
                        .encode()
                        .contains("\"unknown\"")) {
                    inventory.unknown(replica + ": libraries: its image has no list of them");
                }
                sbom.getJsonArray("components").stream()
                        .map(each -> ((JsonObject) each).getString("purl", ""))
                        .flatMap(purl -> Software.ofPackageUrl(purl).stream())
                        .forEach(software -> inventory.add(software, component));
            } catch (IOException e) {
                inventory.unknown(replica + ": " + e.getMessage());
            }
        }
        for (Replica proxy : gatehouse.replicas(Component.PROXY)) {
            progress.step("asking " + proxy);
            try {
                inventory.add(
                        new Software("", "envoy", Versions.envoyVersion(gatehouse, proxy)),
                        proxy.fleet().isEmpty() ? proxy.name() : proxy.fleet());
            } catch (IOException e) {
                inventory.unknown(proxy + ": " + e.getMessage());
            }
        }
        return inventory.build();
    }

    /** The components that have it. */
    public SortedSet<String> where(Software software) {
        return where.getOrDefault(software, Collections.emptySortedSet());
    }
}
