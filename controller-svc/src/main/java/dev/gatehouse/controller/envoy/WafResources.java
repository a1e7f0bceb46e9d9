package dev.gatehouse.controller.envoy;

import com.google.protobuf.ByteString;
import dev.gatehouse.api.waf.v1.WafPolicy.FailureMode;
import dev.gatehouse.api.waf.v1.WafPolicy.File;
import dev.gatehouse.api.waf.v1.WafPolicy.HostOverride;
import dev.gatehouse.api.waf.v1.WafPolicy.Mode;
import dev.gatehouse.api.waf.v1.WafPolicy.Source;
import dev.gatehouse.gatewayapi.ConfigMap;
import dev.gatehouse.gatewayapi.WafExclusion;
import dev.gatehouse.gatewayapi.WafPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/** Makes what waf-svc enforces from a WAFPolicy. */
public final class WafResources {
    private static final String RULES = ".conf";

    private WafResources() {}

    /** What became of a policy. */
    public sealed interface Outcome {
        record Enforced(dev.gatehouse.api.waf.v1.WafPolicy policy) implements Outcome {}

        /** @param message without a full stop */
        record Invalid(String message) implements Outcome {}
    }

    /**
     * The policy.
     *
     * @param name by which routes refer to it
     * @param namespace of its ConfigMaps, in the names of their sources
     * @param configMap finds one by its name; empty: it is not there
     */
    public static Outcome policy(
            String name, String namespace, WafPolicy spec, Function<String, Optional<ConfigMap>> configMap) {
        List<Source> ruleFiles = new ArrayList<>();
        Map<String, ByteString> files = new TreeMap<>();
        for (String reference : spec.ruleFiles()) {
            Optional<ConfigMap> map = configMap.apply(reference);
            if (map.isEmpty()) {
                return new Outcome.Invalid("ruleFiles: ConfigMap " + namespace + "/" + reference + " is not there");
            }
            if (map.get().data().isEmpty()) {
                return new Outcome.Invalid("ruleFiles: ConfigMap " + namespace + "/" + reference
                        + " has no files (expected: a key that ends in .conf; on Kubernetes one without such a key needs the"
                        + " label gatehouse.dev/rule-files)");
            }
            for (Map.Entry<String, String> file : new TreeMap<>(map.get().data()).entrySet()) {
                if (file.getKey().endsWith(RULES)) {
                    ruleFiles.add(
                            source("configmap/" + namespace + "/" + reference + "/" + file.getKey(), file.getValue()));
                } else if (files.put(file.getKey(), ByteString.copyFromUtf8(file.getValue())) != null) {
                    return new Outcome.Invalid("ruleFiles: two ConfigMaps have a key \"" + file.getKey() + "\"");
                }
            }
        }
        dev.gatehouse.api.waf.v1.WafPolicy.Builder policy = dev.gatehouse.api.waf.v1.WafPolicy.newBuilder()
                .setName(name)
                .setMode(mode(spec.effectiveMode()))
                .setFailureMode(
                        switch (spec.effectiveFailureMode()) {
                            case Closed -> FailureMode.CLOSED;
                            case Open -> FailureMode.OPEN;
                        })
                .addAllSources(sources(spec, ruleFiles, List.of(), spec.exclusions()));
        spec.crs().flatMap(crs -> crs.version()).ifPresent(policy::setCoreRuleSet);
        files.forEach((file, content) ->
                policy.addFiles(File.newBuilder().setName(file).setContent(content)));
        for (int i = 0; i < spec.hosts().size(); i++) {
            WafPolicy.Host host = spec.hosts().get(i);
            List<WafExclusion> exclusions = new ArrayList<>(spec.exclusions());
            exclusions.addAll(host.exclusions());
            policy.addHosts(HostOverride.newBuilder()
                    .addAllHostnames(host.hostnames())
                    .setMode(mode(host.mode().orElse(spec.effectiveMode())))
                    .addAllSources(sources(
                            spec, ruleFiles, texts("hosts[" + i + "].directives", host.directives()), exclusions)));
        }
        return new Outcome.Enforced(policy.build());
    }

    /** The policy of directives alone, whose SecRuleEngine says what it does. */
    public static dev.gatehouse.api.waf.v1.WafPolicy asWritten(String name, String source, List<String> directives) {
        return dev.gatehouse.api.waf.v1.WafPolicy.newBuilder()
                .setName(name)
                .setMode(Mode.AS_WRITTEN)
                .setFailureMode(FailureMode.CLOSED)
                .addAllSources(texts(source, directives))
                .build();
    }

    private static Mode mode(WafPolicy.Mode mode) {
        return switch (mode) {
            case Enforce -> Mode.ENFORCE;
            case DetectOnly -> Mode.DETECT_ONLY;
            case Off -> Mode.OFF;
        };
    }

    private static List<Source> sources(
            WafPolicy spec, List<Source> ruleFiles, List<Source> more, List<WafExclusion> exclusions) {
        WafRuleText made = new WafRuleText();
        List<Source> sources = new ArrayList<>();
        add(sources, "settings", made.settings(spec));
        add(sources, "exclusions by path", made.exclusionsByPath(exclusions));
        spec.crs().ifPresent(crs -> {
            add(sources, "crs", made.setup(crs));
            sources.addAll(texts("crs.before", crs.before()));
            add(sources, "crs", "Include @owasp_crs/*.conf\n");
        });
        sources.addAll(ruleFiles);
        sources.addAll(texts("directives", spec.directives()));
        sources.addAll(more);
        add(sources, "exclusions", made.exclusionsForAll(exclusions));
        return sources;
    }

    private static void add(List<Source> sources, String name, String text) {
        if (!text.isEmpty()) {
            sources.add(source(name, text));
        }
    }

    /** Named "directives[0]" and so on. */
    private static List<Source> texts(String name, List<String> directives) {
        List<Source> texts = new ArrayList<>();
        for (int i = 0; i < directives.size(); i++) {
            texts.add(source(name + "[" + i + "]", directives.get(i)));
        }
        return texts;
    }

    private static Source source(String name, String text) {
        return Source.newBuilder().setName(name).setText(text).build();
    }
}
