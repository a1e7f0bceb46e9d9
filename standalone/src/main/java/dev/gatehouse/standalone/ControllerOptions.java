package dev.gatehouse.standalone;

import dev.gatehouse.controller.callout.CalloutAddress;
import dev.gatehouse.controller.translate.Settings;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** As which controller files are translated. */
final class ControllerOptions {
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

    Settings settings() {
        List<String> names = Optional.ofNullable(controllerName)
                .map(List::of)
                .orElse(List.of(Settings.CONTROLLER_NAME, Settings.ENVOY_GATEWAY_CONTROLLER_NAME));
        CalloutAddress loopback = new CalloutAddress("127.0.0.1", RunCommand.DEFAULT_GRPC_PORT);
        return new Settings(
                        names,
                        privilegedPorts ? port -> port : Settings::shiftPrivileged,
                        new Settings.Callouts(loopback, loopback, loopback))
                .with(Settings.Extensions.OFFLINE.withLua(allowLua));
    }
}
