package dev.gatehouse.controller.peer;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One thing that a status says. Two are equal whatever their words for people are.
 *
 * @param object the kind, namespace and name
 * @param where empty, or the listener, parent or ancestor
 * @param type of a condition, or a field's name
 * @param value of a condition: status and reason
 * @param message of a condition
 */
record Statement(String object, String where, String type, String value, String message)
        implements Comparable<Statement> {
    /** What the statuses of {@code objects} say. */
    static Set<Statement> of(List<Map<String, Object>> objects) {
        Set<Statement> statements = new TreeSet<>();
        for (Map<String, Object> object : objects) {
            Map<?, ?> metadata = PeerCase.metadata(object);
            String subject = object.get("kind") + " " + Objects.requireNonNullElse(metadata.get("namespace"), "") + "/"
                    + metadata.get("name");
            Map<?, ?> status = map(object.get("status"));
            conditions(statements, subject, "", status);
            maps(status.get("listeners")).forEach(listener -> {
                String where = "listener " + listener.get("name");
                conditions(statements, subject, where, listener);
                statements.add(new Statement(
                        subject,
                        where,
                        "attachedRoutes",
                        String.valueOf(Objects.requireNonNullElse(listener.get("attachedRoutes"), 0L)),
                        ""));
                statements.add(new Statement(
                        subject,
                        where,
                        "supportedKinds",
                        maps(listener.get("supportedKinds"))
                                .map(kind -> String.valueOf(kind.get("kind")))
                                .sorted()
                                .collect(Collectors.joining(",")),
                        ""));
            });
            maps(status.get("parents"))
                    .forEach(each ->
                            conditions(statements, subject, "parent " + reference(map(each.get("parentRef"))), each));
            maps(status.get("ancestors"))
                    .forEach(each -> conditions(
                            statements, subject, "ancestor " + reference(map(each.get("ancestorRef"))), each));
        }
        statements.removeIf(Statement::isOfALaterStage);
        return statements;
    }

    /** The peer's cases stop before the stage that writes these, or they say nothing. */
    private boolean isOfALaterStage() {
        return object.startsWith("GatewayClass ")
                || object.startsWith("Gateway ")
                        && (type.equals("Programmed")
                                || type.equals("Conflicted") && value.startsWith("False")
                                || where.isEmpty() && type.equals("Accepted") && value.startsWith("True"));
    }

    private static void conditions(Set<Statement> statements, String subject, String where, Map<?, ?> of) {
        maps(of.get("conditions"))
                .forEach(condition -> statements.add(new Statement(
                        subject,
                        where,
                        String.valueOf(condition.get("type")),
                        condition.get("status") + " " + condition.get("reason"),
                        String.valueOf(condition.get("message")))));
    }

    private static String reference(Map<?, ?> reference) {
        return Stream.of(
                        Objects.requireNonNullElse(reference.get("kind"), "Gateway"),
                        reference.get("namespace"),
                        reference.get("name"),
                        reference.get("sectionName"),
                        reference.get("port"))
                .filter(Objects::nonNull)
                .map(String::valueOf)
                .collect(Collectors.joining("/"));
    }

    private static Map<?, ?> map(@Nullable Object value) {
        return value instanceof Map<?, ?> map ? map : Map.of();
    }

    private static Stream<Map<?, ?>> maps(@Nullable Object value) {
        return value instanceof List<?> list ? list.stream().map(Statement::map) : Stream.of();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Statement statement && toString().equals(statement.toString());
    }

    @Override
    public int hashCode() {
        return toString().hashCode();
    }

    @Override
    public int compareTo(Statement other) {
        return toString().compareTo(other.toString());
    }

    @Override
    public String toString() {
        return String.join(" ", object, where, type, value);
    }
}
