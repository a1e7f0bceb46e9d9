package dev.gatehouse.standalone;

import dev.gatehouse.controller.callout.CalloutAddress;
import dev.gatehouse.controller.config.EnvoyGatewayFile;
import dev.gatehouse.controller.files.OfflineTranslation;
import dev.gatehouse.controller.translate.Settings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
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

    @Mixin
    @SuppressWarnings("NullAway.Init")
    private EnvoyGatewayOption configuration;

    List<Path> roots() {
        List<Path> roots = new ArrayList<>(named);
        roots.addAll(positional);
        return roots;
    }

    OfflineTranslation translate(CommandLine command) {
        Map<String, String> configured = configuration.properties(command);
        List<String> names = Optional.ofNullable(controllerName)
                .or(() -> Optional.ofNullable(configured.get(EnvoyGatewayFile.CONTROLLER_NAMES)))
                .map(List::of)
                .orElse(List.of(Settings.CONTROLLER_NAME, Settings.ENVOY_GATEWAY_CONTROLLER_NAME));
        CalloutAddress loopback = new CalloutAddress("127.0.0.1", RunCommand.DEFAULT_GRPC_PORT);
        return OfflineTranslation.of(
                roots(),
                new Settings(
                        names,
                        privilegedPorts ? port -> port : Settings::shiftPrivileged,
                        new Settings.Callouts(loopback, loopback, loopback),
                        new Settings.Infrastructure.Host(),
                        new Settings.Infrastructure.Host()
                                .backendAddresses(!"false".equals(configured.get(EnvoyGatewayFile.BACKEND)), Set.of()),
                        new Settings.ExtensionApis(
                                Boolean.parseBoolean(configured.get(EnvoyGatewayFile.ENVOY_PATCH_POLICY)))));
    }
}
