package dev.gatehouse.controller;

import dev.gatehouse.controller.callout.CalloutAddress;
import dev.gatehouse.controller.files.OfflineTranslation;
import dev.gatehouse.controller.translate.Settings;
import dev.gatehouse.testkit.GoldenFolder;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

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
        Settings.Infrastructure host = new Settings.Infrastructure.Host();
        CalloutAddress callout = new CalloutAddress("callout.test", 18000);
        return new Settings(
                List.of(Settings.CONTROLLER_NAME, Settings.ENVOY_GATEWAY_CONTROLLER_NAME),
                Settings::shiftPrivileged,
                new Settings.Callouts(callout, callout, callout),
                host,
                host.backendAddresses(true, Set.of()),
                Settings.Extensions.OFFLINE.withLua(true));
    }
}
