package dev.gatehouse.gatewayapi.crd;

import dev.gatehouse.gatewayapi.Kind;
import java.util.ArrayList;
import java.util.List;

/** What {@code kubectl get} shows of a kind; with {@code -o wide} also why. */
final class PrinterColumns {
    private static final String ANCESTOR = ".status.ancestors[0]";
    private static final String OBJECT = ".status";

    private PrinterColumns() {}

    /** The columns of {@code kind}, YAML. */
    static List<String> of(Kind<?> kind) {
        List<String> columns = new ArrayList<>();
        switch (kind.name()) {
            case "EnvoyProxy" -> columns.add(column("Provider", ".spec.provider.type", false));
            case "Backend" -> {
                columns.add(column("Type", ".spec.type", false));
                columns.addAll(conditions(OBJECT));
            }
            case "HTTPRouteFilter" -> columns.addAll(conditions(OBJECT));
            default -> {
                columns.add(column("Target", ".spec.targetRefs[*].name", false));
                columns.add(column("Target Kind", ".spec.targetRefs[*].kind", true));
                columns.addAll(conditions(ANCESTOR));
            }
        }
        columns.add("""
            - name: Age
              type: date
              jsonPath: .metadata.creationTimestamp
            """);
        return columns;
    }

    private static List<String> conditions(String of) {
        return List.of(
                column("Accepted", condition(of, "Accepted", "status"), false),
                column("Programmed", condition(of, "Programmed", "status"), false),
                column("Reason", condition(of, "Accepted", "reason"), true),
                column("Message", condition(of, "Accepted", "message"), true));
    }

    private static String condition(String of, String type, String field) {
        return of + ".conditions[?(@.type==\"" + type + "\")]." + field;
    }

    private static String column(String name, String path, boolean wide) {
        return "- name: " + name + "\n  type: string\n" + (wide ? "  priority: 1\n" : "") + "  jsonPath: '" + path
                + "'\n";
    }
}
