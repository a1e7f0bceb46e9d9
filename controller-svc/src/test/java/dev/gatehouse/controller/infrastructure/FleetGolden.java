package dev.gatehouse.controller.infrastructure;

import dev.gatehouse.controller.callout.CalloutAddress;
import dev.gatehouse.controller.files.OfflineTranslation;
import dev.gatehouse.controller.translate.Settings;
import dev.gatehouse.testkit.GoldenFolder;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The golden folders of fleets; one whose name begins with "namespace-mode" has fleets in the Gateways' namespaces. */
final class FleetGolden {
    private static final Path ROOT = Path.of("src/test/resources/infrastructure");

    private FleetGolden() {}

    static List<GoldenFolder> folders() {
        return GoldenFolder.all(ROOT);
    }

    static OfflineTranslation translate(GoldenFolder folder) {
        return translate(folder.path().resolve("in.yaml"), folder.name().startsWith("namespace-mode"));
    }

    static OfflineTranslation translate(Path file) {
        return translate(file, false);
    }

    private static OfflineTranslation translate(Path file, boolean inNamespaces) {
        CalloutAddress callout = new CalloutAddress("callout.test", 18000);
        return OfflineTranslation.of(
                List.of(file),
                new Settings(
                                List.of(Settings.CONTROLLER_NAME),
                                Settings::shiftPrivileged,
                                new Settings.Callouts(callout, callout, callout),
                                new Settings.Infrastructure.Cluster(new InfrastructureSettings(
                                        "envoy-gateway-system",
                                        inNamespaces,
                                        "cluster.local",
                                        "proxies.test/envoy:1.40.0@sha256:00",
                                        "images.test/shutdown-manager:1",
                                        true)))
                        .with(Settings.Extensions.OFFLINE
                                .withDiscovery(true)
                                .withLua(true)
                                .withPatches(true)));
    }

    /** By the fleet's name, in order. */
    static Map<String, Infrastructure> fleets(GoldenFolder folder) {
        return new TreeMap<>(translate(folder).translator().infrastructure());
    }

    /** The bootstrap of the Envoys of a fleet. */
    static Optional<String> bootstrap(KubernetesObject object) {
        return arguments(object).map(arguments -> arguments.get(arguments.indexOf("--config-yaml") + 1));
    }

    /** The arguments of the Envoys of a fleet. */
    static Optional<List<String>> arguments(KubernetesObject object) {
        return find(object.tree(), "args")
                .map(arguments -> arguments.stream().map(String::valueOf).toList());
    }

    /** The bootstrap of the only fleet. */
    static String bootstrap(Map<String, Infrastructure> fleets) {
        return fleets.values().stream()
                .filter(Infrastructure.Desired.class::isInstance)
                .map(Infrastructure.Desired.class::cast)
                .flatMap(desired -> desired.objects().stream())
                .flatMap(object -> bootstrap(object).stream())
                .findFirst()
                .orElseThrow();
    }

    private static Optional<List<?>> find(Object tree, String field) {
        if (tree instanceof Map<?, ?> map) {
            if (map.get(field) instanceof List<?> list) {
                return Optional.of(list);
            }
            return map.values().stream()
                    .flatMap(value -> find(value, field).stream())
                    .findFirst();
        }
        if (tree instanceof List<?> list) {
            return list.stream().flatMap(value -> find(value, field).stream()).findFirst();
        }
        return Optional.empty();
    }
}
