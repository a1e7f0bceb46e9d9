package dev.gatehouse.controller.extension;

import dev.gatehouse.controller.backend.ClusterSpec;
import dev.gatehouse.controller.backend.ServiceClusters;
import dev.gatehouse.controller.backend.UriCluster;
import dev.gatehouse.controller.extension.Candidates.Candidate;
import dev.gatehouse.controller.extension.Candidates.CheckedScript;
import dev.gatehouse.controller.extension.Candidates.WantedModule;
import dev.gatehouse.controller.extension.Extensions.Plugin;
import dev.gatehouse.controller.extension.Extensions.Processor;
import dev.gatehouse.controller.extension.Extensions.Script;
import dev.gatehouse.controller.wasm.WasmRequest;
import dev.gatehouse.controller.wasm.WasmState;
import dev.gatehouse.gatewayapi.Backend;
import dev.gatehouse.gatewayapi.ConfigMap;
import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.ReferenceGrant;
import dev.gatehouse.gatewayapi.Secret;
import dev.gatehouse.gatewayapi.extension.ExtProc;
import dev.gatehouse.gatewayapi.extension.ExtensionSettings;
import dev.gatehouse.gatewayapi.extension.Lua;
import dev.gatehouse.gatewayapi.extension.Wasm;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Resolves the references of extensions in EnvoyExtensionPolicies. */
public final class ExtensionResolver {
    /** The problem of a script if the controller does not allow scripts. */
    private static final String LUA_OFF = "Lua is off (expected: no lua, or a controller that allows it, with"
            + " gatehouse.controller.extension-apis.lua=true)";

    /** The resolver's view of other objects and of the controller. */
    public interface World extends ServiceClusters.World {
        Optional<ConfigMap> configMap(ObjectKey key);

        Optional<Secret> secret(ObjectKey key);

        /** The CA certificates in a ConfigMap, Secret or ClusterTrustBundle. */
        Optional<String> bundle(String kind, ObjectKey key);

        /** Whether the policy may refer to the object. */
        boolean permitted(ReferenceGrant.Origin from, String group, String kind, ObjectKey to);

        /** Why the controller must not fetch from {@code endpoint}. */
        Optional<String> refusal(Backend.Endpoint endpoint);

        /** The outcome of a request for code; empty: still unknown. */
        Optional<WasmState> code(WasmRequest request);

        /** The last code of the request's user. */
        Optional<WasmState.Ready> lastCode(String user);

        /** The URL from which proxies fetch code, such as http://controller:18110/wasm. */
        String codeServer();

        /** Whether policies may have scripts, which run in the proxies with the proxies' rights. */
        boolean allowsLua();
    }

    private final Wanted policy;
    private final World world;

    private ExtensionResolver(Wanted policy, World world) {
        this.policy = policy;
        this.world = world;
    }

    /** Resolves the extensions of {@code policy}, which may be merged from two policies. */
    public static Candidates resolve(Wanted policy, World world) {
        return new ExtensionResolver(policy, world).resolve();
    }

    private Candidates resolve() {
        ExtensionSettings settings = policy.settings();
        List<CheckedScript> scripts = new ArrayList<>();
        for (int i = 0; i < settings.scripts().size(); i++) {
            scripts.add(script(settings.scripts().get(i), "spec.lua[" + i + "]"));
        }
        List<Candidate<Processor>> processors = new ArrayList<>();
        for (int i = 0; i < settings.processors().size(); i++) {
            processors.add(processor(settings.processors().get(i), "spec.extProc[" + i + "]"));
        }
        List<Candidate<Plugin>> plugins = new ArrayList<>();
        for (int i = 0; i < settings.wasms().size(); i++) {
            plugins.add(plugin(settings.wasms().get(i), i));
        }
        List<WantedModule> modules = new ArrayList<>();
        for (int i = 0; i < settings.modules().size(); i++) {
            modules.add(new WantedModule(
                    "spec.dynamicModule[" + i + "]", settings.modules().get(i)));
        }
        return new Candidates(scripts, processors, plugins, modules);
    }

    /** The namespace of references in a field. In a merged policy it is the namespace of the policy that has the field. */
    private String namespace(String field) {
        return policy.owner(field).namespace();
    }

    private CheckedScript script(Lua lua, String place) {
        if (!world.allowsLua()) {
            return refused(place, place + ": " + LUA_OFF);
        }
        return switch (lua.source()) {
            case Lua.Source.Inline inline -> checked(lua, inline.code(), place + ".inline");
            case Lua.Source.InConfigMap map -> {
                ObjectKey key = new ObjectKey(namespace("lua"), map.name());
                Optional<ConfigMap> object = world.configMap(key);
                Optional<String> code = object.flatMap(each -> each.value("lua"));
                yield code.isPresent()
                        ? checked(lua, code.get(), place + ".valueRef: ConfigMap " + key)
                        : refused(
                                place,
                                place + ".valueRef: ConfigMap " + key
                                        + (object.isPresent() ? " is empty" : " is not there")
                                        + " (expected: the script under \"lua\", or another key)");
            }
        };
    }

    private static CheckedScript checked(Lua lua, String code, String place) {
        return new CheckedScript(
                new Candidate<>(place, false, Optional.of(new Script(code, lua.context())), List.of()),
                LuaCheck.of(code));
    }

    private static CheckedScript refused(String place, String problem) {
        return new CheckedScript(
                new Candidate<>(place, false, Optional.empty(), List.of(problem)), LuaCheck.Findings.NONE);
    }

    private Candidate<Plugin> plugin(Wasm spec, int index) {
        String place = "spec.wasm[" + index + "]";
        WasmRequests.Made made = WasmRequests.of(policy, spec, index, world);
        if (!made.problems().isEmpty()) {
            return new Candidate<>(place, spec.failOpen(), Optional.empty(), made.problems());
        }
        WasmRequest request = made.request();
        Optional<WasmState> state = world.code(request);
        if (state.orElse(null) instanceof WasmState.Ready ready) {
            return new Candidate<>(place, spec.failOpen(), Optional.of(plugin(request, spec, ready)), List.of());
        }
        Optional<WasmState.Ready> last = world.lastCode(request.user());
        String problem = place + ".code: " + request.shownPlace() + " "
                + (state.orElse(null) instanceof WasmState.Failed failed ? failed.message() : "is being fetched")
                + (last.isPresent() ? "; the code that was there before runs meanwhile" : "");
        return new Candidate<>(
                place, spec.failOpen(), last.map(ready -> plugin(request, spec, ready)), List.of(problem));
    }

    private Plugin plugin(WasmRequest request, Wasm spec, WasmState.Ready code) {
        String server = world.codeServer();
        return new Plugin(
                request.user(),
                spec,
                server + "/" + code.sha256(),
                UriCluster.of(URI.create(server)).spec(),
                code.sha256());
    }

    private Candidate<Processor> processor(ExtProc spec, String place) {
        List<String> problems = new ArrayList<>();
        String namespace = namespace("extProc");
        Optional<ClusterSpec> cluster = ServiceClusters.cluster(
                world,
                new ReferenceGrant.Origin(Kinds.ENVOY_GATEWAY_GROUP, Kinds.ENVOY_EXTENSION_POLICY.name(), namespace),
                spec.backends(),
                true,
                place,
                problems);
        String authority = ServiceClusters.authority(world, spec.backends().getFirst(), namespace);
        return new Candidate<>(
                place,
                spec.failOpen(),
                cluster.map(each -> new Processor(
                        spec, each.with(spec.settings(), ServiceClusters.hostname(authority)), authority)),
                problems);
    }
}
