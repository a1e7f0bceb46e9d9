package dev.gatehouse.controller.envoy;

import com.google.protobuf.ByteString;
import dev.gatehouse.api.waf.v1.WafPolicy.FailureMode;
import dev.gatehouse.api.waf.v1.WafPolicy.File;
import dev.gatehouse.api.waf.v1.WafPolicy.HostOverride;
import dev.gatehouse.api.waf.v1.WafPolicy.Mode;
import dev.gatehouse.api.waf.v1.WafPolicy.Source;
import dev.gatehouse.gatewayapi.ConfigMap;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.WafExclusion;
import dev.gatehouse.gatewayapi.WafPolicy;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** Makes waf-svc's policy from a WAFPolicy. */
public final class WafResources {
    private static final String RULES = ".conf";
    private static final Pattern ENGINE =
            Pattern.compile("(?im)^[ \\t]*SecRuleEngine[ \\t]+[\"']?(On|Off|DetectionOnly)[\"']?[ \\t\\r]*$");

    private WafResources() {}

    /** The outcome of making a policy. */
    public sealed interface Outcome {
        record Enforced(dev.gatehouse.api.waf.v1.WafPolicy policy) implements Outcome {}

        /** @param message the reason, without a full stop */
        record Invalid(String message) implements Outcome {}
    }

    /**
     * Makes a policy.
     *
     * @param name the name by which routes refer to the policy
     * @param owner the policy that refers to the ConfigMaps, unless a reference names another policy
     * @param configMap finds a ConfigMap; empty: it does not exist
     */
    public static Outcome policy(
            String name, ObjectKey owner, WafPolicy spec, Function<ObjectKey, Optional<ConfigMap>> configMap) {
        List<Source> ruleFiles = new ArrayList<>();
        Map<String, ByteString> files = new TreeMap<>();
        Set<ObjectKey> read = new HashSet<>();
        for (WafPolicy.RuleFiles reference : spec.ruleFiles()) {
            ObjectKey policy = reference.policy().orElse(owner);
            ObjectKey key = new ObjectKey(policy.namespace(), reference.name());
            if (!read.add(key)) {
                continue;
            }
            Optional<ConfigMap> map = configMap.apply(key);
            if (map.isEmpty()) {
                return new Outcome.Invalid("ruleFiles: ConfigMap " + key + " is not there");
            }
            if (map.get().data().isEmpty()) {
                return new Outcome.Invalid("ruleFiles: ConfigMap " + key
                        + " has no files (expected: a key that ends in .conf; on Kubernetes one without such a key"
                        + " needs the label gatehouse.dev/rule-files)");
            }
            // Each of several merged policies has a folder for its own files.
            String folder =
                    reference.policy().map(each -> "wafpolicy/" + each + "/").orElse("");
            for (Map.Entry<String, String> file : new TreeMap<>(map.get().data()).entrySet()) {
                if (file.getKey().endsWith(RULES)) {
                    ruleFiles.add(source(folder + "configmap/" + key + "/" + file.getKey(), file.getValue()));
                } else if (files.put(folder + file.getKey(), ByteString.copyFromUtf8(file.getValue())) != null) {
                    return new Outcome.Invalid("ruleFiles: two ConfigMaps have a key \"" + file.getKey() + "\"");
                }
            }
        }
        List<Source> sources = sources(spec, ruleFiles, List.of(), spec.exclusions());
        Mode mode =
                spec.mode().map(WafResources::mode).or(() -> written(sources)).orElse(Mode.ENFORCE);
        dev.gatehouse.api.waf.v1.WafPolicy.Builder policy = dev.gatehouse.api.waf.v1.WafPolicy.newBuilder()
                .setName(name)
                .setMode(mode)
                .setFailureMode(
                        switch (spec.effectiveFailureMode()) {
                            case Closed -> FailureMode.CLOSED;
                            case Open -> FailureMode.OPEN;
                        })
                .addAllSources(sources)
                .setPartial(spec.merge().isPresent() && name.equals(owner.toString()));
        spec.crs().flatMap(crs -> crs.version()).ifPresent(policy::setCoreRuleSet);
        files.forEach((file, content) ->
                policy.addFiles(File.newBuilder().setName(file).setContent(content)));
        for (WafPolicy.Host host : spec.hosts()) {
            List<WafExclusion> exclusions = new ArrayList<>(spec.exclusions());
            exclusions.addAll(host.exclusions());
            List<Source> own = texts(host.directives());
            policy.addHosts(HostOverride.newBuilder()
                    .addAllHostnames(host.hostnames())
                    .setMode(host.mode()
                            .map(WafResources::mode)
                            .or(() -> written(own))
                            .orElse(mode))
                    .addAllSources(sources(spec, ruleFiles, own, exclusions)));
        }
        return new Outcome.Enforced(policy.build());
    }

    /** A policy of directives only. Its SecRuleEngine directive sets the mode. */
    public static dev.gatehouse.api.waf.v1.WafPolicy asWritten(String name, String source, List<String> directives) {
        return dev.gatehouse.api.waf.v1.WafPolicy.newBuilder()
                .setName(name)
                .setMode(Mode.AS_WRITTEN)
                .setFailureMode(FailureMode.CLOSED)
                .addAllSources(IntStream.range(0, directives.size())
                        .mapToObj(i -> source(source + "[" + i + "]", directives.get(i)))
                        .toList())
                .build();
    }

    /** The last mode that the texts themselves say. What they include does not count: recommended configurations are DetectionOnly. */
    private static Optional<Mode> written(List<Source> sources) {
        return sources.stream()
                .flatMap(source -> ENGINE.matcher(source.getText()).results())
                .map(found -> switch (found.group(1).toLowerCase(Locale.ROOT)) {
                    case "on" -> Mode.ENFORCE;
                    case "off" -> Mode.OFF;
                    default -> Mode.DETECT_ONLY;
                })
                .reduce((_, last) -> last);
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
        made.settings(spec).forEach((field, text) -> add(sources, field, text));
        add(sources, "exclusions", made.exclusionsByPath(exclusions));
        spec.crs().ifPresent(crs -> {
            add(sources, "crs", made.setup(crs));
            sources.addAll(texts(crs.before()));
            add(sources, "crs", "Include @owasp_crs/*.conf\n");
        });
        sources.addAll(ruleFiles);
        sources.addAll(texts(spec.directives()));
        sources.addAll(more);
        add(sources, "exclusions", made.exclusionsForAll(exclusions));
        return sources;
    }

    private static void add(List<Source> sources, String name, String text) {
        if (!text.isEmpty()) {
            sources.add(source(name, text));
        }
    }

    private static List<Source> texts(List<WafPolicy.Directives> directives) {
        return directives.stream()
                .map(each -> source(each.place(), each.text()))
                .toList();
    }

    private static Source source(String name, String text) {
        return Source.newBuilder().setName(name).setText(text).build();
    }
}
