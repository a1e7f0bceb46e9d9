package dev.gatehouse.controller.config;

import dev.gatehouse.controller.extensionserver.ExtensionServer;
import dev.gatehouse.controller.extensionserver.ExtensionServers;
import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.yaml.Fields;
import dev.gatehouse.gatewayapi.yaml.Location;
import dev.gatehouse.gatewayapi.yaml.Node;
import dev.gatehouse.gatewayapi.yaml.Problem;
import dev.gatehouse.gatewayapi.yaml.YamlDocuments;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * The configuration of an Envoy Gateway ({@code kind: EnvoyGateway}), read as it is.
 *
 * @param properties the settings that it stands for, by the names of Gatehouse's properties; only of fields that are in the file
 * @param servers the extension servers
 * @param problems errors: the file must not be used; warnings: fields that have no effect
 */
public record EnvoyGatewayFile(Map<String, String> properties, ExtensionServers servers, List<Problem> problems) {
    /** The file's name as a setting of the controller. */
    public static final String PROPERTY = "gatehouse.controller.config";

    /** The controller names that are served. */
    public static final String CONTROLLER_NAMES = "gatehouse.controller.names";

    public static final String ENVOY_PATCH_POLICY = "gatehouse.controller.extension-apis.envoy-patch-policy";
    public static final String LUA = "gatehouse.controller.extension-apis.lua";
    public static final String BACKEND = "gatehouse.controller.extension-apis.backend";
    private static final String GATEWAY_NAMESPACE = "gatehouse.controller.fleet.gateway-namespace";
    private static final String LOG_LEVEL = "quarkus.log.level";
    private static final String NO_EFFECT = "is not served and has no effect";

    private enum Level {
        debug,
        info,
        warn,
        error
    }

    private enum DeployType {
        ControllerNamespace,
        GatewayNamespace
    }

    private enum ProviderType {
        Kubernetes,
        Custom
    }

    public EnvoyGatewayFile {
        properties = Map.copyOf(properties);
        problems = List.copyOf(problems);
    }

    /** Reads {@code text} of the file {@code name}. */
    public static EnvoyGatewayFile read(String name, String text) {
        YamlDocuments documents = YamlDocuments.read(name, text);
        List<Problem> problems = new ArrayList<>(documents.problems());
        Map<String, String> properties = new TreeMap<>();
        if (documents.documents().size() != 1 || !documents.others().isEmpty()) {
            problems.add(new Problem(
                    Problem.Severity.ERROR,
                    new Location(name, 1, 1),
                    "",
                    "",
                    (documents.documents().size() + documents.others().size())
                            + " documents (expected: one, of kind EnvoyGateway)"));
            return new EnvoyGatewayFile(properties, ExtensionServers.NONE, problems);
        }
        Node.Mapping document = documents.documents().getFirst();
        List<ExtensionServer> servers = Fields.read(document, "EnvoyGateway", "", problems::add, f -> {
            root(f, properties);
            return ExtensionManagerFields.read(f);
        });
        return new EnvoyGatewayFile(properties, new ExtensionServers(servers), problems);
    }

    public boolean hasErrors() {
        return problems.stream().anyMatch(problem -> problem.severity() == Problem.Severity.ERROR);
    }

    private static void root(Fields f, Map<String, String> properties) {
        expect(f, "apiVersion", Kinds.ENVOY_GATEWAY_GROUP + "/v1alpha1");
        expect(f, "kind", "EnvoyGateway");
        f.known("metadata");
        f.object("gateway", gateway -> {
            gateway.string("controllerName")
                    .filter(name -> !name.isEmpty())
                    .ifPresent(name -> properties.put(CONTROLLER_NAMES, name));
            return "";
        });
        f.object("provider", provider -> provider(provider, properties));
        f.object("logging", logging -> logging(logging, properties));
        f.object("extensionApis", apis -> {
            apis.bool("enableEnvoyPatchPolicy").ifPresent(on -> properties.put(ENVOY_PATCH_POLICY, on.toString()));
            apis.bool("enableBackend").ifPresent(on -> properties.put(BACKEND, on.toString()));
            if (apis.has("enableLua") && apis.has("disableLua")) {
                apis.wrong("disableLua", "stands beside enableLua (expected: one of them)");
            }
            apis.bool("enableLua")
                    .or(() -> apis.bool("disableLua").map(off -> !off))
                    .ifPresent(on -> properties.put(LUA, on.toString()));
            passOver(apis, "enableSDSSecretRef");
            return "";
        });
        f.passOver("rateLimit", "is configured at ratelimit-svc (GATEHOUSE_RATELIMIT_REDIS_URL; run --redis)");
        f.passOver("admin", "is not served: /q/health and /q/metrics are on GATEHOUSE_HTTP_PORT");
        passOver(f, "telemetry", "xdsServer", "sdsServer", "gatewayAPI", "runtimeFlags", "envoyProxy");
    }

    private static String provider(Fields f, Map<String, String> properties) {
        f.choice("type", ProviderType.class);
        f.object("kubernetes", kubernetes -> {
            kubernetes.object("deploy", deploy -> {
                deploy.choice("type", DeployType.class)
                        .ifPresent(type -> properties.put(
                                GATEWAY_NAMESPACE, Boolean.toString(type == DeployType.GatewayNamespace)));
                return "";
            });
            refuse(kubernetes, "watch", "all namespaces are followed, and objects of others would be served");
            kubernetes.passOver(
                    "shutdownManager", "is GATEHOUSE_CONTROLLER_FLEET_SHUTDOWN_MANAGER_IMAGE, an image of Gatehouse's");
            passOver(
                    kubernetes,
                    "leaderElection",
                    "client",
                    "cacheSyncPeriod",
                    "rateLimitDeployment",
                    "rateLimitHpa",
                    "rateLimitPDB",
                    "proxyTopologyInjector");
            return "";
        });
        f.passOver("custom", "is not served: GATEHOUSE_CONTROLLER_SOURCE and _FILES say where objects come from");
        return "";
    }

    private static String logging(Fields f, Map<String, String> properties) {
        f.object("level", level -> {
            level.choice("default", Level.class)
                    .ifPresent(each -> properties.put(LOG_LEVEL, each.name().toUpperCase(Locale.ROOT)));
            passOver(
                    level,
                    "provider",
                    "gateway-api",
                    "xds-translator",
                    "xds-server",
                    "xds",
                    "infrastructure",
                    "global-ratelimit",
                    "sds-server");
            return "";
        });
        passOver(f, "encoder");
        return "";
    }

    private static void expect(Fields f, String field, String expected) {
        String text = f.requiredString(field);
        if (!text.isEmpty() && !text.equals(expected)) {
            f.wrong(field, "\"" + text + "\" (expected: " + expected + ")");
        }
    }

    private static void passOver(Fields f, String... fields) {
        for (String field : fields) {
            f.passOver(field, NO_EFFECT);
        }
    }

    /** What would be served otherwise than the file says is refused. */
    private static void refuse(Fields f, String field, String reason) {
        f.known(field);
        if (f.has(field)) {
            f.wrong(field, "is not served (expected: nothing, since " + reason + ")");
        }
    }
}
