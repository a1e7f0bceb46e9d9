package dev.gatehouse.controller.infrastructure;

import dev.gatehouse.controller.callout.CalloutAddress;
import dev.gatehouse.controller.files.OfflineTranslation;
import dev.gatehouse.controller.translate.Settings;
import dev.gatehouse.testkit.GoldenFolder;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The golden folders of fleets; one whose name begins with "namespace-mode" has fleets in the Gateways' namespaces. */
final class FleetGolden {
    private static final Path ROOT = Path.of("src/test/resources/infrastructure");

    private FleetGolden() {}

    static List<GoldenFolder> folders() {
        return GoldenFolder.all(ROOT);
    }

    static OfflineTranslation translate(GoldenFolder folder) {
        CalloutAddress callout = new CalloutAddress("callout.test", 18000);
        return OfflineTranslation.of(
                List.of(folder.path().resolve("in.yaml")),
                new Settings(
                        List.of(Settings.CONTROLLER_NAME),
                        Settings::shiftPrivileged,
                        new Settings.Callouts(callout, callout, callout),
                        new Settings.Infrastructure.Cluster(new InfrastructureSettings(
                                "envoy-gateway-system",
                                folder.name().startsWith("namespace-mode"),
                                "cluster.local",
                                "proxies.test/envoy:1.40.0@sha256:00",
                                "images.test/shutdown-manager:1",
                                true))));
    }

    /** By the fleet's name, in order. */
    static Map<String, Infrastructure> fleets(GoldenFolder folder) {
        return new TreeMap<>(translate(folder).translator().infrastructure());
    }
}
