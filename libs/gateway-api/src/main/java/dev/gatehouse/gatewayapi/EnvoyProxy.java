package dev.gatehouse.gatewayapi;

import dev.gatehouse.gatewayapi.merge.JsonMerge;
import dev.gatehouse.gatewayapi.merge.PatchFailure;
import dev.gatehouse.gatewayapi.merge.StrategicMerge;
import dev.gatehouse.gatewayapi.yaml.Fields;
import dev.gatehouse.gatewayapi.yaml.Problem;
import dev.gatehouse.gatewayapi.yaml.Trees;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Envoy Gateway's EnvoyProxy: how the proxies of a Gateway, or of all Gateways of a class, are run.
 *
 * <p>An invalid EnvoyProxy still exists as an object. Its errors are reported in conditions of the Gateways that refer
 * to it.
 *
 * @param tree {@code spec} as written, for merging
 * @param reading the outcome of reading {@code spec}
 */
public record EnvoyProxy(Map<String, Object> tree, Reading reading) {
    /** The outcome of reading {@code spec}. */
    public sealed interface Reading {
        /** @param warnings "spec.geoIP: is not supported; passed over" */
        record Valid(EnvoyProxySpec spec, List<String> warnings) implements Reading {
            public Valid {
                warnings = List.copyOf(warnings);
            }
        }

        /**
         * @param problems "spec.concurrency: -1 is out of range (expected: …)"
         * @param rest the readable part, so that running proxies keep their configuration
         */
        record Invalid(List<String> problems, EnvoyProxySpec rest) implements Reading {
            public Invalid {
                problems = List.copyOf(problems);
            }
        }
    }

    static EnvoyProxy read(Fields f) {
        Fields.Checked<EnvoyProxySpec> checked = f.checked("spec", EnvoyProxySpec::read);
        return new EnvoyProxy(
                checked.tree(),
                checked.problems().isEmpty()
                        ? new Reading.Valid(checked.value().orElse(EnvoyProxySpec.DEFAULT), checked.warnings())
                        : new Reading.Invalid(
                                checked.problems(), checked.value().orElse(EnvoyProxySpec.DEFAULT)));
    }

    /**
     * Reads a specification in a field of another object, which holds the settings of all proxies. Errors are reported
     * as errors of that object.
     */
    public static Optional<EnvoyProxy> readDefault(Fields f, String field) {
        if (!f.has(field)) {
            return Optional.empty();
        }
        Fields.Checked<EnvoyProxySpec> checked = f.checked(field, EnvoyProxySpec::read);
        checked.problems().forEach(problem -> f.wrong(field, problem));
        checked.warnings().forEach(warning -> f.warn(field, warning));
        return checked.value().map(spec -> new EnvoyProxy(checked.tree(), new Reading.Valid(spec, List.of())));
    }

    /** True if it is merged over a less specific EnvoyProxy instead of replacing it. */
    public boolean merges() {
        return reading instanceof Reading.Valid valid && valid.spec().mergeType() != EnvoyProxySpec.MergeType.Replace;
    }

    /**
     * Merges this EnvoyProxy over a less specific one by its {@code mergeType}. Without a merge type it replaces the
     * other one completely.
     *
     * @param what the name of the result in problems: "EnvoyProxy a/b over c/d"
     */
    public EnvoyProxy over(EnvoyProxy less, String what) {
        if (!(reading instanceof Reading.Valid valid)) {
            return this;
        }
        return switch (valid.spec().mergeType()) {
            case Replace -> this;
            case JSONMerge -> of(JsonMerge.apply(less.tree, tree), what);
            case StrategicMerge -> {
                try {
                    yield of(StrategicMerge.apply(less.tree, tree, ""), what);
                } catch (PatchFailure e) {
                    yield new EnvoyProxy(tree, new Reading.Invalid(List.of("spec" + e.getMessage()), valid.spec()));
                }
            }
        };
    }

    private static EnvoyProxy of(Map<String, Object> tree, String what) {
        List<String> problems = new ArrayList<>();
        List<String> warnings = new ArrayList<>();
        EnvoyProxySpec spec = Fields.read(
                Trees.node(tree),
                what,
                "spec",
                problem -> (problem.severity() == Problem.Severity.ERROR ? problems : warnings)
                        .add(problem.path() + ": " + problem.message()),
                EnvoyProxySpec::read);
        return new EnvoyProxy(
                tree, problems.isEmpty() ? new Reading.Valid(spec, warnings) : new Reading.Invalid(problems, spec));
    }
}
