package dev.gatehouse.controller.extension;

import dev.gatehouse.controller.backend.UriCluster;
import dev.gatehouse.controller.extension.Extensions.Module;
import dev.gatehouse.controller.extension.Extensions.Plugin;
import dev.gatehouse.controller.extension.Extensions.Processor;
import dev.gatehouse.controller.extension.Extensions.Script;
import dev.gatehouse.gatewayapi.EnvoyProxySpec;
import dev.gatehouse.gatewayapi.extension.DynamicModule;
import dev.gatehouse.gatewayapi.extension.ModuleRegistration;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The extensions of a policy, resolved as far as the result is equal on every Gateway. */
public record Candidates(
        List<CheckedScript> scripts,
        List<Candidate<Processor>> processors,
        List<Candidate<Plugin>> plugins,
        List<WantedModule> modules) {
    public Candidates {
        scripts = List.copyOf(scripts);
        processors = List.copyOf(processors);
        plugins = List.copyOf(plugins);
        modules = List.copyOf(modules);
    }

    /**
     * An extension that may be used.
     *
     * @param place the path of its field
     * @param failOpen true: requests pass without the extension if it cannot be made
     * @param made the extension; if there are problems too, the earlier version that runs meanwhile
     * @param problems why it cannot be made as specified; empty: no problem
     */
    record Candidate<T>(String place, boolean failOpen, Optional<T> made, List<String> problems) {
        Candidate {
            problems = List.copyOf(problems);
        }
    }

    /** A script with its findings. An EnvoyProxy sets which findings count as problems. */
    record CheckedScript(Candidate<Script> candidate, LuaCheck.Findings findings) {
        private Candidate<Script> on(EnvoyProxySpec proxy) {
            Optional<String> problem = findings.problem(proxy.luaValidation());
            return problem.isEmpty()
                    ? candidate
                    : new Candidate<>(
                            candidate.place(),
                            candidate.failOpen(),
                            Optional.empty(),
                            Stream.concat(
                                            candidate.problems().stream(),
                                            problem.map(text -> candidate.place() + ": " + text).stream())
                                    .toList());
        }
    }

    /** A dynamic module, which a policy may use only if an EnvoyProxy registers it. */
    record WantedModule(String place, DynamicModule spec) {
        private Candidate<Module> on(EnvoyProxySpec proxy) {
            Optional<ModuleRegistration> registration = proxy.dynamicModules().stream()
                    .filter(each -> each.name().equals(spec.name()))
                    .findFirst();
            return registration
                    .map(found -> new Candidate<>(
                            place,
                            false,
                            Optional.of(new Module(
                                    spec,
                                    found,
                                    found.source() instanceof ModuleRegistration.Source.Remote remote
                                            ? Optional.of(UriCluster.of(URI.create(remote.url()))
                                                    .spec())
                                            : Optional.empty())),
                            List.<String>of()))
                    .orElseGet(() -> new Candidate<>(
                            place,
                            false,
                            Optional.empty(),
                            List.of(place + ".name: \"" + spec.name()
                                    + "\" is not registered (expected: one of spec.dynamicModules of the Gateway's EnvoyProxy, "
                                    + proxy.dynamicModules().stream()
                                            .map(ModuleRegistration::name)
                                            .toList()
                                    + ")")));
        }
    }

    /** The candidates of a policy none of whose extensions can be made because of {@code problem}. */
    public static Candidates unusable(String problem) {
        return new Candidates(
                List.of(new CheckedScript(
                        new Candidate<>("spec", false, Optional.empty(), List.of(problem)), LuaCheck.Findings.NONE)),
                List.of(),
                List.of(),
                List.of());
    }

    /** The outcome on Gateways with {@code proxy}. */
    public ExtensionOutcome on(EnvoyProxySpec proxy) {
        List<String> closing = new ArrayList<>();
        List<String> bypassed = new ArrayList<>();
        List<String> meanwhile = new ArrayList<>();
        Extensions extensions = new Extensions(
                made(scripts.stream().map(each -> each.on(proxy)).toList(), closing, bypassed, meanwhile),
                made(processors, closing, bypassed, meanwhile),
                made(plugins, closing, bypassed, meanwhile),
                made(modules.stream().map(each -> each.on(proxy)).toList(), closing, bypassed, meanwhile));
        if (!closing.isEmpty()) {
            closing.addAll(bypassed);
            closing.addAll(meanwhile);
            return new ExtensionOutcome.Invalid(String.join("; ", closing));
        }
        if (!bypassed.isEmpty()) {
            meanwhile.add(String.join("; ", bypassed) + "; since failOpen is true, requests pass without it");
        }
        return new ExtensionOutcome.Enforced(
                extensions, meanwhile.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", meanwhile)));
    }

    private static <T> List<T> made(
            List<Candidate<T>> candidates, List<String> closing, List<String> bypassed, List<String> meanwhile) {
        List<T> made = new ArrayList<>();
        for (Candidate<T> each : candidates) {
            each.made().ifPresent(made::add);
            if (each.made().isPresent()) {
                meanwhile.addAll(each.problems());
            } else {
                (each.failOpen() ? bypassed : closing).addAll(each.problems());
            }
        }
        return made;
    }
}
