package dev.gatehouse.standalone;

import dev.gatehouse.gatewayapi.yaml.Node;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;

/** Trees of maps, lists and scalars as YAML. */
final class YamlText {
    private static final DumpSettings SETTINGS = DumpSettings.builder()
            .setDefaultFlowStyle(FlowStyle.BLOCK)
            .setIndicatorIndent(0)
            .setWidth(160)
            .setSplitLines(false)
            .build();

    private YamlText() {}

    /** {@code tree} as one YAML document, without a document marker. */
    static String of(Object tree) {
        return new Dump(SETTINGS).dumpToString(tree);
    }

    /** The tree of a JSON text. */
    static Object ofJson(String json) {
        return new Load(LoadSettings.builder()
                        .setCodePointLimit(Integer.MAX_VALUE)
                        .build())
                .loadFromString(json);
    }

    /** The tree of a document that was read from a file. */
    static Object tree(Node node) {
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
                    case INTEGER, FLOAT, NULL -> ofJson(scalar.text());
                };
        };
    }
}
