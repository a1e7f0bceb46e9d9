package dev.gatehouse.gatewayapi;

import dev.gatehouse.gatewayapi.yaml.Fields;
import dev.gatehouse.gatewayapi.yaml.Node;
import dev.gatehouse.gatewayapi.yaml.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An object that an API server holds and that cannot be read: what is left of it says whose it is, so that somebody can be
 * told, and what it protects, so that it is not left open.
 *
 * @param owner the Gateway's gatewayClassName, or the GatewayClass's controllerName
 * @param parents a route's parents, or a ListenerSet's
 * @param targets what a policy is for
 * @param selectors likewise, by labels
 * @param deprecated the fields that say what a policy is for and have a successor, as {@link TargetedPolicy#deprecated}
 * @param route what could be read of a route: it is not served, and what is to be said of it is told
 * @param problems at least one
 */
public record BrokenObject(
        Metadata metadata,
        Optional<String> owner,
        List<ParentReference> parents,
        List<PolicyTarget> targets,
        List<TargetSelector> selectors,
        List<String> deprecated,
        Optional<RouteSpec> route,
        List<Problem> problems) {
    public BrokenObject {
        parents = List.copyOf(parents);
        targets = List.copyOf(targets);
        selectors = List.copyOf(selectors);
        deprecated = List.copyOf(deprecated);
        problems = List.copyOf(problems);
    }

    /** The problems in one text: each with its field. */
    public String message() {
        StringBuilder text = new StringBuilder();
        for (Problem problem : problems) {
            text.append(text.isEmpty() ? "" : "\n")
                    .append(problem.path())
                    .append(problem.path().isEmpty() ? "" : ": ")
                    .append(problem.message());
        }
        return text.toString();
    }

    private record Remains(
            Optional<String> owner,
            List<ParentReference> parents,
            List<PolicyTarget> targets,
            List<TargetSelector> selectors,
            List<String> deprecated) {
        static final Remains NONE = new Remains(Optional.empty(), List.of(), List.of(), List.of(), List.of());

        static Remains read(Fields spec) {
            List<ParentReference> parents = new ArrayList<>(spec.lenient().list("parentRefs", ParentReference::read));
            spec.object("parentRef", ParentReference::read).ifPresent(parents::add);
            return new Remains(
                    spec.string("gatewayClassName").or(() -> spec.string("controllerName")),
                    parents.stream().filter(parent -> !parent.name().isEmpty()).toList(),
                    PolicyTarget.readAll(spec).stream()
                            .filter(target -> !target.name().isEmpty())
                            .toList(),
                    spec.list("targetSelectors", TargetSelector::read),
                    PolicyTarget.deprecated(spec));
        }
    }

    /** @param rest what could be read of the object's {@code spec} */
    static BrokenObject read(Kind<?> kind, Node.Mapping object, Object rest, List<Problem> problems) {
        return Fields.read(object, "", "", _ -> {}, fields -> {
            Metadata metadata =
                    fields.lenient().requiredObject("metadata", each -> Metadata.read(each, kind.namespaced()));
            Remains remains = fields.object("spec", Remains::read).orElse(Remains.NONE);
            return new BrokenObject(
                    metadata,
                    remains.owner(),
                    remains.parents(),
                    remains.targets(),
                    remains.selectors(),
                    remains.deprecated(),
                    rest instanceof RouteSpec route ? Optional.of(route) : Optional.empty(),
                    problems);
        });
    }
}
