package dev.gatehouse.gatewayapi.schema;

import dev.gatehouse.gatewayapi.yaml.Node;
import dev.gatehouse.gatewayapi.yaml.Problem;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The shape of the objects of a kind.
 *
 * @param about the purpose of the kind's objects
 * @param status empty: the API server accepts any status
 */
public record KindSchema(String kind, String about, Schema spec, Optional<Schema> status) {
    private static final String SPEC = "spec";

    /**
     * An object with its defaults, and its problems.
     *
     * @param object the same object if no default was added; an added default has the location of its enclosing object
     */
    public record Checked(Node.Mapping object, List<Problem> problems) {
        public Checked {
            problems = List.copyOf(problems);
        }
    }

    /**
     * Adds defaults to the object's {@code spec} and checks it as an API server does. A field that is not known is a
     * problem too, which an API server would drop. A missing {@code spec} is left to the kind's reader.
     *
     * @param name the object's name in problems: "Backend shop/app"
     */
    public Checked check(Node.Mapping object, String name) {
        Optional<Node> written = object.get(SPEC);
        if (written.isEmpty()) {
            return new Checked(object, List.of());
        }
        Node complete = Defaults.add(spec, written.get());
        List<Problem> problems = new ArrayList<>();
        new SchemaCheck(name, problems::add).check(spec, complete, SPEC);
        return new Checked(complete == written.get() ? object : with(object, complete), problems);
    }

    /** The same object with the schema's spelling of the names of fields that differ from it in case alone. */
    public Node.Mapping spelled(Node.Mapping object) {
        return object.get(SPEC)
                .map(written -> with(object, Spelling.of(spec, written)))
                .orElse(object);
    }

    private static Node.Mapping with(Node.Mapping object, Node spec) {
        Map<String, Node.Field> fields = new LinkedHashMap<>(object.fields());
        fields.computeIfPresent(SPEC, (_, field) -> new Node.Field(field.location(), spec));
        return new Node.Mapping(object.location(), fields);
    }
}
