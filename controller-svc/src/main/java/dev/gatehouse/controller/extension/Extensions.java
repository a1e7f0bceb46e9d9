package dev.gatehouse.controller.extension;

import dev.gatehouse.controller.backend.ClusterSpec;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.extension.DynamicModule;
import dev.gatehouse.gatewayapi.extension.ExtProc;
import dev.gatehouse.gatewayapi.extension.ModuleRegistration;
import dev.gatehouse.gatewayapi.extension.ModuleRegistration.Source;
import dev.gatehouse.gatewayapi.extension.Wasm;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** The extensions that requests pass, each list in order. */
public record Extensions(List<Script> scripts, List<Processor> processors, List<Plugin> plugins, List<Module> modules) {
    public Extensions {
        scripts = List.copyOf(scripts);
        processors = List.copyOf(processors);
        plugins = List.copyOf(plugins);
        modules = List.copyOf(modules);
    }

    /** The clusters of the services that proxies call. */
    public List<ClusterSpec> clusters() {
        return Stream.of(
                        processors.stream().map(Processor::cluster),
                        plugins.stream().map(Plugin::cluster),
                        modules.stream().flatMap(module -> module.cluster().stream()))
                .flatMap(each -> each)
                .toList();
    }

    /** The names and files of the Wasm extensions and dynamic modules. */
    public Set<String> names() {
        Set<String> names = new HashSet<>();
        plugins.forEach(each -> names.add(each.spec().name().orElse(each.id())));
        for (Module each : modules) {
            names.add(each.registration().name());
            names.add(each.spec().filter());
            switch (each.registration().source()) {
                case Source.Local local -> names.add(local.path());
                case Source.Remote remote -> names.add(remote.url());
            }
        }
        names.remove("");
        return names;
    }

    /**
     * A copy without the extensions that requests may pass without; empty: an extension that listeners have a filter
     * for must not be left out.
     */
    public Optional<Extensions> withoutOptional() {
        boolean optional = modules.isEmpty()
                && processors.stream().allMatch(each -> each.spec().failOpen())
                && plugins.stream().allMatch(each -> each.spec().failOpen());
        return optional ? Optional.of(new Extensions(scripts, List.of(), List.of(), List.of())) : Optional.empty();
    }

    /** A copy for a Gateway whose client certificate for backends is {@code certificate}. */
    public Extensions presenting(ObjectKey certificate) {
        return new Extensions(
                scripts,
                processors.stream()
                        .map(each ->
                                new Processor(each.spec(), each.cluster().presenting(certificate), each.authority()))
                        .toList(),
                plugins,
                modules.stream()
                        .map(each -> new Module(
                                each.spec(),
                                each.registration(),
                                each.cluster().map(cluster -> cluster.presenting(certificate))))
                        .toList());
    }

    /**
     * A Lua script.
     *
     * @param context the values that the script can read
     */
    public record Script(String code, Map<String, Object> context) {}

    /**
     * An external processor.
     *
     * @param authority the authority of calls to the service
     */
    public record Processor(ExtProc spec, ClusterSpec cluster, String authority) {}

    /**
     * A Wasm extension.
     *
     * @param id the id of its virtual machine, which no other extension shares
     * @param uri the URI from which proxies fetch the code
     * @param cluster the cluster of that URI's server
     * @param sha256 the SHA-256 of the code
     */
    public record Plugin(String id, Wasm spec, String uri, ClusterSpec cluster, String sha256) {}

    /**
     * A dynamic module: a filter in a shared library.
     *
     * @param cluster the cluster of the server from which proxies download the library; empty: the library is on their
     * disk
     */
    public record Module(DynamicModule spec, ModuleRegistration registration, Optional<ClusterSpec> cluster) {}
}
