package dev.gatehouse.standalone;

import dev.gatehouse.controller.callout.CalloutAddress;
import dev.gatehouse.controller.config.EnvoyGatewayFile;
import dev.gatehouse.controller.extensionserver.ExtensionServers;
import dev.gatehouse.controller.gateway.LimitCalls;
import dev.gatehouse.controller.translate.Settings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** As which controller files are translated. */
public final class ControllerOptions {
    @Option(
            names = "--controller-name",
            paramLabel = "NAME",
            description = "Serve GatewayClasses with this controllerName, and no others.")
    private @Nullable String controllerName;

    @Option(names = "--privileged-ports", description = "Bind ports below 1024 as they are, instead of 10000 higher.")
    private boolean privilegedPorts;

    @Option(
            names = "--allow-lua",
            defaultValue = "${env:GATEHOUSE_CONTROLLER_EXTENSION_APIS_LUA:-false}",
            description = "Let EnvoyExtensionPolicies have Lua scripts.")
    private boolean allowLua;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private EnvoyGatewayOption configuration;

    /** {@link EnvoyGatewayOption#objects} of the configuration. */
    List<Path> objects(List<Path> given, CommandLine command) {
        return configuration.objects(given, command);
    }

    /** @param command prints the problems of the configuration */
    Settings settings(CommandLine command) {
        return settings(configuration.read(command));
    }

    /**
     * The settings of a translation that is only looked at: without a configuration file all is allowed that one could
     * allow, as in Envoy Gateway's {@code egctl x translate}.
     *
     * @param command prints the problems of the configuration
     */
    Settings preview(CommandLine command) {
        Optional<EnvoyGatewayFile> file = configuration.read(command);
        Settings settings = settings(file);
        return file.isPresent()
                ? settings
                : settings.with(
                        settings.extensions().withLua(true).withPatches(true).withDiscovery(true));
    }

    private Settings settings(Optional<EnvoyGatewayFile> file) {
        return settings(file, Optional.ofNullable(controllerName).map(List::of), privilegedPorts, allowLua);
    }

    /**
     * The settings for translating files.
     *
     * @param file the configuration of an Envoy Gateway
     * @param served the controller names; empty: those of the file, else Gatehouse's and Envoy Gateway's
     * @param privilegedPorts bind ports below 1024 as they are
     * @param lua let policies have Lua, also where the file does not say it
     */
    public static Settings settings(
            Optional<EnvoyGatewayFile> file, Optional<List<String>> served, boolean privilegedPorts, boolean lua) {
        Map<String, String> configured = file.map(EnvoyGatewayFile::properties).orElse(Map.of());
        List<String> names = served.or(() -> Optional.ofNullable(configured.get(EnvoyGatewayFile.CONTROLLER_NAMES))
                        .map(List::of))
                .orElse(List.of(Settings.CONTROLLER_NAME, Settings.ENVOY_GATEWAY_CONTROLLER_NAME));
        CalloutAddress loopback = new CalloutAddress("127.0.0.1", RunCommand.DEFAULT_GRPC_PORT);
        Settings.Infrastructure host = new Settings.Infrastructure.Host();
        return new Settings(
                names,
                privilegedPorts ? port -> port : Settings::shiftPrivileged,
                new Settings.Callouts(loopback, loopback, loopback),
                host,
                host.backendAddresses(!"false".equals(configured.get(EnvoyGatewayFile.BACKEND)), Set.of()),
                Settings.Extensions.OFFLINE
                        .withLua(lua || Boolean.parseBoolean(configured.get(EnvoyGatewayFile.LUA)))
                        .withPatches(Boolean.parseBoolean(configured.get(EnvoyGatewayFile.ENVOY_PATCH_POLICY)))
                        .withDiscovery(Boolean.parseBoolean(configured.get(EnvoyGatewayFile.SDS_SECRET_REF)))
                        .withServers(file.map(EnvoyGatewayFile::servers).orElse(ExtensionServers.NONE)),
                new Settings.Configured(
                        file.flatMap(EnvoyGatewayFile::proxy),
                        new LimitCalls(
                                Optional.ofNullable(configured.get(EnvoyGatewayFile.LIMIT_TIMEOUT))
                                        .map(Duration::parse)
                                        .orElse(LimitCalls.DEFAULT.timeout()),
                                Boolean.parseBoolean(configured.get(EnvoyGatewayFile.LIMIT_FAIL_CLOSED))),
                        Optional.empty()));
    }
}
