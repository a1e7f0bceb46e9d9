package dev.gatehouse.controller;

import dev.gatehouse.controller.callout.CalloutAddress;
import dev.gatehouse.controller.files.OfflineTranslation;
import dev.gatehouse.controller.translate.Settings;
import dev.gatehouse.testkit.GoldenFolder;
import java.nio.file.Path;
import java.util.List;

/** The golden folders: objects in, resources and statuses out. */
final class Golden {
    private static final Path ROOT = Path.of("src/test/resources/golden");

    private Golden() {}

    static List<GoldenFolder> folders() {
        return GoldenFolder.all(ROOT);
    }

    static OfflineTranslation translate(GoldenFolder folder) {
        return OfflineTranslation.of(List.of(folder.path().resolve("in.yaml")), settings());
    }

    static Settings settings() {
        CalloutAddress callout = new CalloutAddress("callout.test", 18000);
        return new Settings(
                        List.of(Settings.CONTROLLER_NAME, Settings.ENVOY_GATEWAY_CONTROLLER_NAME),
                        Settings::shiftPrivileged,
                        new Settings.Callouts(callout, callout, callout))
                .with(Settings.Extensions.OFFLINE
                        .withLua(true)
                        .withPatches(true)
                        .withDiscovery(true));
    }
}
