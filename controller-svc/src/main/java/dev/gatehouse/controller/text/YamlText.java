package dev.gatehouse.controller.text;

import dev.gatehouse.gatewayapi.yaml.Node;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.RepresentToNode;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.representer.StandardRepresenter;

/** Trees of maps, lists and scalars as YAML. */
public final class YamlText {
    private static final DumpSettings SETTINGS = DumpSettings.builder()
            .setDefaultFlowStyle(FlowStyle.BLOCK)
            .setIndicatorIndent(0)
            .setWidth(160)
            .setSplitLines(false)
            // Aliases are avoided: their numbers would depend on the texts that were printed before.
            .setDereferenceAliases(true)
            .build();

    private YamlText() {}

    /**
     * Matches texts that a reader of YAML 1.1 (Kubernetes' tools) or 1.2 may not read as a string: booleans, null,
     * merge keys, numbers in all bases, sexagesimal numbers, dates, and a line break that YAML 1.2 does not know.
     * Quoting too many texts is harmless; quoting too few is not.
     */
    private static final Pattern NO_PLAIN_STRING = Pattern.compile("(?i)y|n|yes|no|on|off|true|false|null|~|=|<<|"
            + "[-+]?\\.(inf|nan)?|[-+]?\\.?[0-9_][0-9a-fxob_:+\\-tz \t]*(\\.[0-9a-fxob_:+\\-tz \t]*)?|(?s:.*\\x85.*)");

    /** {@code tree} as one YAML document, without a document marker; YAML 1.1 and 1.2 read the same in it. */
    public static String of(Object tree) {
        return new Dump(SETTINGS, new QuotingRepresenter(SETTINGS)).dumpToString(tree);
    }

    private static final class QuotingRepresenter extends StandardRepresenter {
        QuotingRepresenter(DumpSettings settings) {
            super(settings);
            RepresentToNode plain = representers.get(String.class);
            representers.put(
                    String.class,
                    value -> plain == null
                                    || NO_PLAIN_STRING.matcher(value.toString()).matches()
                            ? representScalar(Tag.STR, value.toString(), ScalarStyle.DOUBLE_QUOTED)
                            : plain.representData(value));
        }
    }

    /** The tree of a JSON object. */
    public static Map<String, Object> ofJson(String json) {
        return new JsonObject(json).getMap();
    }

    /** The tree of a document that was read from a file. */
    public static Object tree(Node node) {
        return switch (node) {
            case Node.Mapping mapping -> {
                Map<String, Object> fields = new LinkedHashMap<>();
                mapping.fields().forEach((name, field) -> fields.put(name, tree(field.value())));
                yield fields;
            }
            case Node.Sequence sequence -> {
                List<Object> items = new ArrayList<>();
                sequence.items().forEach(item -> items.add(tree(item)));
                yield items;
            }
            case Node.Scalar scalar ->
                switch (scalar.type()) {
                    case STRING -> scalar.text();
                    case BOOLEAN -> Boolean.parseBoolean(scalar.text());
                    case INTEGER, FLOAT, NULL -> new Load(LoadSettings.builder().build()).loadFromString(scalar.text());
                };
        };
    }
}
