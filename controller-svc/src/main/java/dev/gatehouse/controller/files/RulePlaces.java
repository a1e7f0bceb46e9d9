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

/** Finds the place in the files of a problem in WAF rules. The problem names the source of the rules. */
public final class RulePlaces {
    /** The name of a source in a ConfigMap, or in one of several merged policies. */
    private static final Pattern OWNED =
            Pattern.compile("(?:wafpolicy/[^/]+/[^/]+/)?(configmap|wafpolicy)/([^/]+)/([^/]+)/(.*)");

    private final Map<ObjectRef, Found<?>> objects;

    public RulePlaces(Map<ObjectRef, Found<?>> objects) {
        this.objects = objects;
    }

    /**
     * Makes the problem with its place in the files.
     *
     * @param owner the object that has the rules
     * @param source the name of the text, {@code directives[0]}
     * @param line in the text, from 1
     * @param column in the text, from 1
     * @return empty if the problem is in included rules outside the files, such as the Core Rule Set's
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
                            // If the text's lines are not lines of the file, the message adds the place within the
                            // text.
                            scalar.first().isPresent()
                                    ? message
                                    : "line " + line + ", column " + column + ": " + message);
                case Node.Sequence _, Node.Mapping _ ->
                    new Problem(severity, document.locate(path), ref.toString(), path, message);
            });
        });
    }
}
