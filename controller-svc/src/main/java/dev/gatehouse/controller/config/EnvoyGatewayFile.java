package dev.gatehouse.controller.config;

import dev.gatehouse.controller.extensionserver.ExtensionServer;
import dev.gatehouse.controller.extensionserver.ExtensionServers;
import dev.gatehouse.gatewayapi.EnvoyProxy;
import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.yaml.Fields;
import dev.gatehouse.gatewayapi.yaml.Location;
import dev.gatehouse.gatewayapi.yaml.Node;
import dev.gatehouse.gatewayapi.yaml.Problem;
import dev.gatehouse.gatewayapi.yaml.YamlDocuments;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The configuration of an Envoy Gateway ({@code kind: EnvoyGateway}), read as it is.
 *
 * @param properties the settings in the file, by the names of Gatehouse's properties; fields that the file lacks are
 * absent
 * @param servers the extension servers
 * @param proxy the settings of all proxies, which EnvoyProxies override
 * @param problems an error means that the file must not be used; a warning is about a field without effect
 */
public record EnvoyGatewayFile(
        Map<String, String> properties, ExtensionServers servers, Optional<EnvoyProxy> proxy, List<Problem> problems) {
    /** The file's name as a setting of the controller. */
    public static final String PROPERTY = "gatehouse.controller.config";

    /** The controller names that are served. */
    public static final String CONTROLLER_NAMES = "gatehouse.controller.names";

    public static final String ENVOY_PATCH_POLICY = "gatehouse.controller.extension-apis.envoy-patch-policy";
    public static final String LUA = "gatehouse.controller.extension-apis.lua";
    public static final String SDS_SECRET_REF = "gatehouse.controller.extension-apis.sds-secret-ref";
    public static final String BACKEND = "gatehouse.controller.extension-apis.backend";

    /** The property for how long proxies wait for ratelimit-svc. */
    public static final String LIMIT_TIMEOUT = "gatehouse.controller.limits.timeout";

    public static final String LIMIT_FAIL_CLOSED = "gatehouse.controller.limits.fail-closed";

    /** The files and folders with objects, separated by commas. */
    static final String FILES = "gatehouse.controller.files";

    /** An item of {@link #FILES}, in which a backslash stands before each comma and backslash. */
    private static final Pattern ITEM = Pattern.compile("(?:[^\\\\,]|\\\\.)+");

    private static final String CONFIG_MAP = "ConfigMap";

    private record Typed(List<ExtensionServer> servers, Optional<EnvoyProxy> proxy) {}

    public EnvoyGatewayFile {
        properties = Map.copyOf(properties);
        problems = List.copyOf(problems);
    }

    /** Reads {@code text}, the content of the file {@code name}. */
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
            return new EnvoyGatewayFile(properties, ExtensionServers.NONE, Optional.empty(), problems);
        }
        Node.Mapping document = documents.documents().getFirst();
        if (document.get("kind")
                .filter(kind ->
                        kind instanceof Node.Scalar scalar && scalar.text().equals(CONFIG_MAP))
                .isPresent()) {
            problems.add(ofConfigMap(document));
            return new EnvoyGatewayFile(properties, ExtensionServers.NONE, Optional.empty(), problems);
        }
        Typed typed = Fields.read(document, "EnvoyGateway", "", problems::add, f -> {
            root(f, properties);
            return new Typed(ExtensionManagerFields.read(f), EnvoyProxy.readDefault(f, "envoyProxy"));
        });
        return new EnvoyGatewayFile(properties, new ExtensionServers(typed.servers()), typed.proxy(), problems);
    }

    /** The problem of a file that has the ConfigMap in which a cluster keeps the configuration. */
    private static Problem ofConfigMap(Node.Mapping document) {
        String texts = document.get("data")
                .filter(Node.Mapping.class::isInstance)
                .map(data -> String.join(" or ", ((Node.Mapping) data).fields().keySet()))
                .filter(names -> !names.isEmpty())
                .map(names -> "data, " + names + ",")
                .orElse("data");
        return new Problem(
                Problem.Severity.ERROR,
                document.locate("kind"),
                CONFIG_MAP,
                "kind",
                "\"" + CONFIG_MAP + "\" (expected: EnvoyGateway: save the text under the ConfigMap's " + texts
                        + " as a file, and name that file)");
    }

    /** The files and folders with objects, {@code provider.custom.resource.file.paths}, as they are written. */
    public List<String> paths() {
        return ITEM.matcher(properties.getOrDefault(FILES, ""))
                .results()
                .map(item -> item.group().replaceAll("\\\\(.)", "$1"))
                .toList();
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
        f.object("provider", provider -> ProviderFields.read(provider, properties));
        f.object("logging", logging -> LoggingFields.read(logging, properties));
        f.object("extensionApis", apis -> extensionApis(apis, properties));
        f.object("rateLimit", limit -> RateLimitFields.read(limit, properties));
        f.object("gatewayAPI", api -> {
            // The field has no effect: XBackendTrafficPolicies are always served if the API server has their CRD.
            api.known("enabled");
            return "";
        });
        f.object("runtimeFlags", flags -> {
            flags.passOver("enabled", "Gatehouse has no such flags: both naming schemes of Envoy Gateway are known");
            flags.passOver("disabled", "Gatehouse has no such flags");
            return "";
        });
        f.passOver("admin", "is not served: /q/health and /q/metrics are on GATEHOUSE_HTTP_PORT");
        f.passOver("telemetry", "is not served: every service has Prometheus metrics at /q/metrics");
        f.passOver("xdsServer", "is for xds-svc, whose streams have no maximal age and whose messages no maximal size");
        f.passOver("sdsServer", "is not served and has no effect");
    }

    private static String extensionApis(Fields apis, Map<String, String> properties) {
        apis.bool("enableEnvoyPatchPolicy").ifPresent(on -> properties.put(ENVOY_PATCH_POLICY, on.toString()));
        apis.bool("enableBackend").ifPresent(on -> properties.put(BACKEND, on.toString()));
        if (apis.has("enableLua") && apis.has("disableLua")) {
            apis.wrong("disableLua", "stands beside enableLua (expected: one of them)");
        }
        apis.bool("enableLua")
                .or(() -> apis.bool("disableLua").map(off -> !off))
                .ifPresent(on -> properties.put(LUA, on.toString()));
        apis.bool("enableSDSSecretRef").ifPresent(on -> properties.put(SDS_SECRET_REF, on.toString()));
        return "";
    }

    private static void expect(Fields f, String field, String expected) {
        String text = f.requiredString(field);
        if (!text.isEmpty() && !text.equals(expected)) {
            f.wrong(field, "\"" + text + "\" (expected: " + expected + ")");
        }
    }
}
