package dev.gatehouse.gatewayapi;

import dev.gatehouse.gatewayapi.yaml.Fields;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * An object of an extension server's kind. Only the extension server knows its fields, except for the targets, which
 * are read as in other policies.
 *
 * @param object the whole object without its status, and without the metadata that the API server writes at each change
 */
public record ExtensionObject(Map<String, Object> object, List<PolicyTarget> targets, List<TargetSelector> selectors)
        implements TargetedPolicy<ExtensionObject> {
    /** The metadata that changes although nobody edited the object. */
    private static final List<String> VOLATILE_METADATA = List.of("managedFields", "resourceVersion");

    private record Targets(List<PolicyTarget> named, List<TargetSelector> selectors) {
        static Targets read(Fields spec) {
            spec.lenient();
            return new Targets(PolicyTarget.readAny(spec), spec.list("targetSelectors", TargetSelector::read));
        }
    }

    public ExtensionObject {
        targets = List.copyOf(targets);
        selectors = List.copyOf(selectors);
    }

    static ExtensionObject resource(Fields f) {
        f.lenient();
        return new ExtensionObject(kept(f.written()), List.of(), List.of());
    }

    static ExtensionObject policy(Fields f) {
        f.lenient();
        Optional<Targets> targets = f.object("spec", Targets::read);
        return new ExtensionObject(
                kept(f.written()),
                targets.map(Targets::named).orElse(List.of()),
                targets.map(Targets::selectors).orElse(List.of()));
    }

    private static Map<String, Object> kept(Map<String, Object> written) {
        Map<String, Object> kept = new TreeMap<>(written);
        kept.remove("status");
        if (kept.get("metadata") instanceof Map<?, ?> metadata) {
            Map<String, Object> own = new TreeMap<>();
            metadata.forEach((key, value) -> own.put(String.valueOf(key), value));
            VOLATILE_METADATA.forEach(own::remove);
            kept.put("metadata", own);
        }
        return kept;
    }

    @Override
    public ExtensionObject withTargets(List<PolicyTarget> other) {
        return new ExtensionObject(object, other, selectors);
    }
}
