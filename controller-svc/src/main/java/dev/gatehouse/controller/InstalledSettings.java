package dev.gatehouse.controller;

import dev.gatehouse.controller.translate.Settings;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.HashMap;
import java.util.Map;

/** The translation settings of a controller-svc in another container, read from that container's environment. */
public final class InstalledSettings {
    /** The variable that names the EnvoyGateway file. The file is in the pod and cannot be read from here. */
    public static final String FILE = "GATEHOUSE_CONTROLLER_CONFIG";

    private static final int ORDINAL = 300;

    private InstalledSettings() {}

    /**
     * Reads the settings. An EnvoyGateway file of the pod is ignored.
     *
     * @param environment of the container
     * @throws IllegalArgumentException a value is not valid
     */
    public static Settings of(Map<String, String> environment) {
        Map<String, String> own = new HashMap<>(environment);
        own.remove(FILE);
        SmallRyeConfig config = new SmallRyeConfigBuilder()
                .addDefaultInterceptors()
                .addDiscoveredConverters()
                .withSources(new EnvConfigSource(own, ORDINAL))
                .withMapping(ControllerConfig.class)
                .withValidateUnknown(false)
                .build();
        return Wiring.settingsOf(config.getConfigMapping(ControllerConfig.class));
    }
}
