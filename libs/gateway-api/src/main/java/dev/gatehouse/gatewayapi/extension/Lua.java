package dev.gatehouse.gatewayapi.extension;

import dev.gatehouse.gatewayapi.yaml.Fields;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A Lua script.
 *
 * @param context the values that the script can read
 */
public record Lua(Source source, Map<String, Object> context) {
    public Lua {
        context = Collections.unmodifiableMap(new LinkedHashMap<>(context));
    }

    /** Where the script stands. */
    public sealed interface Source {
        /** In the policy. */
        record Inline(String code) implements Source {}

        /** In a ConfigMap of the policy's namespace. */
        record InConfigMap(String name) implements Source {}
    }

    /** The type of a source. */
    enum Type {
        Inline,
        ValueRef
    }

    static Lua read(Fields f) {
        Type type = f.choice("type", Type.class).orElse(Type.Inline);
        Optional<String> inline = f.string("inline");
        Optional<String> map = f.object("valueRef", Lua::configMap);
        Source source = switch (type) {
            case Inline -> new Source.Inline(inline.orElse(""));
            case ValueRef -> new Source.InConfigMap(map.orElse(""));
        };
        boolean missing = type == Type.Inline ? inline.isEmpty() : map.isEmpty();
        if (missing) {
            f.wrong(
                    type == Type.Inline ? "inline" : "valueRef",
                    "is missing (expected: the script, for type " + type + ")");
        }
        return new Lua(source, f.tree("filterContext").orElse(Map.of()));
    }

    private static String configMap(Fields f) {
        String kind = f.requiredString("kind");
        String group = f.string("group").orElse("");
        if (!kind.equals("ConfigMap") || !(group.isEmpty() || group.equals("v1"))) {
            f.wrong("kind", "\"" + kind + "\" cannot hold a script (expected: ConfigMap)");
        }
        return f.requiredString("name");
    }
}
