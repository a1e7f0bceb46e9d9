package dev.gatehouse.standalone;

import dev.gatehouse.controller.callout.CalloutAddress;
import dev.gatehouse.controller.files.OfflineTranslation;
import dev.gatehouse.controller.translate.Settings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which files a command reads, and as which controller. */
final class FileOptions {
    @Option(
            names = {"-f", "--filename"},
            paramLabel = "FILE|DIR",
            description = "A file, or a folder with files (.yaml, .yml, .json); - is standard input. May be repeated.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private List<Path> named = new ArrayList<>();

    @Parameters(paramLabel = "FILE|DIR", arity = "0..*", description = "The same, without -f.")
    @SuppressWarnings("NullAway.Init")
    private List<Path> positional = new ArrayList<>();

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

    List<Path> roots() {
        List<Path> roots = new ArrayList<>(named);
        roots.addAll(positional);
        return roots;
    }

    OfflineTranslation translate() {
        List<String> names = Optional.ofNullable(controllerName)
                .map(List::of)
                .orElse(List.of(Settings.CONTROLLER_NAME, Settings.ENVOY_GATEWAY_CONTROLLER_NAME));
        Settings.Infrastructure host = new Settings.Infrastructure.Host();
        CalloutAddress loopback = new CalloutAddress("127.0.0.1", RunCommand.DEFAULT_GRPC_PORT);
        return OfflineTranslation.of(
                roots(),
                new Settings(
                        names,
                        privilegedPorts ? port -> port : Settings::shiftPrivileged,
                        new Settings.Callouts(loopback, loopback, loopback),
                        host,
                        host.backendAddresses(true, Set.of()),
                        Settings.Extensions.OFFLINE.withLua(allowLua)));
    }
}
