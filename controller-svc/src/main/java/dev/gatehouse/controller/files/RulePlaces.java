package dev.gatehouse.controller.files;

import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.ObjectRef;
import dev.gatehouse.gatewayapi.ResourceReader.Found;
import dev.gatehouse.gatewayapi.yaml.Node;
import dev.gatehouse.gatewayapi.yaml.Problem;
import dev.gatehouse.gatewayapi.yaml.Problem.Severity;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds the places in files that what is wrong with a WAF's rules is about: it is told by the names of the rules' sources. */
public final class RulePlaces {
    /** What a ConfigMap, or one of several merged policies, says. */
    private static final Pattern OWNED =
            Pattern.compile("(?:wafpolicy/[^/]+/[^/]+/)?(configmap|wafpolicy)/([^/]+)/([^/]+)/(.*)");

    private final Map<ObjectRef, Found<?>> objects;

    public RulePlaces(Map<ObjectRef, Found<?>> objects) {
        this.objects = objects;
    }

    /**
     * The problem.
     *
     * @param owner whose rules they are
     * @param source the name of the text, {@code directives[0]}
     * @param line in the text, from 1
     * @param column in the text, from 1
     * @return empty: it is not in the files, but in one that the rules include, such as the Core Rule Set's
     */
    public Optional<Problem> problem(
            Severity severity, ObjectRef owner, String source, int line, int column, String message) {
        Matcher owned = OWNED.matcher(source);
        boolean other = owned.matches();
        boolean map = other ? owned.group(1).equals("configmap") : owner.kind().equals(Kinds.CONFIG_MAP.name());
        ObjectRef ref = other
                ? ObjectRef.of(map ? Kinds.CONFIG_MAP : Kinds.WAF_POLICY, new ObjectKey(owned.group(2), owned.group(3)))
                : owner;
        String path = (map ? "data." : "spec.") + (other ? owned.group(4) : source);
        return Optional.ofNullable(objects.get(ref)).flatMap(found -> {
            Node.Mapping document = found.document();
            return document.find(path).map(node -> switch (node) {
                case Node.Scalar scalar ->
                    new Problem(
                            severity,
                            scalar.at(line, column),
                            ref.toString(),
                            path,
                            // Where the text's lines are not the file's, the place in the text is told too.
                            scalar.first().isPresent()
                                    ? message
                                    : "line " + line + ", column " + column + ": " + message);
                case Node.Sequence _, Node.Mapping _ ->
                    new Problem(severity, document.locate(path), ref.toString(), path, message);
            });
        });
    }
}
