package dev.gatehouse.controller.envoy.filter;

import dev.gatehouse.controller.check.EnvoyRules;
import dev.gatehouse.controller.extension.Extensions;
import dev.gatehouse.controller.proto.PackedTypes;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The filters that the extensions of a listener's routes need on the listener.
 *
 * @param scripts the number of Lua filters: the largest number of scripts of a route
 * @param processors the filters for external processors
 * @param plugins the filters for Wasm extensions
 * @param modules the filters for dynamic modules
 */
public record ExtensionNeeds(
        int scripts, Set<ProcessorFilter.Variant> processors, Set<PlacedFilter> plugins, Set<PlacedFilter> modules) {
    private static final EnvoyRules RULES = new EnvoyRules(PackedTypes::find);

    /** No filters. */
    static final ExtensionNeeds NONE = new ExtensionNeeds(0, Set.of(), Set.of(), Set.of());

    public ExtensionNeeds {
        processors = Set.copyOf(processors);
        plugins = Set.copyOf(plugins);
        modules = Set.copyOf(modules);
    }

    /** The filters that {@code extensions} need. */
    static ExtensionNeeds of(Extensions extensions) {
        return new ExtensionNeeds(
                extensions.scripts().size(),
                Set.copyOf(ProcessorFilter.variants(extensions.processors())),
                Set.copyOf(WasmFilter.filters(extensions.plugins())),
                Set.copyOf(ModuleFilter.filters(extensions.modules())));
    }

    /** The filters that both need. */
    ExtensionNeeds and(ExtensionNeeds more) {
        return new ExtensionNeeds(
                Math.max(scripts, more.scripts),
                union(processors, more.processors),
                union(plugins, more.plugins),
                union(modules, more.modules));
    }

    private static <T> Set<T> union(Set<T> some, Set<T> more) {
        Set<T> all = new HashSet<>(some);
        all.addAll(more);
        return all;
    }

    /** The processors' filters, in the order in which requests pass them. */
    List<ProcessorFilter.Variant> sortedProcessors() {
        return processors.stream()
                .sorted(Comparator.comparingInt(ProcessorFilter.Variant::place)
                        .thenComparing(ProcessorFilter.Variant::name))
                .toList();
    }

    List<PlacedFilter> sortedPlugins() {
        return plugins.stream().sorted(PlacedFilter.ORDER).toList();
    }

    List<PlacedFilter> sortedModules() {
        return modules.stream().sorted(PlacedFilter.ORDER).toList();
    }

    /** The names of the filters. */
    public List<String> names() {
        return Stream.of(
                        IntStream.range(0, scripts).mapToObj(LuaFilter::name),
                        sortedProcessors().stream().map(ProcessorFilter.Variant::name),
                        sortedPlugins().stream().map(PlacedFilter::name),
                        sortedModules().stream().map(PlacedFilter::name))
                .flatMap(each -> each)
                .toList();
    }

    /** Why Envoy would refuse the filters of {@code extensions} on a listener. */
    public static Optional<String> problem(Extensions extensions) {
        return Stream.of(
                        ProcessorFilter.variants(extensions.processors()).stream()
                                .map(ProcessorFilter::filter),
                        WasmFilter.filters(extensions.plugins()).stream().map(PlacedFilter::config),
                        ModuleFilter.filters(extensions.modules()).stream().map(PlacedFilter::config))
                .flatMap(each -> each)
                .flatMap(filter -> RULES.problem(filter).stream())
                .findFirst();
    }
}
